package import Accounts
package import Core

/// What an access token says, once it has been verified.
package struct AccessClaims: Sendable, Hashable {
    package let userID: AccountID
    package let sessionID: SessionID
    package let role: Role
    /// When a password or factor was last proven: `auth_time`.
    package let authenticatedAt: Timestamp
    /// How: `amr` (RFC 8176).
    package let methods: [String]
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        userID: AccountID, sessionID: SessionID, role: Role, authenticatedAt: Timestamp, methods: [String],
        issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.userID = userID
        self.sessionID = sessionID
        self.role = role
        self.authenticatedAt = authenticatedAt
        self.methods = methods
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// On whose behalf a request with this token acts.
    package var scope: Scope { Scope(userID: userID, sessionID: sessionID, role: role) }
}

/// The claims as they stand in the token (RFC 9068). Times are compared with our own clock in ``AccessTokens``.
struct AccessTokenPayload: Decodable {
    package let iss: String
    package let aud: String
    package let sub: String
    package let sid: String
    package let role: String
    let authTime: Int64
    package let amr: [String]
    package let iat: Int64
    package let exp: Int64
    package let jti: String

    enum CodingKeys: String, CodingKey {
        case iss, aud, sub, sid, role, amr, iat, exp, jti
        case authTime = "auth_time"
    }
}
