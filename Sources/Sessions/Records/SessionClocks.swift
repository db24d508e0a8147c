package import Core

/// The three clocks of a session; it ends at the earliest. A clock that is `nil` is switched off.
package struct SessionClocks: Sendable, Hashable {
    /// `JWT_EXPIRATION`: the longest life of an access token.
    package var accessToken: Duration
    /// `REFRESH_TOKEN_EXPIRATION`: how long a refresh token may lie unused.
    package var refreshToken: Duration?
    /// `SESSION_INACTIVITY_TIMEOUT_MINUTES`: since the last authenticated request; a refresh is none.
    package var idle: Duration?
    /// `SESSION_ABSOLUTE_TIMEOUT_HOURS`: since sign-in.
    package var absolute: Duration?

    /// The seed's values by default.
    package init(
        accessToken: Duration = .minutes(15), refreshToken: Duration? = .days(7), idle: Duration? = .minutes(60),
        absolute: Duration? = .hours(12)
    ) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.idle = idle
        self.absolute = absolute
    }

    /// Stands for "never" in the database.
    package static let never = Timestamp(milliseconds: 253_402_300_799_000)

    /// When a session opened at `moment` ends at the latest.
    package func absoluteExpiry(from moment: Timestamp) -> Timestamp { absolute.map { moment + $0 } ?? Self.never }

    /// When a refresh token made at `moment` dies unused.
    package func refreshExpiry(from moment: Timestamp) -> Timestamp { refreshToken.map { moment + $0 } ?? Self.never }

    /// The moment that activity must be later than for a session not to be idle at `now`.
    func idleCutoff(at now: Timestamp) -> Timestamp { idle.map { now - $0 } ?? Timestamp(milliseconds: .min) }

    /// When the session ends if nobody touches it again.
    package func expiry(of session: Session, lastActiveAt: Timestamp) -> Timestamp {
        let idleEnd = idle.map { lastActiveAt + $0 } ?? Self.never
        return min(session.absoluteExpiry, min(session.refreshExpiry, idleEnd))
    }

    /// When an access token made at `now` must end: after its own life, and never after the session. So the idle and
    /// absolute limits bite on *access* too, without a query.
    func accessTokenExpiry(of session: Session, lastActiveAt: Timestamp, now: Timestamp) -> Timestamp {
        let idleEnd = idle.map { lastActiveAt + $0 } ?? Self.never
        return min(now + accessToken, min(session.absoluteExpiry, idleEnd))
    }

    /// The longest that a session can last whatever its owner does, for `gatehouse doctor`.
    package var effectiveLifetime: (untouched: Duration?, atMost: Duration?) {
        let untouched = [idle, refreshToken, absolute].compactMap(\.self).min()
        return (untouched, absolute)
    }
}
