import Storage

/// The indexes along which reports read what is too much to be looked up row by row. SQLite looks into the table for a column that an index has only
/// in its condition, so each has that column too.
enum ReportIndexes {
    static let migration = Migration(
        226, "indexes of reports",
        [
            """
            CREATE INDEX client_by_coming ON client (created_at, source, first_contact_at, assigned_to, stage, id, deleted_at)
                WHERE deleted_at IS NULL
            """,
            """
            CREATE INDEX timeline_entry_by_author ON timeline_entry (author_id, kind, at, client_id, deleted_at)
                WHERE deleted_at IS NULL AND kind IN ('note', 'call', 'text', 'email')
            """,
            """
            CREATE INDEX task_done_by_person ON task (completed_at, completed_by, client_id, deleted_at)
                WHERE completed_at IS NOT NULL AND deleted_at IS NULL
            """,
            """
            CREATE INDEX client_change_of_stage ON client_change (client_id, version, at, old_value, new_value, field)
                WHERE field = 'stage'
            """,
            "CREATE INDEX deal_stage_change_in_order ON deal_stage_change (deal_id, number, at, stage_id, stage_name)",
            "CREATE INDEX deal_removed ON deal (id) WHERE deleted_at IS NOT NULL",
        ])
}
