import Core
import Storage

/// The fields that the brokerage has made, and the values of clients in a form that can be looked up.
///
/// `client.details` holds the values that are shown; `client_custom` repeats them, and is written only together with them. A field that was
/// removed keeps its row, so that its key is never given again.
enum CustomFieldTable {
    static let migration = Migration(
        108, "custom fields",
        [
            """
            CREATE TABLE custom_field (
                key TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                kind TEXT NOT NULL,
                choices TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                removed_at BIGINT
            )
            """,
            """
            CREATE TABLE client_custom (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                key TEXT NOT NULL,
                value_text TEXT,
                value_number DOUBLE PRECISION,
                PRIMARY KEY (client_id, key)
            )
            """,
            "CREATE INDEX client_custom_by_text ON client_custom (key, value_text, client_id)",
            "CREATE INDEX client_custom_by_number ON client_custom (key, value_number, client_id)",
        ])

    /// The fields that are there, in the order in which they were made.
    static func all(in session: any SQLSession) throws -> [CustomField] {
        try session.rows(
            """
            SELECT key, name, kind, choices, created_at FROM custom_field WHERE removed_at IS NULL
            ORDER BY created_at, key
            """
        ).map(CustomField.init)
    }

    /// The keys that were ever given.
    static func keys(in session: any SQLSession) throws -> Set<String> {
        Set(try session.rows("SELECT key FROM custom_field").map { try $0.get("key") })
    }

    static func insert(_ field: CustomField, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO custom_field (key, name, kind, choices, created_at)
            VALUES (\(field.key), \(field.name), \(field.kind.rawValue), \(StoredList(field.choices)), \(field.createdAt))
            """)
    }

    static func update(_ field: CustomField, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE custom_field SET name = \(field.name), choices = \(StoredList(field.choices))
            WHERE key = \(field.key)
            """)
    }

    static func remove(_ key: String, at now: Timestamp, in session: any SQLSession) throws {
        try session.run("UPDATE custom_field SET removed_at = \(now) WHERE key = \(key)")
    }

    /// Writes the values of a client that has none.
    /// `folded` is how texts are compared.
    static func insert(
        _ values: [CustomValue], of client: ClientID, folded: (String) -> String, in session: any SQLSession
    ) throws {
        guard !values.isEmpty else { return }
        let rows = values.map { custom -> SQL in
            switch custom.value {
            case .text(let text): return "(\(client), \(custom.key), \(text), \(folded(text)), NULL)"
            case .number(let number): return "(\(client), \(custom.key), NULL, NULL, \(number))"
            case .flag(let flag): return "(\(client), \(custom.key), NULL, NULL, \(flag ? 1.0 : 0.0))"
            }
        }
        try session.run(
            """
            INSERT INTO client_custom (client_id, key, value_text, value_folded, value_number)
            VALUES \(rows.joined(separator: ", "))
            """)
    }

    /// What the index of texts holds of one: a row of PostgreSQL's has no place for a thousand letters.
    static func beginning(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(100)))
    }

    /// Removes the values of a client.
    static func removeValues(of client: ClientID, in session: any SQLSession) throws {
        try session.run("DELETE FROM client_custom WHERE client_id = \(client)")
    }
}

extension CustomField {
    fileprivate init(_ row: Row) throws {
        key = try row.get("key")
        name = try row.get("name")
        guard let kind = Kind(rawValue: try row.get("kind")) else { throw StorageError.unexpectedColumn("kind") }
        self.kind = kind
        choices = try StoredList<String>(stored: try row.get("choices")).elements()
        createdAt = try row.get("created_at")
    }
}
