import Core
package import SecurityEvents
import Storage

/// Takes up a passkey that a browser has made.
package struct RegisterPasskey: Sendable {
    let gate: GateParts

    /// What became of it.
    package enum Outcome: Sendable {
        /// Registered. Recovery codes, shown once, for somebody who had none.
        case registered(Passkey, recoveryCodes: [String])
        /// What the browser sent is not what was asked for.
        case rejected(WebAuthnFailure)
        /// The challenge ran out, was used, or is another session's.
        case challengeInvalid
        /// A credential that is registered already, a model or kind that is not allowed, or too many.
        case notAllowed
        case disabled
        case refused(FactorRefusal)
    }

    /// The person behind `proof`, if they may add a passkey. Passkeys do not hang on `ENABLE_MFA`; whoever has a factor must have shown it.
    func begin(
        _ scope: Scope, _ proof: FreshReauthentication, in sql: any SQLSession
    ) throws -> Result<Account, FactorManagement.Refused> {
        guard proof.scope == scope, let account = try AccountTable.active(scope.userID, in: sql),
            try SessionTable.isOpen(scope.sessionID, in: sql)
        else { return .failure(.init(.sessionRevoked)) }
        if gate.mfa.isEnabled, !proof.isMultiFactor, try !FactorSet.of(account.id, in: sql).isEmpty {
            return .failure(.init(.secondFactorNeeded))
        }
        return .success(account)
    }

    /// Verifies and stores what the browser of the person behind `scope` has made.
    package func register(
        _ scope: Scope, _ response: RegistrationResponse, name: String, _ proof: FreshReauthentication,
        from source: RequestSource
    ) async throws -> Outcome {
        guard gate.passkeys.isEnabled else { return .disabled }
        guard let challenge = WebAuthnVerifier.challenge(in: response.clientDataJSON) else {
            return .rejected(.malformed)
        }
        let attachment = Self.attachment(of: response)
        guard gate.passkeys.allows(attachment) else { return .notAllowed }
        let verified: VerifiedRegistration
        do throws(WebAuthnFailure) {
            verified = try WebAuthnVerifier(relyingParty: gate.passkeys.relyingParty).registration(
                response, challenge: challenge, requiresUserVerification: false,
                allowedAAGUIDs: attachment == .crossPlatform ? gate.passkeys.allowedModels : nil)
        } catch {
            return .rejected(error)
        }
        let passkey = Passkey(
            id: gate.world.identifier(), accountID: scope.userID, credentialID: verified.credentialID,
            key: verified.key, signCount: Int64(verified.signCount), aaguid: verified.aaguid, attachment: attachment,
            transports: Self.knownTransports(response.transports), isBackupEligible: verified.isBackupEligible,
            isBackedUp: verified.isBackedUp, name: name, createdAt: gate.world.now(), lastUsedAt: nil)
        let (outcome, ended) = try await store(passkey, challenge, scope, proof, source)
        gate.revoked.insert(ended, now: gate.world.now())
        return outcome
    }

    private func store(
        _ passkey: Passkey, _ challenge: [UInt8], _ scope: Scope, _ proof: FreshReauthentication,
        _ source: RequestSource
    ) async throws -> (Outcome, [SessionID]) {
        let gate = gate
        return try await gate.database.transaction { sql in
            let account: Account
            switch try begin(scope, proof, in: sql) {
            case .failure(let refused): return (.refused(refused.reason), [])
            case .success(let found): account = found
            }
            // Here is where the challenge counts: it is this session's, and it counts once.
            guard
                try sql.ask(gate.passkeyChallenges.use(challenge, for: .registration(scope.sessionID)))
            else { return (.challengeInvalid, []) }
            let before = try FactorSet.of(account.id, in: sql)
            guard before.passkeys < PasskeyPolicy.most, try PasskeyTable.insert(passkey, in: sql) else {
                return (.notAllowed, [])
            }
            let ended = try FactorChange(gate: gate).follow(
                .init(
                    account: account, event: .passkeyAdded, factor: passkey.name, isAdded: true, source: source,
                    session: scope.sessionID,
                    detail: ["passkey": passkey.id.description, "attachment": passkey.attachment.rawValue]), in: sql)
            let needsCodes = gate.mfa.isEnabled && before.recoveryCodes == 0
            let codes = needsCodes ? try RecoveryCodes(gate: gate).make(for: account.id, in: sql) : []
            return (.registered(passkey, recoveryCodes: codes), ended)
        }
    }

    /// What the browser says; without a word the transports tell: a roaming key is never reached from inside.
    private static func attachment(of response: RegistrationResponse) -> AuthenticatorAttachment {
        if let said = response.attachment.flatMap(AuthenticatorAttachment.init(rawValue:)) { return said }
        return response.transports.contains("internal") ? .platform : .crossPlatform
    }

    private static func knownTransports(_ transports: [String]) -> [String] {
        ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"].filter(transports.contains)
    }
}
