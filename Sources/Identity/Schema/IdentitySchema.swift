package import Storage

/// The tables of this feature. Numbers 1 to 49, and 57 to 59.
package enum IdentitySchema {
    /// The steps in order.
    package static var migrations: [Migration] {
        [
            Migration(
                1, "key ring",
                [
                    """
                    CREATE TABLE key_ring (
                        id TEXT PRIMARY KEY,
                        use TEXT NOT NULL,
                        wrapped \(.bytes) NOT NULL,
                        wrapped_under TEXT NOT NULL,
                        created_at BIGINT NOT NULL,
                        activates_at BIGINT NOT NULL,
                        retires_at BIGINT
                    )
                    """
                ]),
            Migration(
                2, "accounts",
                [
                    """
                    CREATE TABLE account (
                        id \(.identifier) PRIMARY KEY,
                        email TEXT NOT NULL UNIQUE,
                        first_name TEXT NOT NULL,
                        last_name TEXT NOT NULL,
                        role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'lender')),
                        status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
                        email_verified_at BIGINT,
                        created_at BIGINT NOT NULL,
                        updated_at BIGINT NOT NULL,
                        founder BIGINT UNIQUE CHECK (founder = 1)
                    )
                    """,
                    """
                    CREATE TABLE account_password (
                        account_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                        key_id TEXT NOT NULL,
                        sealed_hash \(.bytes) NOT NULL,
                        changed_at BIGINT NOT NULL
                    )
                    """,
                    """
                    CREATE TABLE invitation (
                        token_hash \(.bytes) PRIMARY KEY,
                        email TEXT,
                        role TEXT NOT NULL,
                        invited_by \(.identifier),
                        created_at BIGINT NOT NULL,
                        expires_at BIGINT NOT NULL
                    )
                    """,
                ]),
            Migration(
                3, "sessions",
                [
                    """
                    CREATE TABLE session (
                        id \(.identifier) PRIMARY KEY,
                        user_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                        generation BIGINT NOT NULL,
                        rotated_at BIGINT NOT NULL,
                        rotation_id \(.identifier),
                        rotation_key \(.bytes),
                        created_at BIGINT NOT NULL,
                        authenticated_at BIGINT NOT NULL,
                        methods TEXT NOT NULL,
                        last_active_at BIGINT NOT NULL,
                        absolute_expiry BIGINT NOT NULL,
                        refresh_expiry BIGINT NOT NULL,
                        revoked_at BIGINT,
                        revocation_reason TEXT,
                        ip TEXT,
                        user_agent TEXT NOT NULL
                    )
                    """,
                    "CREATE INDEX session_by_user ON session (user_id)",
                    "CREATE INDEX session_revoked ON session (revoked_at) WHERE revoked_at IS NOT NULL",
                ]),
            Migration(
                4, "guards against guessing",
                [
                    """
                    CREATE TABLE sign_in_guard (
                        subject \(.bytes) PRIMARY KEY,
                        pending TEXT NOT NULL,
                        failures TEXT NOT NULL,
                        locked_until BIGINT,
                        updated_at BIGINT NOT NULL
                    )
                    """,
                    "CREATE INDEX sign_in_guard_updated ON sign_in_guard (updated_at)",
                    """
                    CREATE TABLE rate_window (
                        name TEXT NOT NULL,
                        subject TEXT NOT NULL,
                        window_start BIGINT NOT NULL,
                        hits BIGINT NOT NULL,
                        PRIMARY KEY (name, subject, window_start)
                    )
                    """,
                    "CREATE INDEX rate_window_start ON rate_window (window_start)",
                ]),
            Migration(
                5, "account life",
                [
                    """
                    CREATE TABLE mailed_link (
                        token_hash \(.bytes) PRIMARY KEY,
                        purpose TEXT NOT NULL,
                        account_id \(.identifier) REFERENCES account (id) ON DELETE CASCADE,
                        address TEXT NOT NULL,
                        created_at BIGINT NOT NULL,
                        expires_at BIGINT NOT NULL,
                        used_at BIGINT
                    )
                    """,
                    "CREATE INDEX mailed_link_by_account ON mailed_link (account_id)",
                    "CREATE INDEX mailed_link_expiry ON mailed_link (expires_at)",
                    """
                    CREATE TABLE password_history (
                        account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                        retired_at BIGINT NOT NULL,
                        key_id TEXT NOT NULL,
                        sealed_hash \(.bytes) NOT NULL,
                        PRIMARY KEY (account_id, sealed_hash)
                    )
                    """,
                    "ALTER TABLE invitation ADD COLUMN id \(.identifier)",
                    "CREATE UNIQUE INDEX invitation_by_id ON invitation (id)",
                ]),
            Migration(
                45, "session figures",
                [
                    "ALTER TABLE session ADD COLUMN settled_at BIGINT",
                    "CREATE INDEX session_unsettled ON session (created_at) WHERE settled_at IS NULL",
                    """
                    CREATE TABLE session_hour (
                        hour BIGINT PRIMARY KEY,
                        ended BIGINT NOT NULL,
                        milliseconds BIGINT NOT NULL
                    )
                    """,
                ]),
        ] + MFASchema.migrations + [knownDevices, breachedPasswords, stolenSessions] + APIKeySchema.migrations
    }

    private static let stolenSessions = Migration(
        22, "stolen sessions are found by their owner",
        // Asked at every sign-in: whoever has many sessions must not wait for all of them.
        ["CREATE INDEX session_stolen ON session (user_id, revoked_at) WHERE revocation_reason = 'theft'"])

    private static let breachedPasswords = Migration(
        20, "what a service says of a password",
        [
            "ALTER TABLE account_password ADD COLUMN breach_checked_at BIGINT",
            "ALTER TABLE account_password ADD COLUMN breach_found BIGINT",
        ])

    private static let knownDevices = Migration(
        8, "known devices are bound to their account",
        [
            // A device's row is found by its address when the address is unlocked.
            "ALTER TABLE sign_in_guard ADD COLUMN address \(.bytes)",
            "CREATE INDEX sign_in_guard_by_address ON sign_in_guard (address)",
            // What device cookies were made for: raised, all of them are worth nothing.
            "ALTER TABLE account ADD COLUMN device_epoch BIGINT NOT NULL DEFAULT 0",
        ])
}
