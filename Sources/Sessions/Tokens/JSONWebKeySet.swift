package import Accounts
import Core
import Crypto
import FoundationEssentials

extension AccessTokenAlgorithm {
    /// The public halves of the ring's signing keys as a JWK Set (RFC 7517 §5, RFC 8037), for `/.well-known/jwks.json`.
    ///
    /// Holds keys that are published but do not sign yet, so that a verifier which caches the set knows a key before it meets it. Empty
    /// for HS256, whose key is a secret.
    package func keySet(of ring: KeyRing) throws -> [UInt8] {
        var writer = JSONWriter()
        try writer.object { set in
            set.key("keys")
            try set.array { keys in
                for key in ringUse.map(ring.accepted) ?? [] { try write(key, to: &keys) }
            }
        }
        return writer.bytes
    }

    private func write(_ key: RingKey, to writer: inout JSONWriter) throws {
        try writer.object { object in
            object.member("kid", key.id)
            object.member("use", "sig")
            object.member("alg", rawValue)
            switch key.use {
            case .signingEdDSA:
                let publicKey = try Curve25519.Signing.PrivateKey(rawRepresentation: key.material.exposed).publicKey
                object.member("kty", "OKP")
                object.member("crv", "Ed25519")
                object.member("x", Base64URL.encode(Array(publicKey.rawRepresentation)))
            case .signingES256:
                let point = try P256.Signing.PrivateKey(rawRepresentation: key.material.exposed).publicKey
                    .rawRepresentation
                object.member("kty", "EC")
                object.member("crv", "P-256")
                object.member("x", Base64URL.encode(Array(point.prefix(32))))
                object.member("y", Base64URL.encode(Array(point.suffix(32))))
            case .passwordSealing, .factorSealing, .auditSealing, .apiKeys: break
            }
        }
    }
}
