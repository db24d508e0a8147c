package import Accounts
package import Core
package import Credentials
package import SecurityEvents
package import Storage

/// Keeps the ``FactorLock`` of each account, and writes down what came of a code, for every place that asks for one.
package struct FactorGuard: Sendable {
    /// How many wrong codes lock, and for how long.
    package let policy: LockoutPolicy
    private let recorder: EventRecorder
    private let notices: Notices
    private let world: World

    package init(policy: LockoutPolicy, recorder: EventRecorder, notices: Notices, world: World) {
        self.policy = policy
        self.recorder = recorder
        self.notices = notices
        self.world = world
    }

    /// The columns of the lock, of the table `mfa_account` under the name `guard`.
    package static let columns: SQL = "guard.failures, guard.locked_until"

    /// Sees to it that the account has a row, which a check then holds: codes that arrive together are judged one after the other.
    package static func prepare(_ account: AccountID, in sql: any SQLSession) throws {
        try sql.run(
            "INSERT INTO mfa_account (account_id, failures) VALUES (\(account), '') ON CONFLICT (account_id) DO NOTHING"
        )
    }

    /// Stores the lock, if it is another than `former`.
    package func write(_ lock: FactorLock, instead former: FactorLock, of account: AccountID, in sql: any SQLSession)
        throws
    {
        guard lock != former else { return }
        let failures = lock.failures.map { String($0.milliseconds) }.joined(separator: " ")
        try sql.run(
            """
            UPDATE mfa_account SET failures = \(failures), locked_until = \(lock.lockedUntil)
            WHERE account_id = \(account)
            """)
    }

    /// Something that cannot be guessed was shown: the failures before it are forgiven.
    package static func forgive(_ account: AccountID, in sql: any SQLSession) throws {
        try sql.run(
            """
            UPDATE mfa_account SET failures = '', locked_until = NULL
            WHERE account_id = \(account) AND (failures <> '' OR locked_until IS NOT NULL)
            """)
    }

    /// Tells of a code that was refused, and of the lock that it may have brought about. Whoever enters wrong codes at a sign-in knows the
    /// password, so the owner is told of the lock by mail (ASVS 6.3.5).
    package func record(
        _ judgement: FactorLock.Judgement, of attempt: FactorAttempt, reason: String, in sql: any SQLSession
    ) throws {
        let detail = ["reason": reason, "factor": attempt.kind.rawValue, "step": attempt.step]
        switch judgement {
        case .accepted: break
        case .opening(let codesLeft):
            try recorder.record(
                attempt.event(
                    .mfaFailed, in: world,
                    detail: detail.merging(["reason": "locked", "codesLeft": String(codesLeft)]) { $1 }), in: sql)
        case .locked:
            try recorder.record(
                attempt.event(.lockoutAttemptWhileLocked, in: world, detail: ["scope": "second_factor"]), in: sql)
        case .wrong(let locks):
            try recorder.record(attempt.event(.mfaFailed, in: world, detail: detail), in: sql)
            guard locks else { return }
            let minutes = String(policy.duration.milliseconds / 60_000)
            let event = attempt.event(
                .accountLocked, in: world, detail: ["scope": "second_factor", "minutes": minutes])
            try recorder.record(event, in: sql)
            try notices.post(.factorLocked, to: attempt.account, about: event, in: sql)
        }
    }
}

/// One try at a second factor: whose, where, with what.
package struct FactorAttempt: Sendable {
    package let account: Account
    package let kind: FactorKind
    /// What it was asked for: `sign_in`, `reauthentication`.
    package let step: String
    package let source: RequestSource
    /// The session in which it was made, if any.
    package var session: SessionID?

    package init(account: Account, kind: FactorKind, step: String, source: RequestSource, session: SessionID? = nil) {
        self.account = account
        self.kind = kind
        self.step = step
        self.source = source
        self.session = session
    }

    /// An event of this attempt.
    package func event(_ type: EventType, in world: World, detail: [String: String] = [:]) -> Event {
        Event(type, in: world, user: account.id, session: session, from: source, detail: detail)
    }
}

extension FactorLock {
    /// Reads a row that has ``FactorGuard/columns``.
    package init(_ row: Row) throws {
        let failures: String = try row.get("failures")
        self.init(
            failures: failures.split(separator: " ").compactMap { Int64($0) }.map(Timestamp.init(milliseconds:)),
            lockedUntil: try row.optional("locked_until"))
    }
}
