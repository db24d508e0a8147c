import Storage

extension SecurityEventsSchema {
    /// One partition of `security_event` for each month, on PostgreSQL. SQLite keeps its one table.
    ///
    /// Partitions are ranges of `id`, whose first 48 bits are the moment: the primary key stays what it was, and whoever looks up an identity
    /// or reads from one on touches the months in question alone. No row is moved: the table as it was becomes the partition of everything
    /// up to the end of the month of its newest event, for the price of one look at each row, and goes like any other when it is old.
    ///
    /// `security_event_rest` takes what no month is there for, so that an event is never refused.
    static var months: Migration {
        Migration(
            54, "security events by month", [],
            postgres: [
                // The one look at each row may take longer than a statement has otherwise.
                "SET LOCAL statement_timeout = 0",
                "ALTER TABLE security_event RENAME TO security_event_earlier",
                "ALTER INDEX security_event_pkey RENAME TO security_event_earlier_pkey",
                "ALTER INDEX security_event_by_user RENAME TO security_event_earlier_by_user",
                "ALTER INDEX security_event_by_type RENAME TO security_event_earlier_by_type",
                "CREATE TABLE security_event (LIKE security_event_earlier) PARTITION BY RANGE (id)",
                "ALTER TABLE security_event ADD PRIMARY KEY (id)",
                "CREATE INDEX security_event_by_user ON security_event (user_id, id)",
                "CREATE INDEX security_event_by_type ON security_event (type, id)",
                // Triggers for each row come down from the parent to all parts, so the old table must not have its own. Those against
                // TRUNCATE do not come down: each part has one.
                "DROP TRIGGER event_update ON security_event_earlier",
                "DROP TRIGGER event_delete ON security_event_earlier",
                "CREATE TRIGGER event_update BEFORE UPDATE ON security_event FOR EACH ROW EXECUTE FUNCTION security_log_refusal('2')",
                "CREATE TRIGGER event_delete BEFORE DELETE ON security_event FOR EACH ROW EXECUTE FUNCTION security_log_refusal('1')",
                "CREATE TRIGGER event_truncate BEFORE TRUNCATE ON security_event EXECUTE FUNCTION security_log_no_truncation()",
                keepEarlierEvents,
                "CREATE TABLE security_event_rest PARTITION OF security_event DEFAULT",
                "CREATE TRIGGER event_truncate BEFORE TRUNCATE ON security_event_rest EXECUTE FUNCTION security_log_no_truncation()",
                parts, addPart, holdPart, dropPart,
            ])
    }

    private static var keepEarlierEvents: SQL {
        """
        DO $body$
        DECLARE
            newest UUID;
            month TIMESTAMP;
            past TEXT;
        BEGIN
            SELECT id INTO newest FROM security_event_earlier ORDER BY id DESC LIMIT 1;
            IF newest IS NULL THEN
                DROP TABLE security_event_earlier;
                RETURN;
            END IF;
            month := to_timestamp(('x' || left(replace(newest::TEXT, '-', ''), 12))::BIT(48)::BIGINT / 1000.0) AT TIME ZONE 'UTC';
            month := date_trunc('month', month) + INTERVAL '1 month';
            past := lpad(to_hex((extract(epoch FROM month) * 1000)::BIGINT), 12, '0') || repeat('0', 20);
            EXECUTE format(
                'ALTER TABLE security_event ATTACH PARTITION security_event_earlier FOR VALUES FROM (MINVALUE) TO (%L)',
                past::UUID);
        END
        $body$
        """
    }

    /// The parts as PostgreSQL itself knows them, without the one for the rest: a list of our own could be wrong.
    private static var parts: SQL {
        """
        CREATE VIEW security_event_part AS
        SELECT part.relname::TEXT AS name,
            CASE bounds[1] WHEN 'MINVALUE' THEN '00000000-0000-0000-0000-000000000000' ELSE trim(bounds[1], '''') END::UUID
                AS lowest,
            bounds[2]::UUID AS past
        FROM pg_inherits
        JOIN pg_class part ON part.oid = inhrelid
        CROSS JOIN LATERAL regexp_match(
            pg_get_expr(part.relpartbound, part.oid), 'FROM [(](MINVALUE|''[^'']*'')[)] TO [(]''([^'']*)''[)]') AS bounds
        WHERE inhparent = 'security_event'::REGCLASS AND bounds IS NOT NULL
        """
    }

    /// Makes a part, and moves into it what the rest has taken in its place. Attaching waits for nobody who writes events.
    private static var addPart: SQL {
        """
        CREATE FUNCTION security_event_add_part(part TEXT, lowest UUID, past UUID) RETURNS VOID LANGUAGE plpgsql AS $body$
        BEGIN
            EXECUTE format('CREATE TABLE %I (LIKE security_event INCLUDING ALL)', part);
            LOCK TABLE security_event_rest IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('INSERT INTO %I SELECT * FROM security_event_rest WHERE id >= $1 AND id < $2', part)
                USING lowest, past;
            DELETE FROM security_event_rest WHERE id >= lowest AND id < past;
            EXECUTE format('ALTER TABLE security_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lowest, past);
            EXECUTE format(
                'CREATE TRIGGER event_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION security_log_no_truncation()', part);
        END
        $body$
        """
    }

    /// Lets nobody write into a part until the transaction ends; it can be read.
    private static var holdPart: SQL {
        """
        CREATE FUNCTION security_event_hold_part(part TEXT) RETURNS VOID LANGUAGE plpgsql AS $body$
        BEGIN
            EXECUTE format('LOCK TABLE %I IN SHARE MODE', part);
        END
        $body$
        """
    }

    /// Drops a part, under the same condition under which the triggers let a row be deleted.
    private static var dropPart: SQL {
        """
        CREATE FUNCTION security_event_drop_part(part TEXT) RETURNS VOID LANGUAGE plpgsql AS $body$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM security_log WHERE open_for = 1)
                OR NOT EXISTS (SELECT 1 FROM security_event_part WHERE name = part) THEN
                RAISE EXCEPTION 'the security log is append-only' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            EXECUTE format('DROP TABLE %I', part);
        END
        $body$
        """
    }
}
