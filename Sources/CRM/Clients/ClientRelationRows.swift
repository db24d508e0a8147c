import Core
import Storage

/// Which clients name which others among their relationships, in a form that can be looked up: a row of `client_relation` for each, written only
/// together with the client.
enum ClientRelationRows {
    /// The table, and the rows for the relationships that are there.
    ///
    /// SQLite before 3.41 cannot turn the text of an identity into its bytes, so there the other client is sought by its text.
    static let migration = Migration(
        152, "relations of clients",
        [
            """
            CREATE TABLE client_relation (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                other_id \(.identifier) NOT NULL,
                PRIMARY KEY (client_id, other_id)
            )
            """,
            "CREATE INDEX client_relation_by_other ON client_relation (other_id, client_id)",
        ],
        sqlite: [
            """
            INSERT INTO client_relation (client_id, other_id)
            SELECT DISTINCT named.client_id, other.id
            FROM (SELECT client.id AS client_id, replace(json_extract(entry.value, '$.clientId'), '-', '') AS other_text
                FROM client, json_each(client.details, '$.relationships') AS entry
                WHERE client.details LIKE '%"clientId":"%' AND json_extract(entry.value, '$.clientId') IS NOT NULL) AS named
            CROSS JOIN (SELECT id, lower(hex(id)) AS id_text FROM client) AS other ON other.id_text = named.other_text
            """
        ],
        postgres: [
            """
            INSERT INTO client_relation (client_id, other_id)
            SELECT DISTINCT client.id, (entry ->> 'clientId')::uuid
            FROM client, json_array_elements(client.details::json -> 'relationships') AS entry
            WHERE client.details LIKE '%"clientId":"%' AND entry ->> 'clientId' IS NOT NULL
            """
        ])

    /// Brings the rows up to `relationships`.
    static func replace(
        _ id: ClientID, from before: [Relationship], to relationships: [Relationship], in session: any SQLSession
    ) throws {
        let (old, new) = (Set(before.compactMap(\.clientID)), Set(relationships.compactMap(\.clientID)))
        guard old != new else { return }
        if !old.isEmpty { try session.run("DELETE FROM client_relation WHERE client_id = \(id)") }
        guard !new.isEmpty else { return }
        let values = new.sorted().map { "(\(id), \($0))" as SQL }.joined(separator: ", ")
        try session.run("INSERT INTO client_relation (client_id, other_id) VALUES \(values)")
    }

    /// The clients that name one of these.
    static func clients(naming others: [ClientID], in session: any SQLSession) throws -> [ClientID] {
        let list = others.map { "\($0)" as SQL }.joined(separator: ", ")
        return try session.rows(
            "SELECT DISTINCT client_id FROM client_relation WHERE other_id IN (\(list)) ORDER BY client_id"
        ).map { try $0.get("client_id") }
    }
}
