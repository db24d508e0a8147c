import Storage

extension SecurityEventsSchema {
    /// What is known of how people sign in. Numbers 60 to 64.
    static var detectionMigrations: [Migration] {
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
