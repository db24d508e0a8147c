import Core
package import Storage

/// The clients that were merged into others: the one way from an identity that somebody holds to the client that answers to it.
///
/// A row for each client that was merged. However long a chain of merges, `client_id` is its last winner, so that one look is enough. The row
/// stays when that of the merged client is removed, and goes with the winner's.
package enum ClientAlias {
    static let migration = Migration(
        150, "merged clients",
        [
            """
            CREATE TABLE client_alias (
                id \(.identifier) PRIMARY KEY,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                into_id \(.identifier) NOT NULL,
                merge_id \(.identifier) NOT NULL,
                merged_at BIGINT NOT NULL,
                version BIGINT NOT NULL,
                activity_before BIGINT NOT NULL
            )
            """,
            "CREATE UNIQUE INDEX client_alias_by_merge ON client_alias (merge_id)",
            "CREATE INDEX client_alias_by_client ON client_alias (client_id, id)",
        ])

    /// The identity that answers to `id`: its own unless it was merged. For a statement that names one client.
    package static func target(of id: ClientID) -> SQL {
        "COALESCE((SELECT client_alias.client_id FROM client_alias WHERE client_alias.id = \(id)), \(id))"
    }

    /// Holds for the rows of `client` that were not merged into another one. Those that were have a time of deletion too.
    static let isNone: SQL = "NOT EXISTS (SELECT 1 FROM client_alias WHERE client_alias.id = client.id)"

    /// One row of the table.
    struct Entry: Sendable {
        /// The client that was merged.
        let id: ClientID
        /// The client that answers for it.
        let client: ClientID
        /// The client into which it was merged, which may have been merged itself since.
        let into: ClientID
        let merge: MergeID
        let at: Timestamp
        /// The version of `into` that the merge made.
        let version: Int64
        /// When somebody had last dealt with `into` before the merge.
        let activityBefore: Timestamp
    }

    private static let columns: SQL = "id, client_id, into_id, merge_id, merged_at, version, activity_before"

    /// The identities that answer to these, in their order; one statement, however many were merged.
    static func targets(of ids: [ClientID], in session: any SQLSession) throws -> [ClientID] {
        guard !ids.isEmpty else { return [] }
        let list = ids.map { "\($0)" as SQL }.joined(separator: ", ")
        let rows = try session.rows("SELECT id, client_id FROM client_alias WHERE id IN (\(list))")
        let targets = try Dictionary(
            rows.map { (try $0.get("id", as: ClientID.self), try $0.get("client_id", as: ClientID.self)) },
            uniquingKeysWith: { first, _ in first })
        return ids.map { targets[$0] ?? $0 }
    }

    /// What was merged into these, directly or in a chain.
    static func merged(into clients: [ClientID], in session: any SQLSession) throws -> [Entry] {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        return try session.rows("SELECT \(columns) FROM client_alias WHERE client_id IN (\(list)) ORDER BY id")
            .map(Entry.init)
    }

    /// The row of a merge; `nil` when there was none, or it was taken back.
    static func entry(of merge: MergeID, in session: any SQLSession) throws -> Entry? {
        try session.row("SELECT \(columns) FROM client_alias WHERE merge_id = \(merge)").map(Entry.init)
    }

    /// Has `entry.id` lead to `entry.client`, and with it whatever led to it.
    static func insert(_ entry: Entry, in session: any SQLSession) throws {
        try session.run("UPDATE client_alias SET client_id = \(entry.client) WHERE client_id = \(entry.id)")
        try session.run(
            """
            INSERT INTO client_alias (\(columns))
            VALUES (\(entry.id), \(entry.client), \(entry.into), \(entry.merge), \(entry.at), \(entry.version),
                \(entry.activityBefore))
            """)
    }

    /// Has `entry.id` stand for itself again, and whatever was merged into it lead to it. Returns those.
    static func remove(_ entry: Entry, in session: any SQLSession) throws -> [ClientID] {
        let all = try merged(into: [entry.client], in: session)
        var (found, waiting): ([ClientID], [ClientID]) = ([], [entry.id])
        while let next = waiting.popLast() {
            let children = all.filter { $0.into == next }.map(\.id)
            found += children
            waiting += children
        }
        try session.run("DELETE FROM client_alias WHERE id = \(entry.id)")
        if !found.isEmpty {
            let list = found.map { "\($0)" as SQL }.joined(separator: ", ")
            try session.run("UPDATE client_alias SET client_id = \(entry.id) WHERE id IN (\(list))")
        }
        return found
    }
}

extension ClientAlias.Entry {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        client = try row.get("client_id")
        into = try row.get("into_id")
        merge = try row.get("merge_id")
        at = try row.get("merged_at")
        version = try row.get("version")
        activityBefore = try row.get("activity_before")
    }
}
