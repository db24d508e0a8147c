package import Storage

/// The tables of this feature. Numbers from 100.
package enum CRMSchema {
    /// The steps in order.
    package static var migrations: [Migration] {
        [
            Migration(100, "clients", clients), BookSize.migration, ClientReaders.migration, BookSize.readersMigration,
            SearchRenewal.migration, ClientSearchRows.migration,
            ClientChanges.migration, CustomFieldTable.migration, StageTable.migration,
            ClientDepth.migration, ImportTables.migration, ClientFilters.migration,
            SmartListTable.migration, BulkTable.migration,
            ClientAlias.migration, MergedChanges.migration, ClientRelationRows.migration,
            PairTable.migration,
            ExportGrants.migration, ExportApprovals.migration,
            ClientDays.migration, ClientContactTimes.migration, StageIntervals.migration,
            Happening.migration,
        ]
    }

    /// A client's lists are kept as canonical JSON, which is what the API shows; `search_text`, `sort_name`,
    /// `client_match`, `client_collaborator` and `client_reader` repeat parts of them in a form that can be looked up, and are
    /// written only together with them.
    ///
    /// `assigned_to` and `user_id` do refer to `account`: an account that still has clients cannot be removed from
    /// under them, it has to hand them over first. `sort_name` is bytes and not text, because bytes sort alike in both
    /// databases and under every locale of the machine.
    private static var clients: [SQL] {
        [
            """
            CREATE TABLE client (
                id \(.identifier) PRIMARY KEY,
                first_name TEXT NOT NULL,
                last_name TEXT NOT NULL,
                emails TEXT NOT NULL,
                phones TEXT NOT NULL,
                addresses TEXT NOT NULL,
                tags TEXT NOT NULL,
                collaborators TEXT NOT NULL,
                stage TEXT NOT NULL,
                source TEXT,
                assigned_to \(.identifier) REFERENCES account (id),
                price BIGINT,
                background TEXT NOT NULL,
                search_text TEXT NOT NULL,
                sort_name \(.bytes) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                last_activity_at BIGINT NOT NULL,
                deleted_at BIGINT,
                version BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE client_collaborator (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                user_id \(.identifier) NOT NULL REFERENCES account (id),
                PRIMARY KEY (client_id, user_id)
            )
            """,
            """
            CREATE TABLE client_match (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (client_id, kind, value)
            )
            """,
            "CREATE INDEX client_by_creation ON client (created_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_by_update ON client (updated_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_by_activity ON client (last_activity_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_by_name ON client (sort_name, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_by_assignee ON client (assigned_to, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_in_trash ON client (deleted_at, id) WHERE deleted_at IS NOT NULL",
            "CREATE INDEX client_collaborator_by_user ON client_collaborator (user_id, client_id)",
            "CREATE INDEX client_match_by_value ON client_match (kind, value, client_id)",
        ]
    }
}
