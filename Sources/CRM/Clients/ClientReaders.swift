import Accounts
import Core
import Storage

/// Who reads which clients: a row of `client_reader` for each person to whom a client outside of the trash is assigned or with whom it is
/// shared, with a copy of what lists are ordered by.
///
/// A list of one's own clients is read along an index of this table, which has the reader and the order together: a page costs what it
/// shows, however many clients the brokerage has. Written only together with the client, by ``ClientWriting``; ``ClientSearchRows`` follow.
enum ClientReaders {
    /// The table, its indexes, and the rows for the clients that are there; the list of all clients gets its indexes by stage as well.
    static let migration = Migration(
        102, "readers of clients",
        [
            """
            CREATE TABLE client_reader (
                user_id \(.identifier) NOT NULL,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                stage TEXT NOT NULL,
                sort_name \(.bytes) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                last_activity_at BIGINT NOT NULL,
                PRIMARY KEY (client_id, user_id)
            )
            """,
            """
            INSERT INTO client_reader
                (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at)
            SELECT assigned_to, id, stage, sort_name, created_at, updated_at, last_activity_at
            FROM client WHERE deleted_at IS NULL AND assigned_to IS NOT NULL
            """,
            """
            INSERT INTO client_reader
                (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at)
            SELECT shared.user_id, client.id, client.stage, client.sort_name, client.created_at, client.updated_at,
                client.last_activity_at
            FROM client_collaborator AS shared JOIN client ON client.id = shared.client_id
            WHERE client.deleted_at IS NULL AND (client.assigned_to IS NULL OR client.assigned_to <> shared.user_id)
            """,
            "CREATE INDEX client_reader_by_creation ON client_reader (user_id, created_at, client_id)",
            "CREATE INDEX client_reader_by_update ON client_reader (user_id, updated_at, client_id)",
            "CREATE INDEX client_reader_by_activity ON client_reader (user_id, last_activity_at, client_id)",
            "CREATE INDEX client_reader_by_name ON client_reader (user_id, sort_name, client_id)",
            "CREATE INDEX client_reader_stage_by_creation ON client_reader (user_id, stage, created_at, client_id)",
            "CREATE INDEX client_reader_stage_by_update ON client_reader (user_id, stage, updated_at, client_id)",
            """
            CREATE INDEX client_reader_stage_by_activity
                ON client_reader (user_id, stage, last_activity_at, client_id)
            """,
            "CREATE INDEX client_reader_stage_by_name ON client_reader (user_id, stage, sort_name, client_id)",
            "CREATE INDEX client_stage_by_creation ON client (stage, created_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_stage_by_update ON client (stage, updated_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_stage_by_activity ON client (stage, last_activity_at, id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_stage_by_name ON client (stage, sort_name, id) WHERE deleted_at IS NULL",
        ])

    /// The people who read a client with that content.
    static func of(_ content: ClientContent) -> Set<AccountID> {
        Set(content.collaborators).union(content.assignedTo.map { [$0] } ?? [])
    }

    /// Writes the rows of a client that has none.
    static func insert(_ client: Client, _ content: ClientContent, in session: any SQLSession) throws {
        try ClientSearchRows.insert(client.id, readers: of(content), in: session)
        try insertRows(client, content, in: session)
    }

    private static func insertRows(_ client: Client, _ content: ClientContent, in session: any SQLSession) throws {
        let readers = of(content).sorted()
        guard !readers.isEmpty else { return }
        let sortName = SearchText.sortName(of: content)
        let values = readers.map { reader in
            """
            (\(reader), \(client.id), \(client.stage), \(sortName), \(client.createdAt), \(client.updatedAt),
                \(client.lastActivityAt), \(client.price ?? -1))
            """ as SQL
        }
        try session.run(
            """
            INSERT INTO client_reader
                (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at, price)
            VALUES \(values.joined(separator: ", "))
            """)
    }

    /// Brings the rows of `client`, whose content was `before`, up to what it is now.
    static func update(
        _ client: Client, from before: ClientContent, to after: ClientContent, in session: any SQLSession
    ) throws {
        try ClientSearchRows.update(client.id, from: of(before), to: of(after), in: session)
        guard of(before) == of(after) else {
            try session.run("DELETE FROM client_reader WHERE client_id = \(client.id)")
            return try insertRows(client, after, in: session)
        }
        guard !of(after).isEmpty else { return }
        try session.run(
            """
            UPDATE client_reader SET stage = \(client.stage), sort_name = \(SearchText.sortName(of: after)),
                updated_at = \(client.updatedAt), last_activity_at = \(client.lastActivityAt),
                price = \(client.price ?? -1)
            WHERE client_id = \(client.id)
            """)
    }

    /// Removes the rows of a client that goes into the trash.
    static func remove(_ id: ClientID, in session: any SQLSession) throws {
        try ClientSearchRows.remove(id, in: session)
        try session.run("DELETE FROM client_reader WHERE client_id = \(id)")
    }
}
