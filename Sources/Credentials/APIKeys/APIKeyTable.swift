package import Core
package import Storage

/// The SQL of API keys that more than one behaviour needs.
package enum APIKeyTable {
    /// The columns that make an ``APIKey``.
    package static let columns: SQL = """
        api_key.id AS api_key_id, account_id, name, ring_key, key_hash, hint, scopes, networks,
        api_key.created_at AS api_key_created_at, expires_at, revoked_at, last_used_at, last_used_ip
        """

    /// The key with the role and the standing that its owner has now: one row of all that a request by key needs.
    package static func selectWithOwner(_ id: APIKeyID) -> SQL {
        """
        SELECT \(columns), role, status FROM api_key JOIN account ON account.id = api_key.account_id
        WHERE api_key.id = \(id)
        """
    }

    /// The keys of `owner` that count at `now`, the newest first.
    package static func selectAll(of owner: AccountID, at now: Timestamp) -> SQL {
        """
        SELECT \(columns) FROM api_key
        WHERE account_id = \(owner) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now))
        ORDER BY api_key.created_at DESC, api_key.id DESC
        """
    }

    /// How many keys of `owner` count at `now`.
    package static func count(of owner: AccountID, at now: Timestamp, in sql: any SQLSession) throws -> Int {
        try sql.row(
            """
            SELECT COUNT(*) AS n FROM api_key
            WHERE account_id = \(owner) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now))
            """)?.get("n") ?? 0
    }

    /// Writes a new key.
    package static func insert(_ key: APIKey, in sql: any SQLSession) throws {
        let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: " ")
        try sql.run(
            """
            INSERT INTO api_key
                (id, account_id, name, ring_key, key_hash, hint, scopes, networks, created_at, expires_at, changed_at)
            VALUES
                (\(key.id), \(key.owner), \(key.name), \(key.stored.ringKey), \(key.stored.hash), \(key.hint),
                 \(scopes), \(key.networks.map(\.description).joined(separator: " ")), \(key.createdAt),
                 \(key.expiresAt), \(key.createdAt))
            """)
    }

    /// Revokes the keys of `owner` that count, or the one of them that `id` names, tells the other nodes, and returns which those were.
    package static func revoke(
        _ id: APIKeyID? = nil, of owner: AccountID, at now: Timestamp, in sql: any SQLSession
    ) throws -> [APIKey] {
        let which: SQL = id.map { "AND id = \($0)" } ?? ""
        let revoked = try sql.rows(
            """
            UPDATE api_key SET revoked_at = \(now), changed_at = \(now)
            WHERE account_id = \(owner) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now)) \(which)
            RETURNING \(columns)
            """
        ).map { try APIKey($0) }
        if !revoked.isEmpty { try announceChange(of: owner, in: sql) }
        return revoked
    }

    /// Has every node read the keys of `owner` anew: what they may do has changed with their owner.
    package static func touch(of owner: AccountID, at now: Timestamp, in sql: any SQLSession) throws {
        let changed = try sql.changes(
            "UPDATE api_key SET changed_at = \(now) WHERE account_id = \(owner) AND revoked_at IS NULL")
        if changed > 0 { try announceChange(of: owner, in: sql) }
    }

    /// Whose keys changed after `since`; somebody may come more than once.
    package static func selectOwners(changedSince since: Timestamp) -> SQL {
        "SELECT account_id FROM api_key WHERE changed_at > \(since)"
    }

    /// Forgets keys that were revoked or have run out before `moment`.
    package static func prune(before moment: Timestamp, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM api_key WHERE revoked_at <= \(moment) OR expires_at <= \(moment)")
    }

    /// What nodes tell each other when somebody's keys have changed; the identity of their owner follows.
    package static let changed = "api-keys:"

    private static func announceChange(of owner: AccountID, in sql: any SQLSession) throws {
        try sql.announce("\(changed)\(owner)", on: .revokedSessions)
    }
}
