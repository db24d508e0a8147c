import Accounts
import Credentials
import TestSupport
import Testing

/// We ask for no extension, and take what browsers and authenticators add (WebAuthn Level 3 §7.1, §7.2).
@Suite struct `the extensions of a passkey` {
    private static let integer = CBOREncoding.integer
    private static let salt = CBOREncoding.bytes(Array(repeating: 9, count: 48))

    static let known: [[UInt8]] = [
        CBOREncoding.members([]),
        CBOREncoding.members([("credProtect", integer(2))]),
        CBOREncoding.members([("hmac-secret", CBOREncoding.boolean(true))]),
        CBOREncoding.members([("hmac-secret", CBOREncoding.boolean(false))]),
        CBOREncoding.members([
            ("credBlob", CBOREncoding.boolean(true)), ("credProtect", integer(3)),
            ("hmac-secret", CBOREncoding.boolean(true)), ("minPinLength", integer(6)),
        ]),
        CBOREncoding.members([("example.com/new", CBOREncoding.members([("a", CBOREncoding.array([integer(1)]))]))]),
        CBOREncoding.members([
            ("other", CBOREncoding.array([CBOREncoding.text("x")])), ("credProtect", integer(2)),
        ]),
    ]

    static let damaged: [[UInt8]] = [
        [], integer(1), CBOREncoding.array([]), CBOREncoding.map([(integer(1), integer(1))]), [0xBF, 0xFF],
        CBOREncoding.members([("a", integer(1)), ("a", integer(2))]),
        CBOREncoding.members([("a", integer(1))]) + [0],
        CBOREncoding.members([("hmac-secret", integer(1))]),
        CBOREncoding.head(5, 1 << 32) + CBOREncoding.text("a"),
    ]

    private let ceremony: WebAuthnCeremony

    init() throws { ceremony = try WebAuthnCeremony() }

    @Test(arguments: known, [SoftwareAuthenticator.Attestation.none, .selfSigned])
    func `are tolerated in a registration`(
        extensions: [UInt8], attestation: SoftwareAuthenticator.Attestation
    ) throws {
        let passkey = try ceremony.register(
            .with {
                $0.extensions = extensions
                $0.attestation = attestation
            })
        #expect(passkey.key == ceremony.key)
    }

    @Test(arguments: SoftwareKey.Kind.allCases)
    func `are tolerated in a sign-in`(kind: SoftwareKey.Kind) throws {
        let ceremony = try WebAuthnCeremony(kind)
        let outputs: [[UInt8]] = [
            CBOREncoding.members([]), CBOREncoding.members([("hmac-secret", Self.salt)]),
            CBOREncoding.members([("credBlob", Self.salt), ("hmac-secret", Self.salt)]),
            CBOREncoding.members([("example.com/new", CBOREncoding.boolean(true))]),
        ]
        for output in outputs { _ = try ceremony.signIn(.with { $0.extensions = output }) }
    }

    @Test(arguments: damaged)
    func `are refused when they are none`(extensions: [UInt8]) {
        #expect(throws: WebAuthnFailure.malformed) { try ceremony.register(.with { $0.extensions = extensions }) }
        #expect(throws: WebAuthnFailure.malformed) { try ceremony.signIn(.with { $0.extensions = extensions }) }
    }
}
