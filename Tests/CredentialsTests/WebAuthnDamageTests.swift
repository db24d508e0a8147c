import Accounts
import Core
import Credentials
import TestSupport
import Testing

/// Whatever arrives instead of an answer of an authenticator: it is refused, and never ends the process.
@Suite struct `a damaged WebAuthn answer` {
    private let ceremony: WebAuthnCeremony

    init() throws { ceremony = try WebAuthnCeremony() }

    private static func eachBitFlipped(_ bytes: [UInt8], _ body: ([UInt8], Int) -> Void) {
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                body(flipped, index)
            }
        }
    }

    private func made(
        _ attestation: SoftwareAuthenticator.Attestation
    ) throws -> SoftwareAuthenticator.Registration {
        try ceremony.authenticator.create(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID,
            .with { $0.attestation = attestation })
    }

    @Test(arguments: [SoftwareKey.Kind.es256, .eddsa])
    func `with any bit of an assertion flipped is refused`(kind: SoftwareKey.Kind) throws {
        let ceremony = try WebAuthnCeremony(kind)
        let whole = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        #expect(ceremony.outcome(of: whole) != nil)
        let parts: [WritableKeyPath<SoftwareAuthenticator.Assertion, [UInt8]>] = [
            \.authenticatorData, \.signature, \.clientDataJSON,
        ]
        for part in parts {
            Self.eachBitFlipped(whole[keyPath: part]) { flipped, index in
                var damaged = whole
                damaged[keyPath: part] = flipped
                #expect(ceremony.outcome(of: damaged) == nil, "at \(index)")
            }
        }
    }

    /// The new key has signed the authenticator data and the client data. What it has not signed is the wrapping: with
    /// another name for the format it is a registration without attestation, of the same passkey.
    @Test func `with any bit of a self-signed registration flipped gives the same passkey or none`() throws {
        let whole = try made(.selfSigned)
        let passkey = try #require(ceremony.outcome(of: whole))
        Self.eachBitFlipped(whole.clientDataJSON) { flipped, index in
            var damaged = whole
            damaged.clientDataJSON = flipped
            #expect(ceremony.outcome(of: damaged) == nil, "at \(index)")
        }
        var accepted: [Int] = []
        Self.eachBitFlipped(whole.attestationObject) { flipped, index in
            var damaged = whole
            damaged.attestationObject = flipped
            guard let outcome = ceremony.outcome(of: damaged) else { return }
            accepted.append(index)
            #expect(outcome.attestationFormat != "packed" && !outcome.isModelCertified)
            #expect(outcome.key == passkey.key && outcome.credentialID == passkey.credentialID)
            #expect(outcome.aaguid == passkey.aaguid && outcome.signCount == passkey.signCount)
        }
        // The letters of "packed", behind the head of the map, the key "fmt" and the head of the text.
        let unauthenticated = Set(6..<12)
        #expect(Set(accepted).isSubset(of: unauthenticated))
    }

    /// Without attestation nobody has signed anything: only the challenge, the origin and the domain are bound. A bit flipped
    /// in the name of the passkey, its model, its count or its backup flags is not noticed; one in its key is, because a
    /// point next to one on the curve is not on the curve.
    @Test func `with any bit of an unsigned registration flipped never gives another key`() throws {
        let whole = try made(.none)
        let passkey = try #require(ceremony.outcome(of: whole))
        let hash = try #require(whole.attestationObject.firstIndex(of: 0x58)) + 2
        Self.eachBitFlipped(whole.attestationObject) { flipped, index in
            var damaged = whole
            damaged.attestationObject = flipped
            guard let outcome = ceremony.outcome(of: damaged) else { return }
            #expect(outcome.key == passkey.key, "at \(index)")
            #expect(!(hash..<hash + 32).contains(index), "another domain is not noticed at \(index)")
        }
    }

    @Test func `that is cut off anywhere is refused`() throws {
        let registration = try made(.selfSigned)
        for length in registration.attestationObject.indices {
            var damaged = registration
            damaged.attestationObject = Array(registration.attestationObject.prefix(length))
            #expect(ceremony.outcome(of: damaged) == nil)
        }
        let assertion = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        for length in assertion.authenticatorData.indices {
            var damaged = assertion
            damaged.authenticatorData = Array(assertion.authenticatorData.prefix(length))
            #expect(ceremony.outcome(of: damaged) == nil)
        }
    }

    @Test func `of random bytes is refused`() throws {
        let registration = try made(.none)
        let assertion = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID)
        var dice = Dice(seed: 4)
        for _ in 0..<3_000 {
            var noise = registration
            noise.attestationObject = dice.bytes(dice.number(0...400))
            #expect(ceremony.outcome(of: noise) == nil)
            // Behind a beginning that is right, so that the noise reaches the inner parsers.
            noise.attestationObject =
                Array(registration.attestationObject.prefix(dice.number(0...180))) + dice.bytes(dice.number(0...200))
            if let outcome = ceremony.outcome(of: noise) { #expect(outcome.key == ceremony.key) }
            var signed = assertion
            signed.authenticatorData = dice.bytes(dice.number(0...200))
            #expect(ceremony.outcome(of: signed) == nil)
            signed = assertion
            signed.signature = dice.bytes(dice.number(0...80))
            #expect(ceremony.outcome(of: signed) == nil)
            signed = assertion
            signed.clientDataJSON = dice.bytes(dice.number(0...200))
            #expect(ceremony.outcome(of: signed) == nil)
            _ = WebAuthnVerifier.challenge(in: signed.clientDataJSON)
        }
    }

    @Test(arguments: SoftwareKey.Kind.allCases)
    func `of mutated bytes is refused, or is what it was`(kind: SoftwareKey.Kind) throws {
        let ceremony = try WebAuthnCeremony(kind)
        // The shorter name first, as CTAP2's canonical form wants it.
        let extensions = CBOREncoding.members([
            ("other", CBOREncoding.array([CBOREncoding.text("x")])), ("credProtect", CBOREncoding.integer(2)),
        ])
        let registration = try ceremony.authenticator.create(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID,
            .with {
                $0.attestation = .selfSigned
                $0.extensions = extensions
            })
        let passkey = try #require(ceremony.outcome(of: registration))
        let assertion = try ceremony.authenticator.get(
            challenge: ceremony.challenge, origin: WebAuthnCeremony.origin, rpID: WebAuthnCeremony.rpID,
            .with { $0.extensions = CBOREncoding.members([("credBlob", CBOREncoding.bytes([1, 2, 3]))]) })
        var dice = Dice(seed: 5)
        for _ in 0..<2_000 {
            var damaged = registration
            damaged.attestationObject = dice.mutation(of: registration.attestationObject)
            if let outcome = ceremony.outcome(of: damaged), outcome.attestationFormat == "packed" {
                #expect(outcome == passkey)
            }
            var signed = assertion
            signed.authenticatorData = dice.mutation(of: assertion.authenticatorData)
            #expect(ceremony.outcome(of: signed) == nil || signed.authenticatorData == assertion.authenticatorData)
            signed = assertion
            signed.signature = dice.mutation(of: assertion.signature)
            #expect(ceremony.outcome(of: signed) == nil || signed.signature == assertion.signature)
            signed = assertion
            signed.clientDataJSON = dice.mutation(of: assertion.clientDataJSON)
            #expect(ceremony.outcome(of: signed) == nil || signed.clientDataJSON == assertion.clientDataJSON)
        }
    }
}

extension Dice {
    /// `bytes` with up to four changes: a byte replaced, removed, put in, a run doubled, the end cut off.
    fileprivate mutating func mutation(of bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<number(1...4) where !bytes.isEmpty {
            let index = number(0...bytes.count - 1)
            switch number(0...5) {
            case 0: bytes[index] = self.bytes(1)[0]
            case 1: bytes[index] ^= 1 << UInt8(number(0...7))
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(contentsOf: self.bytes(number(1...9)), at: index)
            case 4: bytes.insert(contentsOf: bytes[index..<min(index + 20, bytes.count)], at: index)
            default: bytes.removeLast(bytes.count - index)
            }
        }
        return bytes
    }
}
