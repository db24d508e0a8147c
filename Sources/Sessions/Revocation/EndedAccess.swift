package import Core
package import SecurityEvents
package import Storage

/// Ends all by which somebody, or whoever was taken for them, gets in: every session and every API key.
package struct EndedAccess: Sendable {
    private let revoked: RevokedSessions
    private let keys: KeyRevocation

    package init(revoked: RevokedSessions, keys: KeyRevocation) {
        self.revoked = revoked
        self.keys = keys
    }

    /// Revokes every key of `owner` in the transaction that ends their sessions.
    package func endKeys(
        of owner: AccountID, because reason: KeyRevocation.Reason, from source: RequestSource, in sql: any SQLSession
    ) throws {
        _ = try keys.end(of: owner, because: reason, from: source, in: sql)
    }

    /// After the transaction: `sessions` and the keys of `owner` that ended are refused from the next request on.
    package func committed(_ sessions: [SessionID], of owner: AccountID, at now: Timestamp) {
        revoked.insert(sessions, now: now)
        keys.committed(owner)
    }
}
