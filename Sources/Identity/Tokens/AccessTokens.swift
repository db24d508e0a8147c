package import Core
import Crypto
import FoundationEssentials
import JWTKit
import Synchronization

/// How access tokens are signed: `JWT_ALGORITHM`.
package enum AccessTokenAlgorithm: String, Sendable, CaseIterable {
    /// HMAC-SHA256 under `JWT_SECRET`: whoever verifies can also sign.
    case hs256 = "HS256"
    /// Ed25519 under a key of the ring; verifiers get the public half.
    case edDSA = "EdDSA"
    /// P-256 under a key of the ring; verifiers get the public half.
    case es256 = "ES256"

    /// The use of the ring keys that sign with this algorithm; `nil` when `JWT_SECRET` signs.
    package var ringUse: RingKey.Use? {
        switch self {
        case .hs256: return nil
        case .edDSA: return .signingEdDSA
        case .es256: return .signingES256
        }
    }
}

/// Makes and verifies access tokens (RFC 9068 JWTs).
///
/// Verification decides everything before the token is trusted (RFC 8725 §3): exactly one algorithm, the type `at+jwt`, a `kid` that is ours,
/// then the signature, then issuer, audience and times by our own clock. So `alg: none`, a public key used as an HMAC
/// secret, and a token made for something else all fail alike.
package final class AccessTokens: Sendable {
    /// Why a token was refused.
    package enum Refusal: Error, Sendable, Hashable {
        /// Not a token of ours.
        case invalid
        /// Ours, and past its time.
        case expired
    }

    private struct Keys {
        var signingKeyID: String
        var algorithms: [String: any JWTAlgorithm]
    }

    private let algorithm: AccessTokenAlgorithm
    private let issuer: String
    private let audience: String
    private let secret: ServerSecret
    private let ring: KeyRing
    private let world: World
    private let keys: Mutex<Keys>

    /// Tokens from `issuer` for `audience`. Throws when a ring key is no key of its algorithm.
    package init(
        algorithm: AccessTokenAlgorithm, issuer: String, audience: String, secret: ServerSecret, ring: KeyRing,
        world: World
    ) async throws {
        self.algorithm = algorithm
        self.issuer = issuer
        self.audience = audience
        self.secret = secret
        self.ring = ring
        self.world = world
        keys = Mutex(Keys(signingKeyID: "", algorithms: [:]))
        try await reloadKeys()
    }

    /// Takes over what the ring holds now: a key that was rotated in, here or by another node, begins to count.
    package func reloadKeys() async throws {
        let collection = JWTKeyCollection()
        var names: [String] = []
        switch algorithm {
        case .hs256:
            for key in secret.accessTokenKeys {
                await collection.add(
                    hmac: HMACKey(key: key.key), digestAlgorithm: .sha256, kid: JWKIdentifier(string: key.id))
                names.append(key.id)
            }
        case .edDSA:
            for key in ring.accepted(.signingEdDSA) {
                let backing = try Curve25519.Signing.PrivateKey(rawRepresentation: key.material.exposed)
                await collection.add(eddsa: EdDSA.PrivateKey(backing: backing), kid: JWKIdentifier(string: key.id))
                names.append(key.id)
            }
        case .es256:
            for key in ring.accepted(.signingES256) {
                let backing = try P256.Signing.PrivateKey(rawRepresentation: key.material.exposed)
                await collection.add(ecdsa: try ES256PrivateKey(backing: backing), kid: JWKIdentifier(string: key.id))
                names.append(key.id)
            }
        }
        var algorithms: [String: any JWTAlgorithm] = [:]
        for name in names { algorithms[name] = try await collection.getKey(for: JWKIdentifier(string: name)) }
        let signing = algorithm.ringUse.flatMap { ring.active($0)?.id } ?? names.first ?? ""
        let loaded = Keys(signingKeyID: signing, algorithms: algorithms)
        keys.withLock { $0 = loaded }
    }

    /// A signed token that says `claims`.
    package func mint(_ claims: AccessClaims) async throws -> String {
        let payload = AccessTokenPayload(
            iss: issuer, aud: audience, sub: claims.userID.description, sid: claims.sessionID.description,
            role: claims.role.rawValue, authTime: claims.authenticatedAt.seconds, amr: claims.methods,
            iat: claims.issuedAt.seconds, exp: claims.expiresAt.seconds, jti: Base64URL.encode(world.randomBytes(12)))
        let (name, key) = keys.withLock { ($0.signingKeyID, $0.algorithms[$0.signingKeyID]) }
        guard let key else { throw Refusal.invalid }
        let header: JWTHeader = ["alg": .string(algorithm.rawValue), "typ": "at+jwt", "kid": .string(name)]
        let serializer = DefaultJWTSerializer()
        let input =
            try Base64URL.encode(Array(serializer.jsonEncoder.encode(header))) + "."
            + String(decoding: serializer.serialize(payload, header: header), as: UTF8.self)
        return try input + "." + Base64URL.encode(key.sign(Array(input.utf8)))
    }

    /// What `token` says, if it is ours and in time.
    package func verify(_ token: some StringProtocol) -> Result<AccessClaims, Refusal> {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= 4096, parts.count == 3, let header = Base64URL.decode(parts[0]),
            let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
            let key = key(for: header)
        else { return .failure(.invalid) }
        let signed = token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count)
        guard (try? key.verify(signature, signs: Array(signed))) == true,
            let claims = try? JSONDecoder().decode(AccessTokenPayload.self, from: Data(payload)),
            claims.iss == issuer, claims.aud == audience,
            let user = AccountID(claims.sub), let session = SessionID(claims.sid),
            let role = Role(rawValue: claims.role)
        else { return .failure(.invalid) }
        let expiry = Timestamp(seconds: claims.exp)
        guard world.now() < expiry else { return .failure(.expired) }
        return .success(
            AccessClaims(
                userID: user, sessionID: session, role: role, authenticatedAt: Timestamp(seconds: claims.authTime),
                methods: claims.amr, issuedAt: Timestamp(seconds: claims.iat), expiresAt: expiry))
    }

    private struct Header: Decodable {
        let alg: String
        let typ: String
        let kid: String
    }

    /// The key that the header names, if the header is one that we write.
    private func key(for header: [UInt8]) -> (any JWTAlgorithm)? {
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(header)),
            header.alg == algorithm.rawValue, header.typ == "at+jwt"
        else { return nil }
        return keys.withLock { $0.algorithms[header.kid] }
    }
}
