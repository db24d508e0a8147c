/// Verifies what authenticators answer (WebAuthn Level 3 §7). Pure: it asks no database, no clock and no network.
///
/// libfido2 reads authenticator data and COSE keys and verifies signatures, libcbor opens the CBOR around them. What the
/// server remembers is its caller's part: that the challenge was ours and is used once, whose credential it is, that no
/// other account has it, and what the sign count was.
package struct WebAuthnVerifier: Sendable {
    /// An RSA signature has 256 bytes, the others about 70.
    private static let largestSignature = 1_024

    private let relyingParty: RelyingParty

    package init(relyingParty: RelyingParty) { self.relyingParty = relyingParty }

    /// The challenge that `clientDataJSON` claims to answer, to look it up by; `nil` when there is none. Nothing has been
    /// verified then.
    package static func challenge(in clientDataJSON: [UInt8]) -> [UInt8]? { try? ClientData(clientDataJSON).challenge }

    /// The new passkey in `response` (§7.1).
    ///
    /// With `allowedAAGUIDs`, only an authenticator of these models counts, whose certificate has signed the registration:
    /// without such a signature the model is anybody's claim. The certificate itself is not traced to its maker.
    package func registration(
        _ response: RegistrationResponse, challenge: [UInt8], requiresUserVerification: Bool,
        allowedAAGUIDs: Set<[UInt8]>?
    ) throws(WebAuthnFailure) -> VerifiedRegistration {
        try ClientData(response.clientDataJSON).check(.registration, challenge: challenge, of: relyingParty)
        let object = try AttestationObject(response.attestationObject)
        let data = try AuthenticatorData(object.authenticatorData)
        try data.check(for: relyingParty, .registration, requiresUserVerification: requiresUserVerification)
        let algorithm = try data.keyAlgorithm()
        let credential = try FidoCredential()
        try credential.load(
            data, algorithm, clientDataJSON: response.clientDataJSON, relyingPartyID: relyingParty.id)
        let key = CredentialKey(algorithm: algorithm.rawValue, bytes: credential.key)
        _ = try FidoPublicKey(key)
        let attestation = try Attestation.verify(object, of: credential, algorithm)
        let isCertified = attestation == .certified
        if let allowedAAGUIDs {
            guard isCertified, allowedAAGUIDs.contains(credential.aaguid) else { throw .authenticatorNotAllowed }
        }
        return VerifiedRegistration(
            credentialID: credential.id, key: key, signCount: credential.signCount, aaguid: credential.aaguid,
            isUserVerified: data.flags.contains(.userVerified),
            isBackupEligible: data.flags.contains(.backupEligible), isBackedUp: data.flags.contains(.backedUp),
            attestationFormat: object.format, isModelCertified: isCertified)
    }

    /// That the holder of `key` has signed `challenge` (§7.2). About the cost of one signature verification; no table is
    /// read, so it may run before a transaction.
    package func assertion(
        _ response: AssertionResponse, key: CredentialKey, challenge: [UInt8], requiresUserVerification: Bool
    ) throws(WebAuthnFailure) -> VerifiedAssertion {
        guard response.signature.count <= Self.largestSignature else { throw .malformed }
        try ClientData(response.clientDataJSON).check(.assertion, challenge: challenge, of: relyingParty)
        let data = try AuthenticatorData(response.authenticatorData)
        try data.check(for: relyingParty, .assertion, requiresUserVerification: requiresUserVerification)
        let key = try FidoPublicKey(key)
        let assertion = try FidoAssertion()
        try assertion.load(
            data, clientDataJSON: response.clientDataJSON, signature: response.signature,
            relyingPartyID: relyingParty.id)
        guard assertion.isSigned(by: key) else { throw .badSignature }
        return VerifiedAssertion(
            signCount: assertion.signCount, isUserVerified: data.flags.contains(.userVerified),
            isBackupEligible: data.flags.contains(.backupEligible), isBackedUp: data.flags.contains(.backedUp))
    }
}
