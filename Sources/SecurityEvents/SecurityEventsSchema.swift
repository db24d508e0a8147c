package import Storage

/// The tables of this feature. Numbers 50 to 99.
package enum SecurityEventsSchema {
    /// The steps in order.
    package static var migrations: [Migration] {
        [
            Migration(
                50, "security events",
                [
                    """
                    CREATE TABLE security_event (
                        id \(.identifier) PRIMARY KEY,
                        type TEXT NOT NULL,
                        at BIGINT NOT NULL,
                        user_id \(.identifier),
                        session_id \(.identifier),
                        ip TEXT,
                        user_agent TEXT NOT NULL,
                        request_id TEXT NOT NULL,
                        detail TEXT NOT NULL
                    )
                    """,
                    "CREATE INDEX security_event_by_user ON security_event (user_id, id)",
                    "CREATE INDEX security_event_by_type ON security_event (type, id)",
                ])
        ] + detection
    }

    /// What is known of how people sign in. Numbers 60 to 64.
    private static var detection: [Migration] {
        [
            Migration(
                60, "known devices",
                [
                    """
                    CREATE TABLE known_device (
                        account_id \(.identifier) NOT NULL,
                        device \(.bytes) NOT NULL,
                        traits TEXT NOT NULL,
                        name TEXT NOT NULL,
                        first_seen_at BIGINT NOT NULL,
                        last_seen_at BIGINT NOT NULL,
                        is_trusted BIGINT NOT NULL,
                        PRIMARY KEY (account_id, device, traits)
                    )
                    """
                ]),
            Migration(
                61, "sign-in habits",
                [
                    """
                    CREATE TABLE sign_in_habit (
                        account_id \(.identifier) PRIMARY KEY,
                        ip TEXT,
                        place TEXT,
                        latitude DOUBLE PRECISION,
                        longitude DOUBLE PRECISION,
                        radius_km BIGINT,
                        placed_at BIGINT,
                        hours \(.bytes) NOT NULL,
                        updated_at BIGINT NOT NULL
                    )
                    """
                ]),
        ]
    }
}
