import Core
import Storage

/// Imports, the rows of their files that people should know of, and the mappings that are remembered.
enum ImportTables {
    static let migration = Migration(
        120, "imports",
        [
            """
            CREATE TABLE client_import (
                id \(.identifier) PRIMARY KEY,
                user_id \(.identifier) NOT NULL,
                session_id \(.identifier),
                key_id \(.identifier),
                kind TEXT NOT NULL,
                file_size BIGINT NOT NULL,
                options TEXT NOT NULL,
                plan TEXT,
                status TEXT NOT NULL,
                reason TEXT,
                total BIGINT,
                position BIGINT NOT NULL DEFAULT 0,
                imported BIGINT NOT NULL DEFAULT 0,
                updated BIGINT NOT NULL DEFAULT 0,
                skipped BIGINT NOT NULL DEFAULT 0,
                rejected BIGINT NOT NULL DEFAULT 0,
                warned BIGINT NOT NULL DEFAULT 0,
                noted BIGINT NOT NULL DEFAULT 0,
                noted_bytes BIGINT NOT NULL DEFAULT 0,
                created_at BIGINT NOT NULL,
                started_at BIGINT,
                finished_at BIGINT,
                lease_by \(.identifier),
                lease_until BIGINT,
                undo_by \(.identifier),
                undo_role TEXT,
                undo_position \(.identifier),
                undo_removed BIGINT NOT NULL DEFAULT 0,
                undo_restored BIGINT NOT NULL DEFAULT 0,
                undo_kept BIGINT NOT NULL DEFAULT 0
            )
            """,
            "CREATE INDEX client_import_by_time ON client_import (created_at, id)",
            "CREATE INDEX client_import_by_user ON client_import (user_id, created_at, id)",
            "CREATE INDEX client_import_open ON client_import (created_at, id) WHERE status IN ('queued', 'running')",
            """
            CREATE TABLE client_import_row (
                import_id \(.identifier) NOT NULL REFERENCES client_import (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                line BIGINT NOT NULL,
                is_rejected BIGINT NOT NULL,
                problems TEXT NOT NULL,
                cells TEXT NOT NULL,
                PRIMARY KEY (import_id, number)
            )
            """,
            "CREATE INDEX client_import_row_by_kind ON client_import_row (import_id, is_rejected, number)",
            """
            CREATE TABLE client_import_kept (
                import_id \(.identifier) NOT NULL REFERENCES client_import (id) ON DELETE CASCADE,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                fields TEXT NOT NULL,
                PRIMARY KEY (import_id, client_id)
            )
            """,
            "CREATE INDEX client_import_kept_by_client ON client_import_kept (client_id)",
            """
            CREATE TABLE client_import_mapping (
                fingerprint \(.bytes) NOT NULL,
                user_id \(.identifier) NOT NULL,
                is_for_all BIGINT NOT NULL,
                targets TEXT NOT NULL,
                at BIGINT NOT NULL,
                PRIMARY KEY (fingerprint, user_id)
            )
            """,
        ])
}
