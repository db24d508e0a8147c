package import Core
package import SecurityEvents
package import Storage

/// Signs people in with address and password.
package struct SignIn: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let guardian: SignInGuard
    private let subjects: SignInSubjects
    private let passwords: PasswordVerifier
    private let store: PasswordStore
    private let tickets: SessionTickets
    private let requiresVerifiedEmail: Bool

    package init(
        database: any Database, world: World, recorder: EventRecorder, guardian: SignInGuard, subjects: SignInSubjects,
        passwords: PasswordVerifier, store: PasswordStore, tickets: SessionTickets, requiresVerifiedEmail: Bool
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.guardian = guardian
        self.subjects = subjects
        self.passwords = passwords
        self.store = store
        self.tickets = tickets
        self.requiresVerifiedEmail = requiresVerifiedEmail
    }

    /// What became of a sign-in.
    package enum Outcome: Sendable {
        /// Signed in. `deviceCookie` is set when the browser did not have one.
        case signedIn(SessionGrant, deviceCookie: String?)
        /// Unknown address or wrong password: one answer for both.
        case invalidCredentials
        /// The address, or this device, is locked; an unknown address locks in the same way.
        case locked(until: Timestamp)
        /// As many attempts for this address are being checked as may be; try again at once.
        case busy
        /// Right password, but the account is switched off.
        case disabled
        /// Right password, but the address was never proven.
        case emailNotVerified
    }

    /// Signs in. Throws ``HashingPool/Full`` when too many passwords are being checked.
    ///
    /// Known and unknown addresses take the same steps: one transaction that reserves the attempt, one hash, one transaction that
    /// settles it.
    package func signIn(
        typedAddress: String, password: String, deviceCookie: String?, from source: RequestSource
    ) async throws -> Outcome {
        let subject = subjects.subject(typed: typedAddress, deviceCookie: deviceCookie)
        let address = EmailAddress(typedAddress)
        var attempt = CredentialAttempt(subject: subject, source: source, at: world.now())
        let start = try await begin(attempt, address: address)
        attempt.user = start.account?.id
        switch start.reservation {
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .granted: break
        }
        let verdict: PasswordVerifier.Verdict
        do {
            verdict = try await passwords.check(
                Password(password), of: start.account?.id, stored: start.stored)
        } catch {
            try await release(subject)
            throw error
        }
        guard case .right(let renewed) = verdict, let account = start.account, let stored = start.stored else {
            return try await refuse(attempt)
        }
        if let refusal = try await refuseUnusable(account, attempt) { return refusal }
        let session = newSession(for: account, from: source)
        try await open(session, of: account, attempt, renewal: renewed.map { (stored, $0) })
        let grant = try await tickets.grant(
            session, of: account, lastActiveAt: session.createdAt, now: session.createdAt)
        return .signedIn(grant, deviceCookie: subject.isKnownDevice ? nil : subjects.deviceCookie(for: account.email))
    }

    private struct Start: Sendable {
        let reservation: LockoutState.Reservation
        let account: Account?
        let stored: PasswordStore.Sealed?
    }

    /// Reads the account, known or not, and reserves the attempt.
    private func begin(_ attempt: CredentialAttempt, address: EmailAddress?) async throws -> Start {
        let guardian = guardian
        return try await database.transaction { sql in
            let row = try sql.row(
                """
                SELECT \(AccountTable.columns), key_id, sealed_hash
                FROM account LEFT JOIN account_password ON account_id = id
                WHERE email = \(address?.text ?? "")
                """)
            let account = try row.map(Account.init)
            var known = attempt
            known.user = account?.id
            return Start(
                reservation: try guardian.reserve(known, in: sql), account: account,
                stored: try row.flatMap(PasswordStore.Sealed.init))
        }
    }

    private func release(_ subject: SignInSubject) async throws {
        let now = world.now()
        let guardian = guardian
        _ = try await database.transaction { sql in try guardian.release(subject, at: now, in: sql) }
    }

    /// Settles a wrong password.
    private func refuse(_ attempt: CredentialAttempt) async throws -> Outcome {
        let reason = attempt.user == nil ? "unknown_address" : "wrong_password"
        let guardian = guardian
        try await database.transaction { sql in try guardian.fail(attempt, ["reason": reason], in: sql) }
        return .invalidCredentials
    }

    /// A right password for an account that may not be used: told to its owner alone, and no failure.
    private func refuseUnusable(_ account: Account, _ attempt: CredentialAttempt) async throws -> Outcome? {
        let reason: String
        let outcome: Outcome
        if account.status == .disabled {
            (reason, outcome) = ("account_disabled", .disabled)
        } else if requiresVerifiedEmail, account.emailVerifiedAt == nil {
            (reason, outcome) = ("email_not_verified", .emailNotVerified)
        } else {
            return nil
        }
        let now = world.now()
        let event = attempt.event(.loginFailed, in: world, detail: ["reason": reason])
        let (guardian, recorder) = (guardian, recorder)
        _ = try await database.transaction { sql in
            try guardian.succeed(attempt.subject, at: now, in: sql)
            try recorder.record(event, in: sql)
        }
        return outcome
    }

    private func newSession(for account: Account, from source: RequestSource) -> Session {
        let now = world.now()
        return Session(
            id: world.identifier(), userID: account.id, generation: 1, rotatedAt: now, rotationKey: nil, createdAt: now,
            authenticatedAt: now, methods: ["pwd"], lastActiveAt: now,
            absoluteExpiry: tickets.clocks.absoluteExpiry(from: now),
            refreshExpiry: tickets.clocks.refreshExpiry(from: now), revocation: nil, ip: source.ip?.description,
            userAgent: source.userAgent)
    }

    private func open(
        _ session: Session, of account: Account, _ attempt: CredentialAttempt,
        renewal: (old: PasswordStore.Sealed, new: PasswordStore.Sealed)?
    ) async throws {
        let event = Event(
            .loginSuccess, in: world, user: account.id, session: session.id, from: attempt.source,
            detail: ["knownDevice": String(attempt.subject.isKnownDevice)])
        let (guardian, recorder, store) = (guardian, recorder, store)
        _ = try await database.transaction { sql in
            try guardian.succeed(attempt.subject, at: session.createdAt, in: sql)
            try SessionTable.insert(session, in: sql)
            try recorder.record(event, in: sql)
            if let renewal { try store.replace(renewal.old, with: renewal.new, for: account.id, in: sql) }
        }
    }
}
