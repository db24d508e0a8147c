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
        let started = world.now()
        let whileLocked = Event(
            .lockoutAttemptWhileLocked, in: world, user: scope.userID, session: scope.sessionID, from: source)
        let (guardian, recorder) = (guardian, recorder)
        let reservation = try await database.transaction { sql in
            let reservation = try guardian.reserve(subject, at: started, in: sql)
            if case .locked = reservation { try recorder.record(whileLocked, in: sql) }
            return reservation
        }
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
            try await refuse(subject, scope, from: source)
            return .invalidCredentials
        }
        return try await renew(subject, scope, from: source)
    }

    private func refuse(_ subject: SignInSubject, _ scope: Scope, from source: RequestSource) async throws {
        let now = world.now()
        func event(_ type: EventType, _ detail: [String: String]) -> Event {
            Event(type, in: world, user: scope.userID, session: scope.sessionID, from: source, detail: detail)
        }
        let failed = event(.loginFailed, ["reason": "wrong_password", "step": "reauthentication"])
        let warning = event(.multipleFailedLogins, ["failures": String(LockoutPolicy.warning.failures)])
        let locked = event(.accountLocked, ["scope": subject.isKnownDevice ? "device" : "address"])
        let (guardian, recorder) = (guardian, recorder)
        _ = try await database.transaction { sql in
            let consequence = try guardian.fail(subject, at: now, in: sql)
            try recorder.record(failed, in: sql)
            if consequence.warns { try recorder.record(warning, in: sql) }
            if consequence.locked { try recorder.record(locked, in: sql) }
        }
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
