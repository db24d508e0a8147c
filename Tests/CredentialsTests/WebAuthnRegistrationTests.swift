import Accounts
import Credentials
import TestSupport
import Testing

@Suite struct `the registration of a passkey` {
    typealias Behaviour = SoftwareAuthenticator.Behaviour

    private let ceremony: WebAuthnCeremony

    init() throws { ceremony = try WebAuthnCeremony() }

    @Test(arguments: SoftwareKey.Kind.allCases, [false, true])
    func `gives what the authenticator made`(kind: SoftwareKey.Kind, selfSigned: Bool) throws {
        let ceremony = try WebAuthnCeremony(kind)
        let passkey = try ceremony.register(
            .with {
                $0.signCount = 0x0102_0304
                $0.backupEligible = true
                $0.attestation = selfSigned ? .selfSigned : .none
            })
        #expect(passkey.credentialID == ceremony.authenticator.credentialID)
        #expect(passkey.aaguid == ceremony.authenticator.aaguid)
        #expect(passkey.signCount == 0x0102_0304)
        #expect(passkey.key == ceremony.key)
        #expect(passkey.key.algorithm == ceremony.authenticator.key.algorithm)
        #expect(passkey.isUserVerified && passkey.isBackupEligible && !passkey.isBackedUp && !passkey.isModelCertified)
        #expect(passkey.attestationFormat == (selfSigned ? "packed" : "none"))
    }

