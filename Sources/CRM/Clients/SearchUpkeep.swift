import Storage

/// Brings clients that were written by an older program to the present form of the text they are found by.
///
/// Done after the start and not in the upgrade: a million clients take minutes, in which the program would not answer. A few at a time, so that
/// the writer is never held for long; a client that somebody changes meanwhile has the present form already.
enum SearchUpkeep {
    private static let batch = 200

    /// The form of each client's text, and an index of those that are behind.
    static let migration = Migration(
        102, "form of the text that clients are found by",
        [
            "ALTER TABLE client ADD COLUMN search_form BIGINT NOT NULL DEFAULT 1",
            "CREATE INDEX client_search_form ON client (search_form, id)",
        ])

    /// Rewrites the texts that are behind; returns when there are none.
    static func run(_ database: any Database) async throws {
        while try await database.transaction({ sql in try rewrite(in: sql) }) == batch {}
    }

    private static func rewrite(in sql: any SQLSession) throws -> Int {
        let rows = try sql.rows(
            """
            SELECT \(Client.columns) FROM client WHERE search_form < \(SearchText.form)
            ORDER BY search_form, id LIMIT \(batch) \(.forUpdate)
            """)
        for row in rows {
            let client = try Client(row)
            try sql.run(
                """
                UPDATE client SET search_text = \(SearchText.text(of: try ClientContent(client))),
                    search_form = \(SearchText.form)
                WHERE id = \(client.id)
                """)
        }
        return rows.count
    }
}
