/// A new passkey that was made for our challenge, on our page, for our domain.
package struct VerifiedRegistration: Sendable, Hashable {
    /// 1 to 1023 bytes, chosen by the authenticator. With attestation `none` nobody signs it: it must be refused when another
    /// account has it (WebAuthn Level 3 §7.1).
    package let credentialID: [UInt8]
    package let key: CredentialKey
    /// 0 when the authenticator does not count.
    package let signCount: UInt32
    /// The model, 16 bytes; all zero when the authenticator does not tell. A claim unless ``isModelCertified``.
    package let aaguid: [UInt8]
    package let isUserVerified: Bool
    /// Whether the passkey can leave its device (synced passkeys). It never changes.
    package let isBackupEligible: Bool
    package let isBackedUp: Bool
    /// `none`, `packed`, `fido-u2f`, or the name of a format that is not verified.
    package let attestationFormat: String
    /// Whether a certificate of the authenticator's maker signed the registration. Who signed the certificate is not examined.
    package let isModelCertified: Bool
}

/// That a passkey has signed our challenge, on our page, for our domain.
package struct VerifiedAssertion: Sendable, Hashable {
    /// To be compared with the stored one, as a hint: 0 means that the authenticator does not count.
    package let signCount: UInt32
    package let isUserVerified: Bool
    /// Must be what it was at the registration (WebAuthn Level 3 §7.2).
    package let isBackupEligible: Bool
    package let isBackedUp: Bool
}
