package import Accounts
import Core
package import Credentials
package import SecurityEvents
package import Sessions
import Storage

/// Takes up a passkey that a browser has made.
package struct RegisterPasskey: Sendable {
    private let database: any Database
    private let world: World
    private let policy: PasskeyPolicy
    private let challenges: PasskeyChallenges
    private let management: FactorManagement
    private let change: FactorChange
    private let recoveryCodes: RecoveryCodes

    init(
        database: any Database, world: World, policy: PasskeyPolicy, challenges: PasskeyChallenges,
        management: FactorManagement, change: FactorChange, recoveryCodes: RecoveryCodes
    ) {
        self.database = database
        self.world = world
        self.policy = policy
        self.challenges = challenges
        self.management = management
        self.change = change
        self.recoveryCodes = recoveryCodes
    }

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

    /// Verifies and stores what the browser of the person behind `scope` has made.
    package func register(
        _ scope: Scope, _ response: RegistrationResponse, name: String, _ proof: FreshReauthentication,
        from source: RequestSource
    ) async throws -> Outcome {
        guard policy.isEnabled else { return .disabled }
        guard let challenge = WebAuthnVerifier.challenge(in: response.clientDataJSON) else {
            return .rejected(.malformed)
        }
        let attachment = Self.attachment(of: response)
        guard policy.allows(attachment) else { return .notAllowed }
        let verified: VerifiedRegistration
        do throws(WebAuthnFailure) {
            verified = try WebAuthnVerifier(relyingParty: policy.relyingParty).registration(
                response, challenge: challenge, requiresUserVerification: false,
                allowedAAGUIDs: attachment == .crossPlatform ? policy.allowedModels : nil)
        } catch {
            return .rejected(error)
        }
        let passkey = Passkey(
            id: world.identifier(), of: scope.userID, verified: verified, attachment: attachment,
            transports: Self.knownTransports(response.transports), name: name, createdAt: world.now())
        let (outcome, ended) = try await store(passkey, challenge, scope, proof, source)
        change.committed(ended)
        return outcome
    }

    private func store(
        _ passkey: Passkey, _ challenge: [UInt8], _ scope: Scope, _ proof: FreshReauthentication,
        _ source: RequestSource
    ) async throws -> (Outcome, [SessionID]) {
        return try await database.transaction { sql in
            let account: Account
            switch try management.beginPasskey(scope, proof, in: sql) {
            case .failure(let refused): return (.refused(refused.reason), [])
            case .success(let found): account = found
            }
            // Here is where the challenge counts: it is this session's, and it counts once.
            guard let session = scope.sessionID, try sql.ask(challenges.use(challenge, for: .registration(session)))
            else { return (.challengeInvalid, []) }
            let before = try FactorSet.of(account.id, in: sql)
            guard before.passkeys < PasskeyPolicy.most, try PasskeyTable.insert(passkey, in: sql) else {
                return (.notAllowed, [])
            }
            let ended = try change.follow(
                .init(
                    account: account, event: .passkeyAdded, factor: passkey.name, isAdded: true, source: source,
                    session: scope.sessionID,
                    detail: ["passkey": passkey.id.description, "attachment": passkey.attachment.rawValue]), in: sql)
            let needsCodes = management.isEnabled && before.recoveryCodes == 0
            let codes = needsCodes ? try recoveryCodes.make(for: account.id, in: sql) : []
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
