import Storage

extension SecurityEventsSchema {
    /// The events that wait for their seal, so that to look for them costs nothing when there are none, however long the log is.
    ///
    /// A trigger notes each event in the transaction that writes it: whoever commits late is found late, and nobody has to look back for
    /// them. The sealer takes out what it seals. On PostgreSQL the trigger comes down to all months; making a month fires nothing, because
    /// its rows move before it is attached.
    static var unsealed: Migration {
        // On a long log it takes longer than a statement has otherwise.
        let waiting: SQL = """
            INSERT INTO security_unsealed (event_id)
            SELECT e.id FROM security_event e
            WHERE NOT EXISTS (SELECT 1 FROM security_seal s WHERE s.event_id = e.id)
            """
        return Migration(
            56, "events that wait for their seal", [],
            sqlite: [
                "CREATE TABLE security_unsealed (event_id \(.identifier) PRIMARY KEY NOT NULL) WITHOUT ROWID",
                """
                CREATE TRIGGER event_unsealed AFTER INSERT ON security_event
                BEGIN INSERT INTO security_unsealed (event_id) VALUES (NEW.id); END
                """,
                waiting,
            ],
            postgres: [
                "SET LOCAL statement_timeout = 0",
                "CREATE TABLE security_unsealed (event_id UUID PRIMARY KEY)",
                """
                CREATE FUNCTION security_event_waits() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    INSERT INTO security_unsealed (event_id) VALUES (NEW.id);
                    RETURN NULL;
                END
                $body$
                """,
                // Waits for those who write events just now, and keeps others from it until all that waits is noted.
                """
                CREATE TRIGGER event_unsealed AFTER INSERT ON security_event
                    FOR EACH ROW EXECUTE FUNCTION security_event_waits()
                """,
                waiting,
            ])
    }
}
