import Accounts
import Core
import Credentials
import TestSupport

/// Our side of WebAuthn with a challenge, and a passkey on the other.
struct WebAuthnCeremony {
    static let origin = "https://crm.example.com"
    static let rpID = "crm.example.com"

    let world: TestWorld
    let verifier = WebAuthnVerifier(
        relyingParty: RelyingParty(id: rpID, name: "Gatehouse", origins: [origin, "https://desk.crm.example.com"]))
    let challenge: [UInt8]
    let authenticator: SoftwareAuthenticator
    let key: CredentialKey

    init(_ kind: SoftwareKey.Kind = .es256, seed: UInt64 = 1) throws {
        let world = TestWorld(seed: seed)
        let authenticator = try SoftwareAuthenticator(
            kind, credentialID: world.randomBytes(32), aaguid: world.randomBytes(16),
            userHandle: world.randomBytes(16))
        let challenge = world.randomBytes(32)
        self.world = world
        self.authenticator = authenticator
        self.challenge = challenge
        let response = try authenticator.create(challenge: challenge, origin: Self.origin, rpID: Self.rpID)
        key = try verifier.registration(
            Self.response(response), challenge: challenge, requiresUserVerification: true, allowedAAGUIDs: nil
        ).key
    }

    /// Presents a registration that the authenticator makes with `behaviour`.
    func register(
        origin: String = Self.origin, rpID: String = Self.rpID, challenge: [UInt8]? = nil,
        requiresUserVerification: Bool = true, allowedAAGUIDs: Set<[UInt8]>? = nil,
        _ behaviour: SoftwareAuthenticator.Behaviour = .init()
    ) throws -> VerifiedRegistration {
        let made = try authenticator.create(
            challenge: challenge ?? self.challenge, origin: origin, rpID: rpID, behaviour)
        return try verifier.registration(
            Self.response(made), challenge: self.challenge, requiresUserVerification: requiresUserVerification,
            allowedAAGUIDs: allowedAAGUIDs)
    }

    /// Presents an assertion that the authenticator makes with `behaviour`.
    func signIn(
        origin: String = Self.origin, rpID: String = Self.rpID, challenge: [UInt8]? = nil,
        requiresUserVerification: Bool = true, _ behaviour: SoftwareAuthenticator.Behaviour = .init()
    ) throws -> VerifiedAssertion {
        let made = try authenticator.get(
            challenge: challenge ?? self.challenge, origin: origin, rpID: rpID, behaviour)
        return try verifier.assertion(
            Self.response(made), key: key, challenge: self.challenge,
            requiresUserVerification: requiresUserVerification)
    }

    /// Presents a registration as it is; `nil` when it is refused.
    func outcome(of made: SoftwareAuthenticator.Registration) -> VerifiedRegistration? {
        try? verifier.registration(
            Self.response(made), challenge: challenge, requiresUserVerification: true, allowedAAGUIDs: nil)
    }

    /// Presents an assertion as it is; `nil` when it is refused.
    func outcome(of made: SoftwareAuthenticator.Assertion) -> VerifiedAssertion? {
        try? verifier.assertion(
            Self.response(made), key: key, challenge: challenge, requiresUserVerification: true)
    }

    static func response(_ made: SoftwareAuthenticator.Registration) -> RegistrationResponse {
        RegistrationResponse(
            clientDataJSON: made.clientDataJSON, attestationObject: made.attestationObject,
            transports: made.transports, attachment: made.attachment)
    }

    static func response(_ made: SoftwareAuthenticator.Assertion) -> AssertionResponse {
        AssertionResponse(
            credentialID: made.credentialID, clientDataJSON: made.clientDataJSON,
            authenticatorData: made.authenticatorData, signature: made.signature, userHandle: made.userHandle)
    }
}
