import Core
import Storage

/// What imports keep of people for a while: their first rows, and rows with problems. Whoever is erased goes out of it.
enum ErasedFromImports {
    private struct RowKey: Sendable {
        let file: ImportID
        let number: Int64
    }

    /// Removes rows with an address or a number of the clients, the remarks about rows of the imports that have made or changed them, and the first
    /// people of these. Looks through all rows that are kept: an erasure is rare.
    static func remove(_ clients: [ClientID], in database: any Database) async throws {
        let (files, rows) = try await database.read { session in
            (try Self.files(with: clients, in: session), try Self.rows(with: clients, in: session))
        }
        guard !files.isEmpty || !rows.isEmpty else { return }
        try await database.transaction { session in
            for file in files { try blank(file, in: session) }
            for row in rows {
                try session.run(
                    "DELETE FROM client_import_row WHERE import_id = \(row.file) AND number = \(row.number)")
            }
        }
    }

    private static func files(with clients: [ClientID], in session: any SQLSession) throws -> [ImportID] {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        return try session.rows(
            """
            SELECT origin_id FROM client_change WHERE client_id IN (\(list)) AND way = 'import' AND origin_id IS NOT NULL
            UNION SELECT origin_id FROM client_merged_change
            WHERE client_id IN (\(list)) AND way = 'import' AND origin_id IS NOT NULL
            """
        ).map { try $0.get("origin_id") }
    }

    private static func rows(with clients: [ClientID], in session: any SQLSession) throws -> [RowKey] {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        var words: Set<String> = []
        for row in try session.rows("SELECT \(Client.columns) FROM client WHERE id IN (\(list))") {
            let client = try Client(row)
            words.formUnion(try (client.emails.elements() + client.phones.elements()).map { $0.value.lowercased() })
        }
        return try words.sorted().flatMap { word in
            try session.rows(
                """
                SELECT import_id, number FROM client_import_row
                WHERE lower(cells) LIKE \(pattern(word)) ESCAPE '!' OR lower(problems) LIKE \(pattern(word)) ESCAPE '!'
                """
            ).map { RowKey(file: try $0.get("import_id"), number: try $0.get("number")) }
        }
    }

    private static func pattern(_ word: String) -> String {
        "%" + word.map { "!%_".contains($0) ? "!\($0)" : "\($0)" }.joined() + "%"
    }

    private static func blank(_ file: ImportID, in session: any SQLSession) throws {
        try session.run("DELETE FROM client_import_row WHERE import_id = \(file) AND is_rejected = 0")
        let row = try session.row("SELECT plan FROM client_import WHERE id = \(file) \(.forUpdate)")
        guard let text: String = try row?.optional("plan") else { return }
        var plan = try StoredJSON.read(ImportPlan.self, text)
        plan.preview = []
        try session.run("UPDATE client_import SET plan = \(try StoredJSON.text(plan)) WHERE id = \(file)")
    }
}
