package import Accounts
package import Core
package import SecurityEvents
package import Storage

/// The one place that decides whether a credential may be checked, and that writes down what came of it, for every path that checks one:
/// sign-in, step-up, and whatever comes later. A path that forgot it would be the hole.
package struct SignInGuard: Sendable {
    package let policy: LockoutPolicy
    /// Whom attempts are counted for.
    package let subjects: SignInSubjects
    private let recorder: EventRecorder
    private let world: World
    private let mailbox: Mailbox
    private let links: MailedLinks

    package init(
        policy: LockoutPolicy, subjects: SignInSubjects, recorder: EventRecorder, world: World, mailbox: Mailbox,
        links: MailedLinks
    ) {
        self.policy = policy
        self.subjects = subjects
        self.recorder = recorder
        self.world = world
        self.mailbox = mailbox
        self.links = links
    }

    /// Asks to try a password. A try while locked is told in the log.
    package func reserve(_ attempt: CredentialAttempt, in sql: any SQLSession) throws -> LockoutState.Reservation {
        try reserve(attempt, try sql.ask(state(of: attempt.subject, at: attempt.at)), in: sql)
    }

    /// The same for an attempt whose ``state(of:at:)`` is known.
    package func reserve(
        _ attempt: CredentialAttempt, _ state: LockoutState, in sql: any SQLSession
    ) throws -> LockoutState.Reservation {
        var state = state
        let reservation = state.reserve(at: attempt.at, policy)
        try save(state, of: attempt.subject, at: attempt.at, in: sql)
        switch reservation {
        case .locked: try recorder.record(attempt.event(.lockoutAttemptWhileLocked, in: world), in: sql)
        // Nobody learns what comes of the attempt before it is settled, and that waits for the disk.
        case .granted: try sql.leaveFlushToNext()
        case .busy: break
        }
        return reservation
    }

    /// The password was wrong: the failure with its reason, and the warning and the lock that it may bring about.
    package func fail(_ attempt: CredentialAttempt, _ detail: [String: String], in sql: any SQLSession) throws {
        let now = world.now()
        let consequence = try change(attempt.subject, at: now, in: sql) { $0.fail(at: now, policy) }
        try recorder.record(attempt.event(.loginFailed, in: world, detail: detail), in: sql)
        if consequence.warns {
            let failures = String(LockoutPolicy.warning.failures)
            try recorder.record(
                attempt.event(.multipleFailedLogins, in: world, detail: ["failures": failures]), in: sql)
        }
        if consequence.locked {
            let minutes = String(policy.duration.milliseconds / 60_000)
            let scope = attempt.subject.isKnownDevice ? "device" : "address"
            try recorder.record(
                attempt.event(.accountLocked, in: world, detail: ["scope": scope, "minutes": minutes]), in: sql)
            try mailUnlockLink(attempt, minutes: minutes, in: sql)
        }
    }

    /// The password was right, but the account may not be used: no failure, and told in the log with the reason.
    package func refuse(_ attempt: CredentialAttempt, because reason: String, in sql: any SQLSession) throws {
        try succeed(attempt.subject, at: world.now(), in: sql)
        try recorder.record(attempt.event(.loginFailed, in: world, detail: ["reason": reason]), in: sql)
    }

    /// Mails the owner a way out, or for an address without an account writes as many rows that lead nowhere.
    private func mailUnlockLink(_ attempt: CredentialAttempt, minutes: String, in sql: any SQLSession) throws {
        guard mailbox.isEnabled else { return }
        let token = links.newToken()
        try links.write(token, .unlock, of: attempt.account?.id, about: attempt.subject.stored, in: sql)
        let values = [
            "link": mailbox.link(LinkPurpose.unlock.path, token: token), "minutes": minutes,
            "ip": attempt.source.ip?.description ?? "", "at": attempt.at.iso8601,
        ]
        let mail =
            attempt.account.map { OutgoingMail(.accountUnlock, to: $0, values: values) }
            ?? OutgoingMail(toNobody: .accountUnlock, values: values)
        try mailbox.post(mail.expiring(at: attempt.at + LinkPurpose.unlock.life), in: sql)
    }

    /// Lifts the lock of an address and of every known device of it, and forgets the failures.
    package func unlock(_ subject: SignInSubject, in sql: any SQLSession) throws {
        try sql.run(
            "DELETE FROM sign_in_guard WHERE subject = \(subject.address) OR address = \(subject.address)")
    }

    /// The password was right; how many were wrong before it.
    @discardableResult
    package func succeed(_ subject: SignInSubject, at now: Timestamp, in sql: any SQLSession) throws -> Int {
        try change(subject, at: now, in: sql) { state in
            let failures = state.failures.count
            state.succeed()
            return failures
        }
    }

    /// The same for somebody whose ``reservedState(of:)`` is known; without one there is nothing to forgive.
    package func succeed(
        _ subject: SignInSubject, _ state: LockoutState?, at now: Timestamp, in sql: any SQLSession
    ) throws -> Int {
        guard var state else { return 0 }
        let failures = state.failures.count
        state.succeed()
        try save(state, of: subject, at: now, in: sql)
        return failures
    }

    /// The attempt was not made.
    package func release(_ subject: SignInSubject, at now: Timestamp, in sql: any SQLSession) throws {
        try change(subject, at: now, in: sql) { state in state.release() }
    }

    /// Forgets subjects that nobody has tried for so long that nothing about them counts any more; how many those were.
    package func prune(_ database: any Database, now: Timestamp) async throws -> Int {
        let horizon = now - max(policy.window, policy.duration) - LockoutPolicy.longestAttempt
        return try await database.transaction { sql in
            try sql.changes("DELETE FROM sign_in_guard WHERE updated_at < \(horizon)")
        }
    }

    /// The state of `subject`, whose row is held from then on, so that attempts made at once are judged one after the other. The row is made if
    /// there is none.
    package func state(of subject: SignInSubject, at now: Timestamp) -> Question<LockoutState> {
        let making: SQL = """
            INSERT INTO sign_in_guard (subject, address, pending, failures, locked_until, updated_at)
            VALUES (\(subject.pseudonym), \(subject.address), '', '', NULL, \(now)) ON CONFLICT (subject) DO NOTHING
            """
        return Question(after: [making], Self.held(subject)) { rows in
            try rows.first.map(LockoutState.init) ?? LockoutState()
        }
    }

    /// The same for an attempt that was reserved, which has a row.
    package func reservedState(of subject: SignInSubject) -> Question<LockoutState?> {
        Question(Self.held(subject)) { rows in try rows.first.map(LockoutState.init) }
    }

    private static func held(_ subject: SignInSubject) -> SQL {
        """
        SELECT pending, failures, locked_until FROM sign_in_guard
        WHERE subject = \(subject.pseudonym) \(.forUpdate)
        """
    }

    private func save(
        _ state: LockoutState, of subject: SignInSubject, at now: Timestamp, in sql: any SQLSession
    ) throws {
        try sql.run(
            """
            UPDATE sign_in_guard SET pending = \(Self.text(state.pending)), failures = \(Self.text(state.failures)),
                locked_until = \(state.lockedUntil), updated_at = \(now)
            WHERE subject = \(subject.pseudonym)
            """)
    }

    private func change<T>(
        _ subject: SignInSubject, at now: Timestamp, in sql: any SQLSession, _ body: (inout LockoutState) -> T
    ) throws -> T {
        var state = try sql.ask(state(of: subject, at: now))
        let result = body(&state)
        try save(state, of: subject, at: now, in: sql)
        return result
    }

    private static func text(_ moments: [Timestamp]) -> String {
        moments.map { String($0.milliseconds) }.joined(separator: " ")
    }
}

extension LockoutState {
    fileprivate init(_ row: Row) throws {
        func moments(_ column: String) throws -> [Timestamp] {
            let text: String = try row.get(column)
            return text.split(separator: " ").compactMap { Int64($0) }.map(Timestamp.init(milliseconds:))
        }
        self.init(
            pending: try moments("pending"), failures: try moments("failures"),
            lockedUntil: try row.optional("locked_until"))
    }
}
