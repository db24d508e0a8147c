package import Core
package import SecurityEvents

/// One signed-in device of one person, as the database holds it. Access and refresh tokens are only tickets to it.
package struct Session: Sendable, Hashable {
    package let id: SessionID
    package let userID: AccountID
    /// How many times the refresh token was exchanged; the only thing stored about it.
    package var generation: Int64
    /// When the present generation was made.
    package var rotatedAt: Timestamp
    /// SHA-256 of the `Idempotency-Key` that came with the exchange which made the present generation, if one came.
    package var rotationKey: [UInt8]?
    package let createdAt: Timestamp
    /// When a password or factor was last proven in this session: `auth_time`.
    package var authenticatedAt: Timestamp
    /// How: `pwd`, `otp`, … (RFC 8176), in the order of proof.
    package var methods: [String]
    /// The last authenticated request; may lag by the flush interval of ``ActivityTracker``.
    package var lastActiveAt: Timestamp
    /// When the session ends whatever happens.
    package let absoluteExpiry: Timestamp
    /// When the present refresh token dies unused.
    package var refreshExpiry: Timestamp
    package var revocation: Revocation?
    /// Where it was opened from.
    package let ip: String?
    package let userAgent: String

    /// That a session was ended before its time, and why.
    package struct Revocation: Sendable, Hashable {
        package let at: Timestamp
        package let reason: RevocationReason

        package init(at: Timestamp, reason: RevocationReason) {
            self.at = at
            self.reason = reason
        }
    }
}

extension Session {
    /// A session of `user` that opens at `now`, by `methods` (`amr`), from `source`.
    package init(
        id: SessionID, of user: AccountID, by methods: [String], at now: Timestamp, _ clocks: SessionClocks,
        from source: RequestSource
    ) {
        self.init(
            id: id, userID: user, generation: 1, rotatedAt: now, rotationKey: nil, createdAt: now,
            authenticatedAt: now, methods: methods, lastActiveAt: now,
            absoluteExpiry: clocks.absoluteExpiry(from: now), refreshExpiry: clocks.refreshExpiry(from: now),
            revocation: nil, ip: source.ip?.description, userAgent: source.userAgent)
    }
}

/// Why a session was ended before its time.
package enum RevocationReason: String, Sendable, CaseIterable {
    /// The person signed out on this device.
    case signedOut = "signed_out"
    /// The person signed out everywhere.
    case signedOutEverywhere = "signed_out_everywhere"
    /// A refresh token of a past generation was presented.
    case theft
    /// The person ended this one from another.
    case endedByOwner = "ended_by_owner"
    /// The person said of a notice that it was not their doing.
    case reportedByOwner = "reported_by_owner"
    /// An owner or admin ended it, or the operator did.
    case endedByAdmin = "ended_by_admin"
    /// The password was changed.
    case passwordChanged = "password_changed"
    /// The password was replaced through a mailed link.
    case passwordReset = "password_reset"
    /// A second factor was added or removed.
    case factorChanged = "factor_changed"
    /// The role was changed.
    case roleChanged = "role_changed"
    /// There were more than `MAX_SESSIONS_PER_USER`.
    case displaced
    /// The account was switched off.
    case accountDisabled = "account_disabled"
}
