package import Accounts
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
        /// Tokens that were found good under these keys.
        var verified: [String: AccessClaims] = [:]
        /// How often a key came or went.
        var changes = 0
    }

    /// Some two megabytes; past it the memory starts afresh.
    private static let mostRemembered = 4096

    private let algorithm: AccessTokenAlgorithm
    private let issuer: String
    private let audience: String
    private let life: Duration
    private let secret: ServerSecret
    private let ring: KeyRing
    private let world: World
    private let keys: Mutex<Keys>

    /// Tokens from `issuer` for `audience` that count for `life` at most. Throws when a ring key is no key of its algorithm.
    package init(
        algorithm: AccessTokenAlgorithm, issuer: String, audience: String, life: Duration, secret: ServerSecret,
        ring: KeyRing, world: World
    ) async throws {
        self.algorithm = algorithm
        self.issuer = issuer
        self.audience = audience
        self.life = life
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
        keys.withLock { keys in
            // What a key that is gone has vouched for must not be believed any longer.
            let isUnchanged = Set(keys.algorithms.keys) == Set(loaded.algorithms.keys)
            let (verified, changes) = isUnchanged ? (keys.verified, keys.changes) : ([:], keys.changes + 1)
            keys = loaded
            keys.verified = verified
            keys.changes = changes
        }
    }

    /// A signed token that says `claims`.
    package func mint(_ claims: AccessClaims) throws -> String {
        let (name, key) = keys.withLock { ($0.signingKeyID, $0.algorithms[$0.signingKeyID]) }
        guard let key else { throw Refusal.invalid }
        let input = Base64URL.encode(header(name)) + "." + Base64URL.encode(payload(claims))
        return try input + "." + Base64URL.encode(key.sign(Array(input.utf8)))
    }

    private func header(_ keyID: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.object { object in
            object.member("alg", algorithm.rawValue)
            object.member("typ", "at+jwt")
            object.member("kid", keyID)
        }
        return writer.bytes
    }

    private func payload(_ claims: AccessClaims) -> [UInt8] {
        var writer = JSONWriter(capacity: 384)
        writer.object { object in
            object.member("iss", issuer)
            object.member("aud", audience)
            object.member("sub", claims.userID)
            object.member("sid", claims.sessionID)
            object.member("role", claims.role.rawValue)
            object.member("auth_time", claims.authenticatedAt.seconds)
            object.key("amr")
            object.array { list in claims.methods.forEach { list.string($0) } }
            object.member("iat", claims.issuedAt.seconds)
            object.member("exp", claims.expiresAt.seconds)
            object.member("jti", Base64URL.encode(world.randomBytes(12)))
        }
        return writer.bytes
    }

    /// What `token` says, if it is ours and in time.
    ///
    /// A token that was found good is remembered by its whole text, because a client sends the same one with each of its requests. Its time
    /// is looked at every time; when a key is taken away, everything remembered goes with it.
    package func verify(_ token: String) -> Result<AccessClaims, Refusal> {
        // A String finds its look-alikes too (the Kelvin sign is a K to it); a token is ASCII and has one spelling.
        guard token.utf8.allSatisfy({ $0 < 128 }) else { return .failure(.invalid) }
        let (known, changes) = keys.withLock { ($0.verified[token], $0.changes) }
        switch known.map(Result.success) ?? verifyAnew(token) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let claims):
            // Also by the life that tokens have now: one made when `JWT_EXPIRATION` was longer would outlive the memory of the sessions that
            // ended, and count again.
            let now = world.now()
            guard now < claims.expiresAt, now < claims.issuedAt + life else { return .failure(.expired) }
            if known == nil { remember(token, claims, changes) }
            return .success(claims)
        }
    }

    /// Remembers a token, unless a key that may have vouched for it was taken away meanwhile.
    private func remember(_ token: String, _ claims: AccessClaims, _ changes: Int) {
        keys.withLock { keys in
            guard keys.changes == changes else { return }
            if keys.verified.count >= Self.mostRemembered { keys.verified.removeAll(keepingCapacity: true) }
            keys.verified[token] = claims
        }
    }

    /// Everything but the time.
    private func verifyAnew(_ token: String) -> Result<AccessClaims, Refusal> {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
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
        return .success(
            AccessClaims(
                userID: user, sessionID: session, role: role, authenticatedAt: Timestamp(seconds: claims.authTime),
                methods: claims.amr, issuedAt: Timestamp(seconds: claims.iat), expiresAt: Timestamp(seconds: claims.exp)
            ))
    }

    private struct Header: Decodable {
        let alg: String
        let typ: String
        let kid: String
        /// Members that must be understood (RFC 7515 §4.1.11) or change what is signed (RFC 7797): whatever they say, we understand none.
        let isPlain: Bool

        private enum Member: String, CodingKey {
            case alg, typ, kid, crit, b64
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Member.self)
            alg = try members.decode(String.self, forKey: .alg)
            typ = try members.decode(String.self, forKey: .typ)
            kid = try members.decode(String.self, forKey: .kid)
            isPlain = !members.contains(.crit) && !members.contains(.b64)
        }
    }

    /// The key that the header names, if the header is one that we write.
    private func key(for header: [UInt8]) -> (any JWTAlgorithm)? {
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(header)),
            header.isPlain, header.alg == algorithm.rawValue, header.typ == "at+jwt"
        else { return nil }
        return keys.withLock { $0.algorithms[header.kid] }
    }
}
