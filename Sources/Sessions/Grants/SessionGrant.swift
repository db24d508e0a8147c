package import Accounts
package import Core

/// What a person holds after signing in or refreshing: the answer *signed in* of the API.
package struct SessionGrant: Sendable {
    package let account: Account
    package let session: Session
    /// For the `Authorization` header.
    package let accessToken: String
    /// How long the access token counts.
    package let accessTokenLife: Duration
    package let refreshToken: String
    /// When the session ends if nobody touches it again.
    package let sessionExpiresAt: Timestamp
    /// By when the person must have set up a second factor; `nil` when they have one or need none. Known at sign-in.
    package var enrolBy: Timestamp?

    package init(
        account: Account, session: Session, accessToken: String, accessTokenLife: Duration, refreshToken: String,
        sessionExpiresAt: Timestamp, enrolBy: Timestamp? = nil
    ) {
        self.account = account
        self.session = session
        self.accessToken = accessToken
        self.accessTokenLife = accessTokenLife
        self.refreshToken = refreshToken
        self.sessionExpiresAt = sessionExpiresAt
        self.enrolBy = enrolBy
    }
}

/// Turns a session into the tickets to it.
package struct SessionTickets: Sendable {
    package let accessTokens: AccessTokens
    package let refreshTokens: RefreshTokens
    package let clocks: SessionClocks

    package init(accessTokens: AccessTokens, refreshTokens: RefreshTokens, clocks: SessionClocks) {
        self.accessTokens = accessTokens
        self.refreshTokens = refreshTokens
        self.clocks = clocks
    }

    /// Tickets to `session` as it is at `now`.
    package func grant(_ session: Session, of account: Account, lastActiveAt: Timestamp, now: Timestamp) async throws
        -> SessionGrant
    {
        let expiry = clocks.accessTokenExpiry(of: session, lastActiveAt: lastActiveAt, now: now)
        let claims = AccessClaims(
            userID: account.id, sessionID: session.id, role: account.role, authenticatedAt: session.authenticatedAt,
            methods: session.methods, issuedAt: now, expiresAt: expiry)
        return SessionGrant(
            account: account, session: session, accessToken: try accessTokens.mint(claims),
            accessTokenLife: expiry - now,
            refreshToken: refreshTokens.token(session: session.id, generation: session.generation),
            sessionExpiresAt: clocks.expiry(of: session, lastActiveAt: lastActiveAt))
    }
}
