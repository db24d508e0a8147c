import CFido2
import CSodium

/// A public key as libfido2 verifies with it, freed with this value.
@safe struct FidoPublicKey: ~Copyable {
    /// The exponent that every RSA key in use has; with 1, say, anybody could sign.
    private static let exponent: [UInt8] = [1, 0, 1]

    let algorithm: CredentialAlgorithm
    private let key: OpaquePointer

    /// A key that can be trusted to verify: a point on P-256, a point of Ed25519's large group, or an RSA key of 2048 bits.
    init(_ stored: CredentialKey) throws(WebAuthnFailure) {
        guard let algorithm = CredentialAlgorithm(rawValue: stored.algorithm) else { throw .unsupportedAlgorithm }
        guard Self.isSound(stored.bytes, for: algorithm), let key = unsafe Self.make(algorithm)
        else { throw .malformed }
        guard unsafe Self.fill(key, algorithm, stored.bytes) == FIDO_OK else {
            unsafe Self.free(key, algorithm)
            throw .malformed
        }
        self.algorithm = algorithm
        unsafe self.key = key
    }

    deinit { unsafe Self.free(key, algorithm) }

    /// What libfido2 does not look at: the exact length, and what it makes of members that are missing from a COSE key.
    private static func isSound(_ bytes: [UInt8], for algorithm: CredentialAlgorithm) -> Bool {
        switch algorithm {
        case .es256: bytes.count == 64
        case .eddsa: unsafe bytes.count == 32 && crypto_core_ed25519_is_valid_point(bytes) == 1
        case .rs256: bytes.count == 259 && Array(bytes.suffix(3)) == exponent
        }
    }

    private static func make(_ algorithm: CredentialAlgorithm) -> OpaquePointer? {
        switch algorithm {
        case .es256: unsafe es256_pk_new()
        case .eddsa: unsafe eddsa_pk_new()
        case .rs256: unsafe rs256_pk_new()
        }
    }

    private static func fill(_ key: OpaquePointer, _ algorithm: CredentialAlgorithm, _ bytes: [UInt8]) -> Int32 {
        switch algorithm {
        case .es256: unsafe es256_pk_from_ptr(key, bytes, bytes.count)
        case .eddsa: unsafe eddsa_pk_from_ptr(key, bytes, bytes.count)
        case .rs256: unsafe rs256_pk_from_ptr(key, bytes, bytes.count)
        }
    }

    private static func free(_ key: OpaquePointer, _ algorithm: CredentialAlgorithm) {
        var last: OpaquePointer? = unsafe key
        switch algorithm {
        case .es256: unsafe es256_pk_free(&last)
        case .eddsa: unsafe eddsa_pk_free(&last)
        case .rs256: unsafe rs256_pk_free(&last)
        }
    }

    /// Lends the key to libfido2 for the time of `body`.
    borrowing func withPointer<T>(_ body: (UnsafeRawPointer) -> T) -> T { unsafe body(UnsafeRawPointer(key)) }
}
