import Accounts
import Core
import Crypto
import FoundationEssentials
import Identity
import JWTKit
import Sessions
import Testing

/// Makes tokens that we would not make.
struct Forge {
    private let key: SymmetricKey

    init(secret: String) { self.init(bytes: Array(secret.utf8)) }

    init(bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    func hs256(_ header: String, _ payload: String) -> String {
        let input = Self.input(header, payload)
        return input + "."
            + Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key)))
    }

    func hs384(_ header: String, _ payload: String) -> String {
        let input = Self.input(header, payload)
        return input + "."
            + Base64URL.encode(Array(HMAC<SHA384>.authenticationCode(for: Array(input.utf8), using: key)))
    }

    func unsigned(_ header: String, _ payload: String) -> String { Self.input(header, payload) + "." }

    /// The payload of a token that would be accepted, with some claims replaced by other JSON.
    func payload(_ fixture: GateFixture, _ changes: [String: String] = [:]) -> String {
        let claims = fixture.claims()
        var members = [
            "iss": #""https://crm.example.com""#, "aud": #""gatehouse""#, "sub": "\"\(claims.userID)\"",
            "sid": "\"\(claims.sessionID)\"", "role": #""admin""#, "auth_time": String(claims.issuedAt.seconds),
            "amr": #"["pwd"]"#, "iat": String(claims.issuedAt.seconds), "exp": String(claims.expiresAt.seconds),
            "jti": #""AAAAAAAAAAAAAAAA""#,
        ]
        members.merge(changes) { _, change in change }
        let body = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
        return "{\(body.joined(separator: ","))}"
    }

    /// The `kid` in the header of `token`.
    func keyID(of token: String) throws -> String {
        struct Header: Decodable { let kid: String }
        let header = try #require(Base64URL.decode(String(token.prefix { $0 != "." })))
        return try JSONDecoder().decode(Header.self, from: Data(header)).kid
    }

    private static func input(_ header: String, _ payload: String) -> String {
        Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
    }
}

/// A published key set as a stranger reads it.
struct JWKSText {
    struct Key: Decodable {
        let kid: String
        let kty: String
        let alg: String
        let crv: String
        let use: String
        let x: String
        let y: String?
    }

    private struct Document: Decodable { let keys: [Key] }

    let json: String
    let keys: [Key]

    init(_ bytes: [UInt8]) throws {
        json = String(decoding: bytes, as: UTF8.self)
        keys = try JSONDecoder().decode(Document.self, from: Data(bytes)).keys
    }

    /// The forms in which a careless verifier might take a public key for a secret.
    var spellings: [[UInt8]] {
        var all: [[UInt8]] = [Array(json.utf8)]
        for key in keys {
            let x = Base64URL.decode(key.x) ?? []
            let y = key.y.flatMap { Base64URL.decode($0) } ?? []
            all += [x, x + y, [4] + x + y, Array(key.x.utf8)]
            if let point = try? P256.Signing.PublicKey(x963Representation: [4] + x + y) {
                all += [Array(point.pemRepresentation.utf8), Array(point.derRepresentation)]
            }
        }
        return all
    }
}

/// The claims of our access tokens as another service declares them.
struct ForeignPayload: JWTPayload {
    let iss: String
    let aud: String
    let sub: String
    let sid: String

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
