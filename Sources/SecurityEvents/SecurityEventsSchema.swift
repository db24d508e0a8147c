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
        ] + auditMigrations
    }
}