    @Test(arguments: [
        (WebAuthnFailure.wrongType, Behaviour.with { $0.type = "webauthn.get" }),
        (.wrongType, .with { $0.type = "payment.get" }),
        (.wrongOrigin, .with { $0.crossOrigin = true }),
        (.wrongOrigin, .with { $0.topOrigin = "https://evil.example" }),
        (.wrongOrigin, .with { $0.topOrigin = WebAuthnCeremony.origin }),
        (.userNotPresent, .with { $0.userPresent = false }),
        (.userNotVerified, .with { $0.userVerified = false }),
        (.inconsistentFlags, .with { $0.backedUp = true }),
        (.inconsistentFlags, .with { $0.hasCredential = false }),
        (.malformed, .with { $0.trailing = [0] }),
    ])
    func `is refused for each thing that is wrong`(failure: WebAuthnFailure, behaviour: Behaviour) {
        #expect(throws: failure) { try ceremony.register(behaviour) }
        #expect(throws: failure) {
            try ceremony.register(
                .with {
                    $0 = behaviour
                    $0.attestation = .selfSigned
                })
        }
    }

    @Test func `needs no verification of the user where nobody asks for it`() throws {
        let passkey = try ceremony.register(requiresUserVerification: false, .with { $0.userVerified = false })
        #expect(!passkey.isUserVerified)
    }

    @Test(arguments: [
        "https://crm.example.com.evil.example", "http://crm.example.com", "https://crm.example.com:8443",
        "https://example.com", "https://CRM.example.com", "https://crm.example.com/", "null", "",
    ])
    func `on a page that is not ours is refused`(origin: String) {
        #expect(throws: WebAuthnFailure.wrongOrigin) { try ceremony.register(origin: origin) }
    }

    @Test func `on each page that is ours is accepted`() throws {
        _ = try ceremony.register(origin: "https://desk.crm.example.com")
    }

    @Test func `for another domain is refused`() {
        #expect(throws: WebAuthnFailure.wrongRelyingParty) { try ceremony.register(rpID: "example.com") }
    }

    @Test func `for another challenge is refused`() {
        #expect(throws: WebAuthnFailure.wrongChallenge) {
            try ceremony.register(challenge: ceremony.world.randomBytes(32))
        }
        #expect(throws: WebAuthnFailure.wrongChallenge) {
            try ceremony.register(challenge: Array(ceremony.challenge.dropLast()))
        }
        #expect(throws: WebAuthnFailure.wrongChallenge) { try ceremony.register(challenge: []) }
    }

    @Test(arguments: [-35, -36, -37, -47, -65_535, -9, 0, 1, 5, Int64.max, Int64.min + 1])
    func `of another algorithm is refused`(algorithm: Int64) {
        #expect(throws: WebAuthnFailure.unsupportedAlgorithm) {
            try ceremony.register(.with { $0.claimedAlgorithm = algorithm })
        }
    }

    @Test(arguments: [-8, -257] as [Int64])
    func `of a key that is not for its algorithm is refused`(algorithm: Int64) {
        #expect(throws: WebAuthnFailure.malformed) {
            try ceremony.register(.with { $0.claimedAlgorithm = algorithm })
        }
    }

    @Test func `without half of a key is refused`() {
        let integer = CBOREncoding.integer
        let point = CBOREncoding.bytes(Array(repeating: 0, count: 32))
        let keys: [[UInt8]] = [
            CBOREncoding.map([(integer(1), integer(2)), (integer(3), integer(-7)), (integer(-1), integer(1))]),
            CBOREncoding.map([(integer(1), integer(1)), (integer(3), integer(-8)), (integer(-1), integer(6))]),
            CBOREncoding.map([(integer(1), integer(3)), (integer(3), integer(-257))]),
            CBOREncoding.map([(integer(1), integer(2)), (integer(-1), integer(1))]),
            CBOREncoding.map([]), CBOREncoding.array([]), integer(3),
            CBOREncoding.map([
                (integer(1), integer(2)), (integer(3), integer(-7)), (integer(-1), integer(1)), (integer(-2), point),
                (integer(-3), point),
            ]),
            // A point of Ed25519 with which anybody's signature can be made to fit.
            CBOREncoding.map([
                (integer(1), integer(1)), (integer(3), integer(-8)), (integer(-1), integer(6)),
                (integer(-2), CBOREncoding.bytes([1] + Array(repeating: 0, count: 31))),
            ]),
            // An RSA key that anybody can sign for.
            CBOREncoding.map([
                (integer(1), integer(3)), (integer(3), integer(-257)),
                (integer(-1), CBOREncoding.bytes(Array(repeating: 0xFF, count: 256))),
                (integer(-2), CBOREncoding.bytes([0, 0, 1])),
            ]),
        ]
        for key in keys {
            #expect(throws: WebAuthnFailure.malformed) { try ceremony.register(.with { $0.coseKey = key }) }
        }
    }

    @Test(arguments: [0, 1_024, 4_096])
    func `with a credential ID of no allowed length is refused`(length: Int) throws {
        var authenticator = ceremony.authenticator
        authenticator.credentialID = Array(repeating: 7, count: length)
        let made = try authenticator.create(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        #expect(ceremony.outcome(of: made) == nil)
    }

    @Test func `that claims an allowed model without a certificate is refused`() throws {
        let allowed: Set = [ceremony.authenticator.aaguid]
        for attestation in [SoftwareAuthenticator.Attestation.none, .selfSigned, .statement("tpm", [0xA0])] {
            #expect(throws: WebAuthnFailure.authenticatorNotAllowed) {
                try ceremony.register(allowedAAGUIDs: allowed, .with { $0.attestation = attestation })
            }
        }
    }

    @Test func `whose own signature is by another key is refused`() throws {
        let stranger = try SoftwareKey(.es256)
        let statement = CBOREncoding.members([
            ("alg", CBOREncoding.integer(-7)), ("sig", CBOREncoding.bytes(try stranger.sign([1, 2, 3]))),
        ])
        #expect(throws: WebAuthnFailure.badSignature) {
            try ceremony.register(.with { $0.attestation = .statement("packed", statement) })
        }
    }

    @Test(arguments: ["packed", "fido-u2f", "none"])
    func `whose statement is none is refused`(format: String) {
        let text = CBOREncoding.text
        let bytes = CBOREncoding.bytes
        let statements: [[UInt8]] = [
            CBOREncoding.members([("alg", CBOREncoding.integer(-7))]),
            CBOREncoding.members([("alg", CBOREncoding.integer(-7)), ("sig", text("signed"))]),
            CBOREncoding.members([("alg", CBOREncoding.integer(-7)), ("sig", bytes([]))]),
            CBOREncoding.members([("alg", text("ES256")), ("sig", bytes([1]))]),
            CBOREncoding.members([
                ("alg", CBOREncoding.integer(-7)), ("sig", bytes([1])), ("x5c", CBOREncoding.array([])),
            ]),
            CBOREncoding.members([
                ("alg", CBOREncoding.integer(-7)), ("sig", bytes([1])), ("x5c", CBOREncoding.array([text("cert")])),
            ]),
            CBOREncoding.members([
                ("alg", CBOREncoding.integer(-7)), ("sig", bytes([1])),
                ("x5c", CBOREncoding.array([bytes([0x30, 0x80, 0, 0])])),
            ]),
        ]
        for statement in statements {
            #expect(throws: WebAuthnFailure.self) {
                try ceremony.register(.with { $0.attestation = .statement(format, statement) })
            }
        }
    }
}
