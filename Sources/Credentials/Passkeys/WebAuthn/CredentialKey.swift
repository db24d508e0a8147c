/// An algorithm that authenticators sign with, by its number in the COSE registry.
package enum CredentialAlgorithm: Int64, Sendable, CaseIterable {
    /// ECDSA on P-256 with SHA-256: what nearly all of them speak.
    case es256 = -7
    /// Ed25519.
    case eddsa = -8
    /// RSA 2048, PKCS #1 v1.5 with SHA-256: older Windows Hello.
    case rs256 = -257
}

/// The public key of a passkey, in a form that can be stored.
package struct CredentialKey: Sendable, Hashable {
    /// The COSE number of the algorithm; see ``CredentialAlgorithm``.
    package let algorithm: Int64
    /// ES256: x and y, 64 bytes. EdDSA: 32 bytes. RS256: the modulus and the exponent, 259 bytes, each big-endian. It is the
    /// form in which libfido2 gives and takes keys (`fido_cred_pubkey_ptr`(3), `es256_pk_from_ptr`(3)).
    package let bytes: [UInt8]

    /// A key as it was stored. Whether it is one shows when it verifies.
    package init(algorithm: Int64, bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// The algorithms to ask a browser for, the preferred one first (`pubKeyCredParams`).
    package static var algorithms: [Int64] { [CredentialAlgorithm.eddsa, .es256, .rs256].map(\.rawValue) }
}
