package import Accounts
import Core
import Credentials
package import Sessions
import Storage

/// What a browser is asked for: the options of `navigator.credentials`, in the JSON form of WebAuthn Level 3 (§5.1.8, §5.1.9).
package struct PasskeyOptions: Sendable {
    private let database: any Database
    private let policy: PasskeyPolicy
    private let challenges: PasskeyChallenges
    private let management: FactorManagement
    private let signIns: SignInChallenges

    init(
        database: any Database, policy: PasskeyPolicy, challenges: PasskeyChallenges, management: FactorManagement,
        signIns: SignInChallenges
    ) {
        self.database = database
        self.policy = policy
        self.challenges = challenges
        self.management = management
        self.signIns = signIns
    }

    /// What became of the wish.
    package enum Outcome: Sendable {
        /// The JSON.
        case options([UInt8])
        /// `ENABLE_BIOMETRIC_AUTH` and `ENABLE_HARDWARE_KEYS` are off.
        case disabled
        case challengeInvalid
        case refused(FactorRefusal)
    }

    /// To make a passkey for the person behind `scope`.
    package func registration(_ scope: Scope, _ proof: FreshReauthentication) async throws -> Outcome {
        guard policy.isEnabled else { return .disabled }
        guard let session = scope.sessionID else { return .refused(.sessionRevoked) }
        return try await database.transaction { sql in
            let account: Account
            switch try management.beginPasskey(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let found): account = found
            }
            let known = try PasskeyTable.all(of: account.id, in: sql)
            let challenge = challenges.issue(for: .registration(session))
            return .options(creation(challenge, account, known))
        }
    }

    /// To sign in without a password: with whichever passkey of this site the browser has.
    package func signIn() -> Outcome {
        guard policy.isEnabled else { return .disabled }
        return .options(request(challenges.issue(for: .signIn), [], userVerification: "required"))
    }

    /// To answer the second step of the sign-in behind `token`. A passkey that there is stays a second factor when new ones are switched off.
    package func secondFactor(_ token: String) async throws -> Outcome {
        return try await database.transaction { sql in
            guard let found = try HeldChallenge.find(token, signIns, in: sql) else { return .challengeInvalid }
            let use = PasskeyChallenges.Use.secondFactor(holder: found.challenge.tokenHash)
            let challenge = challenges.issue(for: use)
            return .options(
                request(
                    challenge, try PasskeyTable.all(of: found.account.id, in: sql), userVerification: "preferred"))
        }
    }

    /// To step up in the session of `scope`.
    package func stepUp(_ scope: Scope) async throws -> Outcome {
        guard let session = scope.sessionID else { return .refused(.sessionRevoked) }
        let known = try await database.rows(PasskeyTable.selectAll(of: scope.userID)).map(Passkey.init)
        return .options(
            request(
                challenges.issue(for: .stepUp(session)), known, userVerification: "preferred"))
    }

    private func creation(_ challenge: [UInt8], _ account: Account, _ known: [Passkey]) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.object { options in
            options.key("rp")
            options.object { rp in
                rp.member("id", policy.relyingParty.id)
                rp.member("name", policy.relyingParty.name)
            }
            options.key("user")
            options.object { user in
                user.member("id", Base64URL.encode(account.id.bytes))
                user.member("name", account.email.shown)
                user.member("displayName", "\(account.firstName) \(account.lastName)")
            }
            options.member("challenge", Base64URL.encode(challenge))
            options.key("pubKeyCredParams")
            options.array { list in
                for algorithm in CredentialKey.algorithms {
                    list.object { item in
                        item.member("type", "public-key")
                        item.member("alg", algorithm)
                    }
                }
            }
            options.member("timeout", PasskeyPolicy.challengeLife.milliseconds)
            options.credentials("excludeCredentials", known)
            options.key("authenticatorSelection")
            options.object { selection in
                if !(policy.allowsPlatform && policy.allowsHardwareKeys) {
                    let only: AuthenticatorAttachment = policy.allowsPlatform ? .platform : .crossPlatform
                    selection.member("authenticatorAttachment", only.rawValue)
                }
                selection.member("residentKey", "preferred")
                selection.member("requireResidentKey", false)
                selection.member("userVerification", "preferred")
            }
            options.member("attestation", policy.allowedModels == nil ? "none" : "direct")
            options.key("extensions")
            options.object { $0.member("credProps", true) }
        }
        return writer.bytes
    }

    private func request(_ challenge: [UInt8], _ known: [Passkey], userVerification: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { options in
            options.member("challenge", Base64URL.encode(challenge))
            options.member("timeout", PasskeyPolicy.challengeLife.milliseconds)
            options.member("rpId", policy.relyingParty.id)
            options.credentials("allowCredentials", known)
            options.member("userVerification", userVerification)
        }
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a list of `PublicKeyCredentialDescriptorJSON`.
    fileprivate mutating func credentials(_ name: StaticString, _ passkeys: [Passkey]) {
        key(name)
        array { list in
            for passkey in passkeys {
                list.object { item in
                    item.member("id", Base64URL.encode(passkey.credentialID))
                    item.member("type", "public-key")
                    item.key("transports")
                    item.array { transports in passkey.transports.forEach { transports.string($0) } }
                }
            }
        }
    }
}
