import Crypto
import CryptoExtras
import FoundationEssentials

/// The private key of a passkey in software.
package struct SoftwareKey: Sendable {
    /// What to sign with: COSE -7, -8, and -257 with 2048 bits.
    package enum Kind: String, Sendable, CaseIterable {
        case es256, eddsa, rs256
    }

    private enum Form: Sendable {
        case es256(P256.Signing.PrivateKey)
        case eddsa(Curve25519.Signing.PrivateKey)
        case rs256(_RSA.Signing.PrivateKey)
    }

    private let form: Form

    /// A new key.
    package init(_ kind: Kind) throws {
        form =
            switch kind {
            case .es256: .es256(P256.Signing.PrivateKey())
            case .eddsa: .eddsa(Curve25519.Signing.PrivateKey())
            case .rs256: .rs256(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            }
    }

    /// The COSE number of the algorithm.
    package var algorithm: Int64 {
        switch form {
        case .es256: -7
        case .eddsa: -8
        case .rs256: -257
        }
    }

    /// The public key as a COSE key (RFC 9052 §7, RFC 9053 §7.1, RFC 8230 §4), claiming to be for `algorithm`.
    package func coseKey(claiming algorithm: Int64? = nil) throws -> [UInt8] {
        let integer = CBOREncoding.integer
        let alg = (key: integer(3), value: integer(algorithm ?? self.algorithm))
        switch form {
        case .es256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return CBOREncoding.map([
                (integer(1), integer(2)), alg, (integer(-1), integer(1)),
                (integer(-2), CBOREncoding.bytes(Array(point.prefix(32)))),
                (integer(-3), CBOREncoding.bytes(Array(point.suffix(32)))),
            ])
        case .eddsa(let key):
            return CBOREncoding.map([
                (integer(1), integer(1)), alg, (integer(-1), integer(6)),
                (integer(-2), CBOREncoding.bytes(Array(key.publicKey.rawRepresentation))),
            ])
        case .rs256(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            return CBOREncoding.map([
                (integer(1), integer(3)), alg, (integer(-1), CBOREncoding.bytes(Array(numbers.modulus))),
                (integer(-2), CBOREncoding.bytes(Array(numbers.publicExponent))),
            ])
        }
    }

    /// The signature in the form that WebAuthn asks for (§6.5.5).
    package func sign(_ message: [UInt8]) throws -> [UInt8] {
        switch form {
        case .es256(let key): Array(try key.signature(for: message).derRepresentation)
        case .eddsa(let key): Array(try key.signature(for: message))
        case .rs256(let key): Array(try key.signature(for: message, padding: .insecurePKCS1v1_5).rawRepresentation)
        }
    }
}
