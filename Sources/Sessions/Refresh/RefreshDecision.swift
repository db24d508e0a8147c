package import Core

/// How the server treats refresh tokens: `ENABLE_TOKEN_ROTATION`, `ENABLE_THEFT_DETECTION`, `THEFT_RESPONSE`, `REFRESH_REUSE_GRACE_SECONDS`.
package struct RotationPolicy: Sendable, Hashable {
    /// Which sessions a detected theft ends.
    package enum TheftResponse: String, Sendable, CaseIterable {
        /// All of the user's.
        case user
        /// The one whose token was reused.
        case session
    }

    /// Each use makes the next generation.
    package var rotates: Bool
    /// A past generation ends sessions and raises the alarm.
    package var detectsTheft: Bool
    package var theftResponse: TheftResponse
    /// For clients that cannot send an `Idempotency-Key`: how long after the first exchange the immediate predecessor gets the same
    /// successor. It never slides.
    package var grace: Duration

    /// The seed's values by default.
    package init(
        rotates: Bool = true, detectsTheft: Bool = true, theftResponse: TheftResponse = .user, grace: Duration = .zero
    ) {
        self.rotates = rotates
        self.detectsTheft = detectsTheft
        self.theftResponse = theftResponse
        self.grace = grace
    }
}

/// What a presented refresh token deserves, given the session as it is: a pure function, so that it can be tried against every interleaving.
package enum RefreshDecision: Sendable, Hashable {
    /// The token is the present one: exchange it.
    case rotate
    /// An honest retry of the exchange that made the present generation: the same successor again.
    case replay
    /// Past generation, live session: somebody holds a copy.
    case theft
    case refuse(RefreshRefusal)

    /// Decides, in this order: is the session alive, is the token of the present, is it an honest retry, else it is theft.
    ///
    /// A token dead by sign-out, by time-out or by a disabled account is never theft: its owner may still try it. Nor is a
    /// generation from the future, which a restored backup leaves behind.
    package static func decide(
        _ session: Session, accountIsActive: Bool, presentedGeneration presented: Int64, keyHash: [UInt8]?,
        lastActiveAt: Timestamp, now: Timestamp, clocks: SessionClocks, policy: RotationPolicy
    ) -> RefreshDecision {
        if session.revocation != nil || !accountIsActive { return .refuse(.sessionRevoked) }
        if now >= session.absoluteExpiry || lastActiveAt <= clocks.idleCutoff(at: now) {
            return .refuse(.sessionExpired)
        }
        if now >= session.refreshExpiry { return .refuse(.tokenExpired) }
        if presented > session.generation || presented < 1 { return .refuse(.invalid) }
        if presented == session.generation { return .rotate }
        if presented == session.generation - 1, isRetry(session, keyHash, now, policy) { return .replay }
        return policy.detectsTheft ? .theft : .refuse(.reused)
    }

    private static func isRetry(
        _ session: Session, _ keyHash: [UInt8]?, _ now: Timestamp, _ policy: RotationPolicy
    ) -> Bool {
        if let stored = session.rotationKey, let keyHash, ConstantTime.equal(stored, keyHash) { return true }
        return policy.grace > .zero && now - session.rotatedAt <= policy.grace
    }
}

/// Why a refresh was refused. The raw value is the code in the API.
package enum RefreshRefusal: String, Sendable, Hashable, CaseIterable {
    /// Not a token of ours, or of a session that is not there.
    case invalid = "refresh_token_invalid"
    /// The token lay unused for longer than `REFRESH_TOKEN_EXPIRATION`.
    case tokenExpired = "refresh_token_expired"
    /// The token was exchanged before.
    case reused = "refresh_token_reused"
    /// The session was ended.
    case sessionRevoked = "session_revoked"
    /// The session was idle for too long, or is over.
    case sessionExpired = "session_expired"
}
