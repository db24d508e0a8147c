import Accounts
import Core
import Credentials
import TestSupport
import Testing

@Suite struct `a sign-in with a passkey` {
    typealias Behaviour = SoftwareAuthenticator.Behaviour

    private let ceremony: WebAuthnCeremony

    init() throws { ceremony = try WebAuthnCeremony() }

    @Test(arguments: SoftwareKey.Kind.allCases)
    func `is proven by the signature of its key`(kind: SoftwareKey.Kind) throws {
        let assertion = try WebAuthnCeremony(kind).signIn(
            .with {
                $0.signCount = .max
                $0.backupEligible = true
                $0.backedUp = true
            })
        #expect(assertion.signCount == .max)
        #expect(assertion.isUserVerified && assertion.isBackupEligible && assertion.isBackedUp)
    }

    @Test func `by an authenticator that does not count tells zero`() throws {
        #expect(try ceremony.signIn().signCount == 0)
    }

    @Test(arguments: [
        (WebAuthnFailure.wrongType, Behaviour.with { $0.type = "webauthn.create" }),
        (.wrongOrigin, .with { $0.crossOrigin = true }),
        (.wrongOrigin, .with { $0.topOrigin = "https://evil.example" }),
        (.userNotPresent, .with { $0.userPresent = false }),
        (.userNotVerified, .with { $0.userVerified = false }),
        (.inconsistentFlags, .with { $0.backedUp = true }),
        (.inconsistentFlags, .with { $0.hasCredential = true }),
        (.malformed, .with { $0.trailing = [0] }),
    ])
    func `is refused for each thing that is wrong`(failure: WebAuthnFailure, behaviour: Behaviour) {
        #expect(throws: failure) { try ceremony.signIn(behaviour) }
    }

    @Test func `needs no verification of the user where nobody asks for it`() throws {
        #expect(try !ceremony.signIn(requiresUserVerification: false, .with { $0.userVerified = false }).isUserVerified)
    }

    @Test func `from another origin, for another domain or another challenge is refused`() {
        #expect(throws: WebAuthnFailure.wrongOrigin) { try ceremony.signIn(origin: "https://crm-example.com") }
        #expect(throws: WebAuthnFailure.wrongRelyingParty) { try ceremony.signIn(rpID: "evil.example") }
        #expect(throws: WebAuthnFailure.wrongChallenge) {
            try ceremony.signIn(challenge: ceremony.world.randomBytes(32))
        }
    }

    @Test(arguments: SoftwareKey.Kind.allCases)
    func `is refused by another passkey's key`(kind: SoftwareKey.Kind) throws {
        let other = try WebAuthnCeremony(kind, seed: 2).key
        let made = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        #expect(throws: WebAuthnFailure.badSignature) {
            try ceremony.verifier.assertion(
                WebAuthnCeremony.response(made), key: other, challenge: ceremony.challenge,
                requiresUserVerification: true)
        }
    }

    @Test func `is refused by a stored key that is none`() throws {
        let made = WebAuthnCeremony.response(
            try ceremony.authenticator.get(
                challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID))
        let key = ceremony.key.bytes
        let stored: [(Int64, [UInt8], WebAuthnFailure)] = [
            (-7, [], .malformed), (-7, Array(key.dropLast()), .malformed), (-7, key + [0], .malformed),
            (-7, key.reversed(), .malformed), (-8, key, .malformed), (-257, key, .malformed),
            (-257, Array(repeating: 1, count: 259), .malformed), (-35, key, .unsupportedAlgorithm),
            (0, key, .unsupportedAlgorithm), (.min, key, .unsupportedAlgorithm),
        ]
        for (algorithm, bytes, failure) in stored {
            #expect(throws: failure) {
                try ceremony.verifier.assertion(
                    made, key: CredentialKey(algorithm: algorithm, bytes: bytes), challenge: ceremony.challenge,
                    requiresUserVerification: true)
            }
        }
    }

    @Test func `without a signature is refused`() throws {
        var made = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        made.signature = []
        #expect(ceremony.outcome(of: made) == nil)
        made.signature = Array(repeating: 0x30, count: 1_000_000)
        #expect(ceremony.outcome(of: made) == nil)
    }

    @Test func `answers a challenge that can be read before anything is verified`() throws {
        let made = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: "https://evil.example", rpID: "evil.example")
        #expect(WebAuthnVerifier.challenge(in: made.clientDataJSON) == ceremony.challenge)
        for bytes in [[], [0xFF], Array("{}".utf8), Array(#"{"challenge":"!"}"#.utf8)] as [[UInt8]] {
            #expect(WebAuthnVerifier.challenge(in: bytes) == nil)
        }
    }

    @Test func `tells more about the page than we know`() throws {
        _ = try ceremony.signIn(.with { $0.moreClientData = #","other_keys_can_be_added_here":"…","n":[{}]"# })
        _ = try ceremony.signIn(.with { $0.crossOrigin = nil })
        #expect(throws: WebAuthnFailure.malformed) {
            try ceremony.signIn(.with { $0.moreClientData = #","x":""# + String(repeating: "x", count: 5_000) + "\"" })
        }
        let brackets = String(repeating: "[", count: 1_500) + String(repeating: "]", count: 1_500)
        #expect(throws: WebAuthnFailure.malformed) {
            try ceremony.signIn(.with { $0.moreClientData = #","x":"# + brackets })
        }
    }
}
