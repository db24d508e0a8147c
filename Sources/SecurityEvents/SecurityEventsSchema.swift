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
                65, "alert rules",
                [
                    """
                    CREATE TABLE alert_rule (
                        type TEXT PRIMARY KEY,
                        enabled BIGINT NOT NULL,
                        channels TEXT NOT NULL,
                        recipients TEXT NOT NULL,
                        threshold_count BIGINT,
                        threshold_minutes BIGINT,
                        quiet_from BIGINT,
                        quiet_to BIGINT,
                        quiet_zone TEXT,
                        changed_at BIGINT NOT NULL
                    )
                    """
                ]),
            Migration(
                66, "alerts folded",
                [
                    """
                    CREATE TABLE alert_fold (
                        type TEXT NOT NULL,
                        subject TEXT NOT NULL,
                        ends_at BIGINT NOT NULL,
                        folded BIGINT NOT NULL,
                        last_event \(.identifier) NOT NULL,
                        PRIMARY KEY (type, subject)
                    )
                    """,
                    "CREATE TABLE alert_turn (id BIGINT PRIMARY KEY, taken_at BIGINT NOT NULL)",
                    "INSERT INTO alert_turn (id, taken_at) VALUES (1, 0)",
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
        ] + auditMigrations + [eventsByAddress] + detectionMigrations
    }

    /// What one address did, without reading the whole log.
    private static var eventsByAddress: Migration {
        let index: SQL = "CREATE INDEX security_event_by_ip ON security_event (ip, id)"
        // On a long log it takes longer than a statement has otherwise.
        return Migration(
            55, "security events by address", [], sqlite: [index], postgres: ["SET LOCAL statement_timeout = 0", index])
    }
}
