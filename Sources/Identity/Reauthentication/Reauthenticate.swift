package import Core
package import SecurityEvents
package import Storage

/// Proves again that the person behind a session is its owner: the step up before a sensitive action.
package struct Reauthenticate: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let guardian: SignInGuard
    private let subjects: SignInSubjects
    private let passwords: PasswordVerifier
    private let tickets: SessionTickets

    package init(
        database: any Database, world: World, recorder: EventRecorder, guardian: SignInGuard, subjects: SignInSubjects,
        passwords: PasswordVerifier, tickets: SessionTickets
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.guardian = guardian
        self.subjects = subjects
        self.passwords = passwords
        self.tickets = tickets
    }

    /// What became of it.
    package enum Outcome: Sendable {
        /// `auth_time` is now; the refresh token stays the present one.
        case renewed(SessionGrant)
        case invalidCredentials
        case locked(until: Timestamp)
        case busy
        /// The session ended meanwhile.
        case sessionRevoked
    }

    /// Checks the password of the person behind `scope`. Guesses count as sign-in failures of the address: a stolen access token
    /// is no way round the lock-out. Throws ``HashingPool/Full``.
    package func withPassword(
        _ scope: Scope, _ password: String, deviceCookie: String?, from source: RequestSource
    ) async throws -> Outcome {
        let rows = try await database.rows(
            """
            SELECT \(AccountTable.columns), key_id, sealed_hash
            FROM account JOIN account_password ON account_id = id WHERE id = \(scope.userID)
            """)
        guard let row = rows.first, let stored = try PasswordStore.Sealed(row) else { return .sessionRevoked }
        let account = try Account(row)
        let subject = subjects.subject(typed: account.email.text, deviceCookie: deviceCookie)
        let attempt = CredentialAttempt(
            subject: subject, source: source, at: world.now(), user: scope.userID, session: scope.sessionID)
        let guardian = guardian
        let reservation = try await database.transaction { sql in try guardian.reserve(attempt, in: sql) }
        switch reservation {
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .granted: break
        }
        let verdict: PasswordVerifier.Verdict
        do {
            verdict = try await passwords.check(Password(password), of: account.id, stored: stored)
        } catch {
            let now = world.now()
            _ = try await database.transaction { sql in try guardian.release(subject, at: now, in: sql) }
            throw error
        }
        guard case .right = verdict else {
            let detail = ["reason": "wrong_password", "step": "reauthentication"]
            try await database.transaction { sql in try guardian.fail(attempt, detail, in: sql) }
            return .invalidCredentials
        }
        return try await renew(subject, scope, from: source)
    }

    private func renew(_ subject: SignInSubject, _ scope: Scope, from source: RequestSource) async throws -> Outcome {
        let now = world.now()
        let event = Event(.reauthenticated, in: world, user: scope.userID, session: scope.sessionID, from: source)
        let (guardian, recorder) = (guardian, recorder)
        let row = try await database.transaction { sql -> Row? in
            try guardian.succeed(subject, at: now, in: sql)
            let changed = try sql.run(
                """
                UPDATE session SET authenticated_at = \(now), last_active_at = \(now)
                WHERE id = \(scope.sessionID) AND user_id = \(scope.userID) AND revoked_at IS NULL
                """)
            guard changed == 1 else { return nil }
            try recorder.record(event, in: sql)
            return try sql.row(SessionTable.selectWithAccount(scope.sessionID))
        }
        guard let row else { return .sessionRevoked }
        let session = try Session(row)
        return .renewed(try await tickets.grant(session, of: try Account(row), lastActiveAt: now, now: now))
    }
}
