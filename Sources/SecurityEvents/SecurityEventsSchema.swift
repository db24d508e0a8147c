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
                ]),
            Migration(
                70, "event figures",
                [
                    """
                    CREATE TABLE event_hour (
                        type TEXT NOT NULL,
                        hour BIGINT NOT NULL,
                        events BIGINT NOT NULL,
                        PRIMARY KEY (type, hour)
                    )
                    """,
                    "CREATE TABLE event_total (type TEXT PRIMARY KEY, events BIGINT NOT NULL)",
                    "CREATE TABLE event_rollup (id BIGINT PRIMARY KEY CHECK (id = 1), sequence BIGINT NOT NULL)",
                ]),
        ]
    }
}
