package import Accounts
package import Core

/// A refresh token that was presented and that we did make. Whether it still counts is for the session to say.
package struct PresentedRefreshToken: Sendable, Hashable {
    package let sessionID: SessionID
    /// Which exchange made it; the session's first token is of generation 1.
    package let generation: Int64

    package init(sessionID: SessionID, generation: Int64) {
        self.sessionID = sessionID
        self.generation = generation
    }
}

/// Makes and recognises refresh tokens.
///
/// A token is session id ‖ generation ‖ HMAC. Nothing of it is stored, so a stolen database holds no token and no hash of one; and
/// garbage is recognised by its MAC before any query is made.
package struct RefreshTokens: Sendable {
    private static let version: UInt8 = 1
    private static let length = 1 + 16 + 8 + 32
    private let keys: [DerivedKey]

    /// Tokens under the keys derived from `secret`, older ones included for recognition.
    package init(secret: ServerSecret) {
        keys = secret.keys(for: .refreshTokens)
    }

    /// The token of a session's generation: always the same for the same generation and key, which is what lets a retry be answered with the
    /// same successor.
    package func token(session: SessionID, generation: Int64) -> String {
        let body = Self.body(session, generation)
        let code = keys.first?.authenticationCode(for: body) ?? []
        return Base64URL.encode(body + code)
    }

    /// What a presented text stands for; `nil` for anything that we did not make.
    package func recognize(_ text: String) -> PresentedRefreshToken? {
        guard text.utf8.count <= 100, let bytes = Base64URL.decode(text), bytes.count == Self.length,
            bytes.first == Self.version, let session = SessionID(bytes: Array(bytes[1..<17]))
        else { return nil }
        let body = Array(bytes.prefix(25))
        guard keys.contains(where: { $0.isValid(bytes.suffix(32), for: body) }) else { return nil }
        let generation = bytes[17..<25].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return PresentedRefreshToken(sessionID: session, generation: Int64(bitPattern: generation))
    }

    private static func body(_ session: SessionID, _ generation: Int64) -> [UInt8] {
        var body = [version] + session.bytes
        for shift in stride(from: 56, through: 0, by: -8) {
            body.append(UInt8(truncatingIfNeeded: generation >> Int64(shift)))
        }
        return body
    }
}
