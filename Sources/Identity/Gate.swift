package import Core
package import SecurityEvents
package import Storage

/// Everything by which people get in, stay in and go out: the front of this target for the API, the pages and the command
/// line.
package struct Gate: Sendable {
    package let database: any Database
    package let world: World
    package let signIn: SignIn
    package let registration: Registration
    package let invitations: Invitations
    package let refresh: Refresh
    package let signOut: SignOut
    package let reauthenticate: Reauthenticate
    package let reauthenticationPolicy: ReauthenticationPolicy
    package let accessTokens: AccessTokens
    package let accessTokenAlgorithm: AccessTokenAlgorithm
    package let refreshTokens: RefreshTokens
    package let clocks: SessionClocks
    package let revoked: RevokedSessions
    package let activity: ActivityTracker
    package let limiter: RateLimiter
    package let guardian: SignInGuard
    package let ring: KeyRing
    package let hashing: HashingPool
    package let events: EventLog
    package let recorder: EventRecorder

    /// The person behind an access token, if it counts on this very request.
    package enum Admittance: Sendable {
        case admitted(AccessClaims)
        case invalid
        case expired
        /// The session was ended; a good signature does not help.
        case revoked
    }

    /// Verifies an access token and notes the activity of its session: no query.
    package func admit(accessToken: String) -> Admittance {
        switch accessTokens.verify(accessToken) {
        case .failure(.invalid): return .invalid
        case .failure(.expired): return .expired
        case .success(let claims):
            guard !revoked.contains(claims.sessionID) else { return .revoked }
            activity.note(claims.sessionID, at: world.now())
            return .admitted(claims)
        }
    }

    /// The session and account behind a scope; `nil` when the session is gone.
    package func session(_ scope: Scope) async throws -> (session: Session, account: Account, expiresAt: Timestamp)? {
        let rows = try await database.rows(SessionTable.selectWithAccount(scope.sessionID))
        guard let row = rows.first else { return nil }
        let session = try Session(row)
        guard session.revocation == nil, session.userID == scope.userID else { return nil }
        let lastActiveAt = max(session.lastActiveAt, activity.latest(session.id) ?? session.lastActiveAt)
        return (session, try Account(row), clocks.expiry(of: session, lastActiveAt: lastActiveAt))
    }
}

extension Gate {
    /// Writes an event that tells of no change: a refusal.
    package func record(_ event: Event) async throws {
        let recorder = recorder
        try await database.transaction { sql in try recorder.record(event, in: sql) }
    }
}

extension Gate {
    /// Whether nobody can sign in yet.
    package func hasNoAccount() async throws -> Bool {
        try await database.rows("SELECT id FROM account LIMIT 1").isEmpty
    }
}
