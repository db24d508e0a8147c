import Accounts
import Credentials
import Testing

@Suite struct `the published WebAuthn vectors` {
    @Test(arguments: [
        ("noneES256", "none", false), ("packedSelfES256", "packed", false), ("packedES256", "packed", true),
        ("packedEd25519", "packed", true), ("fidoU2FES256", "fido-u2f", true), ("tpmES256", "tpm", false),
        ("appleES256", "apple", false),
    ])
    func `register and sign in`(name: String, format: String, isCertified: Bool) throws {
        let vector = try WebAuthnVector(name)
        let passkey = try vector.register()
        #expect(passkey.credentialID == vector.credentialID)
        #expect(passkey.aaguid == vector.aaguid)
        #expect(passkey.attestationFormat == format)
        #expect(passkey.isModelCertified == isCertified)
        let assertion = try vector.signIn(with: passkey.key)
        #expect(assertion.isBackupEligible == passkey.isBackupEligible)
        #expect(assertion.signCount == 0)
    }

    @Test func `with the longest credential ID register and sign in`() throws {
        let vector = try WebAuthnVector("longCredentialID")
        let passkey = try vector.register()
        #expect(passkey.credentialID.count == 1_023)
        _ = try vector.signIn(with: passkey.key)
    }

    @Test(arguments: ["crossOrigin", "topOrigin"])
    func `from a frame in another site are refused`(name: String) throws {
        let vector = try WebAuthnVector(name)
        #expect(throws: WebAuthnFailure.wrongOrigin) { try vector.register() }
        let key = try WebAuthnVector("noneES256").register().key
        #expect(throws: WebAuthnFailure.wrongOrigin) { try vector.signIn(with: key) }
    }

    @Test func `of an algorithm that we do not ask for are refused`() throws {
        #expect(throws: WebAuthnFailure.unsupportedAlgorithm) { try WebAuthnVector("packedES384").register() }
    }

    @Test func `with an RSA key that is not one of 2048 bits are refused`() throws {
        #expect(throws: WebAuthnFailure.malformed) { try WebAuthnVector("packedRS256").register() }
    }

    @Test(arguments: ["packedES256", "packedEd25519", "fidoU2FES256"])
    func `with a certificate count when their model is allowed`(name: String) throws {
        let vector = try WebAuthnVector(name)
        #expect(try vector.register(allowedAAGUIDs: [vector.aaguid]).isModelCertified)
        let other = [UInt8](repeating: 7, count: 16)
        #expect(throws: WebAuthnFailure.authenticatorNotAllowed) { try vector.register(allowedAAGUIDs: [other]) }
        #expect(throws: WebAuthnFailure.authenticatorNotAllowed) { try vector.register(allowedAAGUIDs: []) }
    }

    @Test(arguments: ["noneES256", "packedSelfES256", "tpmES256", "appleES256"])
    func `without a verified certificate prove no model`(name: String) throws {
        let vector = try WebAuthnVector(name)
        #expect(throws: WebAuthnFailure.authenticatorNotAllowed) {
            try vector.register(allowedAAGUIDs: [vector.aaguid])
        }
    }
}
