import Storage

/// The tables of second factors and passkeys; part of ``IdentitySchema``.
enum MFASchema {
    /// The steps in order.
    static var migrations: [Migration] { [secondFactors, passkeys, usedChallenges, circumstances] }

    private static let circumstances = Migration(
        21, "what the first step of a sign-in knew",
        [
            "ALTER TABLE sign_in_challenge ADD COLUMN recent_failures BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE sign_in_challenge ADD COLUMN password_breached BIGINT NOT NULL DEFAULT 0",
        ])

    private static let secondFactors = Migration(
        6, "second factors",
        [
            """
            CREATE TABLE mfa_account (
                account_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                failures TEXT NOT NULL,
                locked_until BIGINT,
                asked_since BIGINT
            )
            """,
            """
            CREATE TABLE mfa_totp (
                account_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                key_id TEXT NOT NULL,
                sealed_secret \(.bytes) NOT NULL,
                created_at BIGINT NOT NULL,
                confirmed_at BIGINT,
                last_step BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE mfa_recovery_code (
                account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                code_hash \(.bytes) NOT NULL,
                created_at BIGINT NOT NULL,
                used_at BIGINT,
                PRIMARY KEY (account_id, code_hash)
            )
            """,
            """
            CREATE TABLE mfa_phone (
                account_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                key_id TEXT NOT NULL,
                sealed_number \(.bytes) NOT NULL,
                masked TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                confirmed_at BIGINT,
                code_hash \(.bytes),
                code_expires_at BIGINT
            )
            """,
            """
            CREATE TABLE sign_in_challenge (
                token_hash \(.bytes) PRIMARY KEY,
                account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                purpose TEXT NOT NULL,
                methods TEXT NOT NULL,
                device_nonce \(.bytes),
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                streak BIGINT NOT NULL,
                code_kind TEXT,
                code_hash \(.bytes),
                code_expires_at BIGINT
            )
            """,
            "CREATE INDEX sign_in_challenge_by_account ON sign_in_challenge (account_id)",
            "CREATE INDEX sign_in_challenge_expiry ON sign_in_challenge (expires_at)",
            """
            CREATE TABLE remembered_device (
                id \(.identifier) PRIMARY KEY,
                token_hash \(.bytes) NOT NULL UNIQUE,
                account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                last_used_at BIGINT NOT NULL,
                ip TEXT,
                user_agent TEXT NOT NULL
            )
            """,
            "CREATE INDEX remembered_device_by_account ON remembered_device (account_id)",
            """
            CREATE TABLE mfa_recovery (
                account_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                started_by \(.identifier),
                started_at BIGINT NOT NULL,
                due_at BIGINT NOT NULL
            )
            """,
        ])

    private static let passkeys = Migration(
        7, "passkeys",
        [
            """
            CREATE TABLE passkey (
                id \(.identifier) PRIMARY KEY,
                account_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                credential_id \(.bytes) NOT NULL UNIQUE,
                algorithm BIGINT NOT NULL,
                public_key \(.bytes) NOT NULL,
                sign_count BIGINT NOT NULL,
                aaguid \(.bytes) NOT NULL,
                attachment TEXT NOT NULL,
                transports TEXT NOT NULL,
                backup_eligible BIGINT NOT NULL,
                backed_up BIGINT NOT NULL,
                name TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                last_used_at BIGINT
            )
            """,
            "CREATE INDEX passkey_by_account ON passkey (account_id)",
            """
            CREATE TABLE passkey_challenge (
                challenge_hash \(.bytes) PRIMARY KEY,
                purpose TEXT NOT NULL,
                account_id \(.identifier) REFERENCES account (id) ON DELETE CASCADE,
                holder \(.bytes),
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at)",
        ])

    private static let usedChallenges = Migration(
        13, "challenges of passkeys are kept when they are used, not when they are made",
        [
            "DROP TABLE passkey_challenge",
            """
            CREATE TABLE used_passkey_challenge (
                nonce \(.bytes) PRIMARY KEY,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX used_passkey_challenge_expiry ON used_passkey_challenge (expires_at)",
        ])
}
