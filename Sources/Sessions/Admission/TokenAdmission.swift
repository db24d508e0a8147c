package import Core

/// Lets a request in by its access token: no query.
package struct TokenAdmission: Sendable {
    private let accessTokens: AccessTokens
    private let revoked: RevokedSessions
    private let activity: ActivityTracker
    private let world: World

    package init(accessTokens: AccessTokens, revoked: RevokedSessions, activity: ActivityTracker, world: World) {
        self.accessTokens = accessTokens
        self.revoked = revoked
        self.activity = activity
        self.world = world
    }

    /// The person behind an access token, if it counts on this very request.
    package enum Verdict: Sendable {
        case admitted(AccessClaims)
        case invalid
        case expired
        /// The session was ended; a good signature does not help.
        case revoked
    }

    /// Verifies an access token and notes the activity of its session.
    package func admit(accessToken: String) -> Verdict {
        switch accessTokens.verify(accessToken) {
        case .failure(.invalid): return .invalid
        case .failure(.expired): return .expired
        case .success(let claims):
            guard !revoked.contains(claims.sessionID) else { return .revoked }
            activity.note(claims.sessionID, at: world.now())
            return .admitted(claims)
        }
    }
}
