import Storage

/// The table of API keys; part of ``IdentitySchema``.
enum APIKeySchema {
    /// The steps in order.
    static var migrations: [Migration] { [keys] }

    private static let keys = Migration(
        57, "API keys",
        [
            """
            CREATE TABLE api_key (
                id \(.identifier) PRIMARY KEY,
                account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                ring_key TEXT NOT NULL,
                key_hash \(.bytes) NOT NULL,
                hint TEXT NOT NULL,
                scopes TEXT NOT NULL,
                networks TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                expires_at BIGINT,
                revoked_at BIGINT,
                changed_at BIGINT NOT NULL,
                last_used_at BIGINT,
                last_used_ip TEXT
            )
            """,
            "CREATE INDEX api_key_by_account ON api_key (account_id)",
            // Looked at every two seconds by each node; see `RevocationFeed`.
            "CREATE INDEX api_key_changed ON api_key (changed_at)",
        ])
}
