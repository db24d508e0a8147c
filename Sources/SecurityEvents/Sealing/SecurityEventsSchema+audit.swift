import Storage

extension SecurityEventsSchema {
    /// The log that nobody can rewrite: seals, checkpoints, and triggers against changes in passing. Numbers 51 to 56.
    static var auditMigrations: [Migration] { [sealing, appendOnly, budgets, months, unsealed] }

    private static var sealing: Migration {
        Migration(
            51, "seals of security events",
            [
                """
                CREATE TABLE security_seal (
                    sequence BIGINT PRIMARY KEY,
                    event_id \(.identifier) NOT NULL UNIQUE,
                    mac \(.bytes) NOT NULL,
                    remnant \(.bytes)
                )
                """,
                """
                CREATE TABLE security_checkpoint (
                    last_sequence BIGINT PRIMARY KEY,
                    first_sequence BIGINT NOT NULL UNIQUE,
                    previous_mac \(.bytes) NOT NULL,
                    head_mac \(.bytes) NOT NULL,
                    root \(.bytes) NOT NULL,
                    key_id TEXT NOT NULL,
                    sealed_at BIGINT NOT NULL,
                    mac \(.bytes) NOT NULL
                )
                """,
                "CREATE INDEX security_checkpoint_by_time ON security_checkpoint (sealed_at)",
                """
                CREATE TABLE security_log (
                    id BIGINT PRIMARY KEY CHECK (id = 1),
                    sequence BIGINT NOT NULL,
                    mac \(.bytes) NOT NULL,
                    sealed_at BIGINT NOT NULL,
                    first_sequence BIGINT NOT NULL,
                    first_key_id TEXT,
                    first_mac \(.bytes),
                    routine_sequence BIGINT NOT NULL,
                    open_for BIGINT NOT NULL,
                    verified_at BIGINT,
                    verified_sequence BIGINT,
                    findings BIGINT
                )
                """,
                """
                INSERT INTO security_log (id, sequence, mac, sealed_at, first_sequence, routine_sequence, open_for)
                VALUES (1, 0, \([UInt8](repeating: 0, count: 32)), 0, 1, 0, 0)
                """,
                "CREATE TABLE security_person_key (user_id \(.identifier) PRIMARY KEY, key \(.bytes) NOT NULL)",
                """
                CREATE TABLE security_shipment (
                    name TEXT PRIMARY KEY,
                    sequence BIGINT NOT NULL,
                    holder \(.identifier),
                    leased_until BIGINT NOT NULL
                )
                """,
            ])
    }

    /// `security_log.open_for` says what the running transaction may do: nothing (0), prune (1), erase a person (2). It is set back
    /// before the commit, so no other transaction ever sees it open.
    private static var appendOnly: Migration {
        Migration(
            52, "append-only security log", [],
            sqlite: [
                refusal("event_update", "UPDATE ON security_event", unless: "= 2"),
                refusal("event_delete", "DELETE ON security_event", unless: "= 1"),
                refusal("seal_update", "UPDATE ON security_seal", unless: "IN (1, 2)"),
                refusal("seal_delete", "DELETE ON security_seal", unless: "= 1"),
                refusal("checkpoint_update", "UPDATE ON security_checkpoint", unless: "= -1"),
                refusal("checkpoint_delete", "DELETE ON security_checkpoint", unless: "= 1"),
            ],
            postgres: [
                """
                CREATE FUNCTION security_log_refusal() RETURNS trigger LANGUAGE plpgsql AS $body$
                DECLARE
                    allowed BIGINT;
                BEGIN
                    SELECT open_for INTO allowed FROM security_log;
                    IF allowed::TEXT = ANY (TG_ARGV) THEN
                        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
                    END IF;
                    RAISE EXCEPTION 'the security log is append-only' USING ERRCODE = 'integrity_constraint_violation';
                END
                $body$
                """,
                """
                CREATE FUNCTION security_log_no_truncation() RETURNS trigger LANGUAGE plpgsql AS $body$
                BEGIN
                    RAISE EXCEPTION 'the security log is append-only' USING ERRCODE = 'integrity_constraint_violation';
                END
                $body$
                """,
                "CREATE TRIGGER event_update BEFORE UPDATE ON security_event FOR EACH ROW EXECUTE FUNCTION security_log_refusal('2')",
                "CREATE TRIGGER event_delete BEFORE DELETE ON security_event FOR EACH ROW EXECUTE FUNCTION security_log_refusal('1')",
                "CREATE TRIGGER seal_update BEFORE UPDATE ON security_seal FOR EACH ROW EXECUTE FUNCTION security_log_refusal('1', '2')",
                "CREATE TRIGGER seal_delete BEFORE DELETE ON security_seal FOR EACH ROW EXECUTE FUNCTION security_log_refusal('1')",
                """
                CREATE TRIGGER checkpoint_update BEFORE UPDATE ON security_checkpoint
                    FOR EACH ROW EXECUTE FUNCTION security_log_refusal()
                """,
                """
                CREATE TRIGGER checkpoint_delete BEFORE DELETE ON security_checkpoint
                    FOR EACH ROW EXECUTE FUNCTION security_log_refusal('1')
                """,
                "CREATE TRIGGER event_truncate BEFORE TRUNCATE ON security_event EXECUTE FUNCTION security_log_no_truncation()",
                "CREATE TRIGGER seal_truncate BEFORE TRUNCATE ON security_seal EXECUTE FUNCTION security_log_no_truncation()",
                """
                CREATE TRIGGER checkpoint_truncate BEFORE TRUNCATE ON security_checkpoint
                    EXECUTE FUNCTION security_log_no_truncation()
                """,
            ])
    }

    private static func refusal(_ name: SQL, _ deed: SQL, unless condition: SQL) -> SQL {
        """
        CREATE TRIGGER \(name) BEFORE \(deed) WHEN NOT COALESCE((SELECT open_for \(condition) FROM security_log), 0)
        BEGIN SELECT RAISE(ABORT, 'the security log is append-only'); END
        """
    }

    private static var budgets: Migration {
        Migration(
            53, "budgets of strangers' events",
            [
                """
                CREATE TABLE security_event_budget (
                    ends_at BIGINT NOT NULL,
                    source TEXT NOT NULL,
                    type TEXT NOT NULL,
                    total BIGINT NOT NULL,
                    folded BIGINT NOT NULL,
                    first_folded_at BIGINT,
                    last_folded_at BIGINT,
                    PRIMARY KEY (ends_at, source, type)
                )
                """
            ])
    }
}
