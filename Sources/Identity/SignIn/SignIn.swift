import Accounts
package import Core
import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// Signs people in with address and password.
package struct SignIn: Sendable {
    private let database: any Database
    private let world: World
    private let guardian: SignInGuard
    private let passwords: PasswordVerifier
    private let breachCheck: SignInBreachCheck
    private let policy: SignInPolicy
    private let secondFactor: SecondFactorGate
    private let revoked: RevokedSessions

    init(
        database: any Database, world: World, guardian: SignInGuard, passwords: PasswordVerifier,
        breachCheck: SignInBreachCheck, policy: SignInPolicy, secondFactor: SecondFactorGate, revoked: RevokedSessions
    ) {
        self.database = database
        self.world = world
        self.guardian = guardian
        self.passwords = passwords
        self.breachCheck = breachCheck
        self.policy = policy
        self.secondFactor = secondFactor
        self.revoked = revoked
    }

    /// What became of a sign-in.
    package enum Outcome: Sendable {
        /// Signed in. `deviceCookie` is set when the browser did not have one.
        case signedIn(SessionGrant, deviceCookie: String?)
        /// Right password; a second factor is asked for: see ``SecondStep``.
        case secondFactorNeeded(PendingChallenge)
        /// Right password, but a second factor must be set up before the session opens: see ``EnrolAtSignIn``.
        case enrolmentNeeded(PendingChallenge)
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
        /// Right password, but older than it may be.
        case passwordExpired
    }

    /// Signs in. Throws ``HashingPool/Full`` when too many passwords are being checked.
    ///
    /// Known and unknown addresses take the same steps: one transaction that reserves the attempt, one hash, one transaction that
    /// settles it.
    package func signIn(
        typedAddress: String, password: String, deviceCookies: [String], rememberedDevices: [String] = [],
        from source: RequestSource
    ) async throws -> Outcome {
        let start = try await begin(typedAddress, deviceCookies, from: source)
        let attempt = start.attempt
        switch start.reservation {
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .granted: break
        }
        let typed = Password(password)
        let verdict: PasswordVerifier.Verdict
        do {
            verdict = try await passwords.check(typed, of: attempt.account?.id, stored: start.stored)
        } catch {
            try await release(attempt.subject)
            throw error
        }
        guard case .right(let renewed) = verdict, let typed, let account = attempt.account, let stored = start.stored
        else { return try await refuse(attempt) }
        if let refusal = try await refuseUnusable(account, start.passwordChangedAt, attempt) { return refusal }
        let isBreached = await breachCheck.isBreached(typed, remembered: start.breach)
        let end = try await settle(
            attempt, account, stored, renewal: renewed, isBreached: isBreached, remembered: rememberedDevices)
        if let changedAt = start.passwordChangedAt {
            breachCheck.askForNextTime(typed, of: account.id, setAt: changedAt, remembered: start.breach)
        }
        switch end {
        case .unusable: return try await refuse(attempt)
        case .blocked: return .invalidCredentials
        case .challenged(let pending): return .secondFactorNeeded(pending)
        case .mustEnrol(let pending): return .enrolmentNeeded(pending)
        case .opened(let opened):
            return .signedIn(try await secondFactor.opening.grant(opened), deviceCookie: opened.deviceCookie)
        }
    }

    private struct Start: Sendable {
        let reservation: LockoutState.Reservation
        let attempt: CredentialAttempt
        let stored: PasswordStore.Sealed?
        let passwordChangedAt: Timestamp?
        let breach: SignInBreachCheck.Remembered?
    }

    /// Reads the account, known or not, and reserves the attempt.
    private func begin(_ typed: String, _ deviceCookies: [String], from source: RequestSource) async throws -> Start {
        let (address, now) = (EmailAddress(typed), world.now())
        return try await database.transaction { sql in
            let credentials = Self.credentials(of: address)
            let (row, subject, state): (Row?, SignInSubject, LockoutState)
            if !deviceCookies.isEmpty {
                // Whom the attempt counts for depends on whether the account still knows the device.
                row = try sql.ask(credentials)
                subject = guardian.subjects.subject(
                    typed: typed, deviceCookies: deviceCookies, epoch: try row?.get("device_epoch") ?? 0)
                state = try sql.ask(guardian.state(of: subject, at: now))
            } else {
                subject = guardian.subjects.address(typed: typed)
                (row, state) = try sql.ask(credentials, guardian.state(of: subject, at: now))
            }
            let attempt = CredentialAttempt(
                subject: subject, source: source, at: now, account: try row.map(Account.init))
            return Start(
                reservation: try guardian.reserve(attempt, state, in: sql), attempt: attempt,
                stored: try row.flatMap(PasswordStore.Sealed.init),
                passwordChangedAt: try row?.optional("changed_at"),
                breach: try row.flatMap(SignInBreachCheck.Remembered.init))
        }
    }

    private static func credentials(of address: EmailAddress?) -> Question<Row?> {
        Question(
            """
            SELECT \(AccountTable.columns), device_epoch, key_id, sealed_hash, changed_at,
                \(SignInBreachCheck.columns)
            FROM account LEFT JOIN account_password ON account_id = id
            WHERE email = \(address?.text ?? "")
            """
        ) { rows in rows.first }
    }

    private func release(_ subject: SignInSubject) async throws {
        let now = world.now()
        _ = try await database.transaction { sql in try guardian.release(subject, at: now, in: sql) }
    }

    /// Settles a wrong password.
    private func refuse(_ attempt: CredentialAttempt) async throws -> Outcome {
        let reason = attempt.account == nil ? "unknown_address" : "wrong_password"
        try await database.transaction { sql in try guardian.fail(attempt, ["reason": reason], in: sql) }
        return .invalidCredentials
    }

    /// A right password for an account that may not be used: told to its owner alone, and no failure.
    private func refuseUnusable(
        _ account: Account, _ passwordChangedAt: Timestamp?, _ attempt: CredentialAttempt
    ) async throws -> Outcome? {
        let now = world.now()
        let reason: String
        let outcome: Outcome
        if account.status == .disabled {
            (reason, outcome) = ("account_disabled", .disabled)
        } else if policy.requiresVerifiedEmail, account.emailVerifiedAt == nil {
            (reason, outcome) = ("email_not_verified", .emailNotVerified)
        } else if let life = policy.passwordLife, let changed = passwordChangedAt, changed + life <= now {
            (reason, outcome) = ("password_expired", .passwordExpired)
        } else {
            return nil
        }
        try await database.transaction { sql in try guardian.refuse(attempt, because: reason, in: sql) }
        return outcome
    }

    /// How the transaction after the right password ended.
    private enum End: Sendable {
        case opened(SessionOpening.Opened)
        case challenged(PendingChallenge)
        case mustEnrol(PendingChallenge)
        /// The account was switched off, or its password changed, while the one that was typed was being hashed.
        case unusable
        /// The detection refuses it: whoever tries is told no more than after a wrong password.
        case blocked
    }

    /// Opens the session, or asks for more.
    private func settle(
        _ attempt: CredentialAttempt, _ account: Account, _ stored: PasswordStore.Sealed,
        renewal: PasswordStore.Sealed?, isBreached: Bool, remembered: [String]
    ) async throws -> End {
        let (end, ended) = try await database.transaction { sql -> (End, [SessionID]) in
            let (unchanged, state, record) = try sql.ask(
                Self.held(account.id, stored), guardian.reservedState(of: attempt.subject),
                secondFactor.watch.question(
                    about: account.id, from: attempt.source, nonce: attempt.subject.deviceNonce))
            // Read again: the role may be another one than before the hash.
            guard let account = try unchanged.map(Account.init) else { return (.unusable, []) }
            let failures = try guardian.succeed(attempt.subject, state, at: world.now(), in: sql)
            if let renewal { try passwords.replace(stored, with: renewal, of: account.id, in: sql) }
            let proof = SignInProof(
                account: account, methods: [AuthenticationMethod.password],
                deviceNonce: attempt.subject.deviceNonce, source: attempt.source,
                circumstances: .init(recentFailures: failures, passwordIsBreached: isBreached))
            var ended: [SessionID] = []
            switch try secondFactor.afterPassword(proof, record, remembered: remembered, ended: &ended, in: sql) {
            case .opened(let opened): return (.opened(opened), ended)
            case .challenged(let pending): return (.challenged(pending), ended)
            case .mustEnrol(let pending): return (.mustEnrol(pending), ended)
            case .blocked: return (.blocked, ended)
            }
        }
        revoked.insert(ended, now: world.now())
        return end
    }

    /// The account while it may be used and has that password, held until the end: whoever disables the account or changes the password comes
    /// before this session, which is then not opened, or after it, and ends it.
    private static func held(_ account: AccountID, _ stored: PasswordStore.Sealed) -> Question<Row?> {
        Question(
            """
            SELECT \(AccountTable.columns) FROM account JOIN account_password ON account_id = account.id
            WHERE account.id = \(account) AND status = 'active' AND sealed_hash = \(stored.bytes) \(.forUpdate)
            """
        ) { rows in rows.first }
    }
}
