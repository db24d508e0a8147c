import Core
package import SecurityEvents
import Storage

/// Sets up and removes an authenticator app.
package struct TOTPEnrolment: Sendable {
    let gate: GateParts

    /// What an app needs to know: shown once, at set-up.
    package struct Invitation: Sendable, Hashable {
        /// In base32, to be typed.
        package let secret: String
        /// `otpauth://`, to be scanned.
        package let uri: String
    }

    /// What became of the start.
    package enum Start: Sendable {
        /// Not active before a first code confirms it.
        case started(Invitation)
        case refused(FactorRefusal)
    }

    /// What became of the confirmation.
    package enum Confirmation: Sendable {
        /// Active. The recovery codes are shown once.
        case confirmed(recoveryCodes: [String])
        case refused(FactorRefusal)
    }

    /// Makes a secret for the person behind `scope`; one that was started before and never confirmed is replaced.
    package func start(_ scope: Scope, _ proof: FreshReauthentication) async throws -> Start {
        let gate = gate
        return try await gate.database.transaction { sql in
            switch try FactorManagement(gate: gate).begin(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let standing):
                guard !standing.factors.hasTOTP else { return .refused(.exists) }
                return .started(try write(for: standing.account, in: sql))
            }
        }
    }

    /// Writes a secret that is not confirmed yet.
    func write(for account: Account, in sql: any SQLSession) throws -> Invitation {
        let secret = gate.world.randomBytes(TOTP.secretLength)
        let sealed = try gate.factorSealing.seal(secret, "mfa_totp", account.id)
        try sql.run(
            """
            INSERT INTO mfa_totp (account_id, key_id, sealed_secret, created_at, last_step)
            VALUES (\(account.id), \(sealed.keyID), \(sealed.bytes), \(gate.world.now()), -1)
            ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed_secret = excluded.sealed_secret,
                created_at = excluded.created_at WHERE mfa_totp.confirmed_at IS NULL
            """)
        return Invitation(
            secret: Base32.encode(secret),
            uri: OTPAuthURI.text(secret: secret, issuer: gate.mfa.issuer, account: account.email.text))
    }

    /// Makes it active with a first code, which then is used up like any other.
    package func confirm(_ scope: Scope, code: String, from source: RequestSource) async throws -> Confirmation {
        let gate = gate
        let (outcome, ended) = try await gate.database.transaction { sql -> (Confirmation, [SessionID]) in
            guard gate.mfa.isEnabled else { return (.refused(.disabled), []) }
            guard let account = try AccountTable.active(scope.userID, in: sql),
                try SessionTable.isOpen(scope.sessionID, in: sql)
            else { return (.refused(.sessionRevoked), []) }
            switch try activate(account.id, code, in: sql) {
            case .notFound: return (.refused(.notFound), [])
            case .wrong:
                try recordWrong(account, source, scope.sessionID, in: sql)
                return (.refused(.invalidCode), [])
            case .active: break
            }
            let change = FactorChange(gate: gate)
            let ended = try change.follow(
                .init(
                    account: account, event: .mfaEnabled, factor: FactorKind.totp.rawValue, isAdded: true,
                    source: source, session: scope.sessionID), in: sql)
            try change.raise(scope.sessionID, by: FactorKind.totp.authenticationMethod, in: sql)
            return (.confirmed(recoveryCodes: try RecoveryCodes(gate: gate).make(for: account.id, in: sql)), ended)
        }
        gate.revoked.insert(ended, now: gate.world.now())
        return outcome
    }

    /// What a first code did.
    enum Activation: Sendable {
        case active
        case wrong
        case notFound
    }

    /// Activates the secret of `account`: one statement, so that of two codes at once one counts, and the step of the code is used up.
    func activate(_ account: AccountID, _ code: String, in sql: any SQLSession) throws -> Activation {
        let row = try sql.row(
            "SELECT key_id, sealed_secret FROM mfa_totp WHERE account_id = \(account) AND confirmed_at IS NULL")
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_secret"),
            let secret = gate.factorSealing.open(sealed, "mfa_totp", account)
        else { return .notFound }
        let now = gate.world.now()
        guard let step = TOTP.steps(matching: code, secret: secret, at: now).last else { return .wrong }
        let changed = try sql.changes(
            """
            UPDATE mfa_totp SET confirmed_at = \(now), last_step = \(step)
            WHERE account_id = \(account) AND confirmed_at IS NULL AND sealed_secret = \(sealed.bytes)
            """)
        return changed == 1 ? .active : .notFound
    }

    private func recordWrong(
        _ account: Account, _ source: RequestSource, _ session: SessionID, in sql: any SQLSession
    ) throws {
        let attempt = FactorAttempt(
            account: account, kind: .totp, step: "enrolment", source: source, session: session)
        try FactorGuard(gate: gate).record(.wrong(locks: false), of: attempt, reason: "wrong_code", in: sql)
    }

    /// Removes the authenticator app of the person behind `scope`.
    package func remove(
        _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        try await FactorRemoval(gate: gate).remove(.totp, \.hasTOTP, "mfa_totp", scope, proof, from: source)
    }
}

/// What follows when somebody takes one of their factors away.
struct FactorRemoval: Sendable {
    let gate: GateParts

    /// Removes the one factor of its `kind` that the person behind `scope` has: the row of `table`, which `owned` tells of.
    func remove(
        _ kind: FactorKind, _ owned: any WritableKeyPath<FactorSet, Bool> & Sendable, _ table: SQL, _ scope: Scope,
        _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        let gate = gate
        let (refusal, ended) = try await gate.database.transaction { sql -> (FactorRefusal?, [SessionID]) in
            let standing: FactorManagement.Standing
            switch try FactorManagement(gate: gate).begin(scope, proof, in: sql) {
            case .failure(let refused): return (refused.reason, [])
            case .success(let found): standing = found
            }
            var left = standing.factors
            guard left[keyPath: owned] else { return (.notFound, []) }
            left[keyPath: owned] = false
            guard FactorManagement(gate: gate).mayHave(left, standing.account) else {
                return (.strongerFactorNeeded, [])
            }
            try sql.run("DELETE FROM \(table) WHERE account_id = \(standing.account.id)")
            return (nil, try finish(standing.account, kind, left, scope, source, in: sql))
        }
        gate.revoked.insert(ended, now: gate.world.now())
        return refusal
    }

    /// Ends what hung on it; when it was the last one, the recovery codes die as well.
    func finish(
        _ account: Account, _ kind: FactorKind, _ left: FactorSet, _ scope: Scope, _ source: RequestSource,
        name: String? = nil, in sql: any SQLSession
    ) throws -> [SessionID] {
        if left.isEmpty { try sql.run("DELETE FROM mfa_recovery_code WHERE account_id = \(account.id)") }
        return try FactorChange(gate: gate).follow(
            .init(
                account: account, event: kind == .webauthn ? .passkeyRemoved : .mfaDisabled,
                factor: name ?? kind.rawValue, isAdded: false, source: source, session: scope.sessionID), in: sql)
    }
}
