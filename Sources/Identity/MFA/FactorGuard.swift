import Core
import SecurityEvents
import Storage

/// Keeps the ``FactorLock`` of each account, and writes down what came of a code, for every place that asks for one.
struct FactorGuard: Sendable {
    let gate: GateParts

    /// The columns of the lock, of the table `mfa_account` under the name `guard`.
    static let columns: SQL = "guard.failures, guard.locked_until"

    /// Sees to it that the account has a row, which a check then holds: codes that arrive together are judged one after the other.
    static func prepare(_ account: AccountID, in sql: any SQLSession) throws {
        try sql.run(
            "INSERT INTO mfa_account (account_id, failures) VALUES (\(account), '') ON CONFLICT (account_id) DO NOTHING"
        )
    }

    /// Stores the lock, if it is another than `former`.
    func write(_ lock: FactorLock, instead former: FactorLock, of account: AccountID, in sql: any SQLSession) throws {
        guard lock != former else { return }
        let failures = lock.failures.map { String($0.milliseconds) }.joined(separator: " ")
        try sql.run(
            """
            UPDATE mfa_account SET failures = \(failures), locked_until = \(lock.lockedUntil)
            WHERE account_id = \(account)
            """)
    }

    /// Something that cannot be guessed was shown: the failures before it are forgiven.
    func forgive(_ account: AccountID, in sql: any SQLSession) throws {
        try sql.run(
            """
            UPDATE mfa_account SET failures = '', locked_until = NULL
            WHERE account_id = \(account) AND (failures <> '' OR locked_until IS NOT NULL)
            """)
    }

    /// Tells of a code that was refused, and of the lock that it may have brought about. Whoever enters wrong codes at a sign-in knows the
    /// password, so the owner is told of the lock by mail (ASVS 6.3.5).
    func record(
        _ judgement: FactorLock.Judgement, of attempt: FactorAttempt, reason: String, in sql: any SQLSession
    ) throws {
        let detail = ["reason": reason, "factor": attempt.kind.rawValue, "step": attempt.step]
        switch judgement {
        case .accepted: break
        case .opening(let codesLeft):
            try gate.recorder.record(
                attempt.event(
                    .mfaFailed, in: gate.world,
                    detail: detail.merging(["reason": "locked", "codesLeft": String(codesLeft)]) { $1 }), in: sql)
        case .locked:
            try gate.recorder.record(
                attempt.event(.lockoutAttemptWhileLocked, in: gate.world, detail: ["scope": "second_factor"]), in: sql)
        case .wrong(let locks):
            try gate.recorder.record(attempt.event(.mfaFailed, in: gate.world, detail: detail), in: sql)
            guard locks else { return }
            let minutes = String(gate.guardian.policy.duration.milliseconds / 60_000)
            let event = attempt.event(
                .accountLocked, in: gate.world, detail: ["scope": "second_factor", "minutes": minutes])
            try gate.recorder.record(event, in: sql)
            try gate.notices.post(.factorLocked, to: attempt.account, about: event, in: sql)
        }
    }
}

/// One try at a second factor: whose, where, with what.
struct FactorAttempt: Sendable {
    let account: Account
    let kind: FactorKind
    /// What it was asked for: `sign_in`, `reauthentication`.
    let step: String
    let source: RequestSource
    /// The session in which it was made, if any.
    var session: SessionID?

    /// An event of this attempt.
    func event(_ type: EventType, in world: World, detail: [String: String] = [:]) -> Event {
        Event(type, in: world, user: account.id, session: session, from: source, detail: detail)
    }
}

extension FactorLock {
    /// Reads a row that has ``FactorGuard/columns``.
    init(_ row: Row) throws {
        let failures: String = try row.get("failures")
        self.init(
            failures: failures.split(separator: " ").compactMap { Int64($0) }.map(Timestamp.init(milliseconds:)),
            lockedUntil: try row.optional("locked_until"))
    }
}
