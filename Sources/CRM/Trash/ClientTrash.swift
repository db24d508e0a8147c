package import Accounts
package import Core
import Storage

/// How a request for the trash ended.
package enum ClientTrashOutcome: Sendable {
    /// The clients, those thrown away last first, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case invalidCursor
}

/// How a restoration ended.
package enum RestoreClientOutcome: Sendable, Hashable {
    case restored(Client)
    /// There is none in the trash, or it is not within the reach of `scope`.
    case notFound
}

/// The trash of clients: out of every list and reach for ``kept``, then gone with their history.
package enum ClientTrash {
    /// How long a client stays in the trash.
    package static let kept: Duration = .hours(24 * 30)
    /// How many are removed in one transaction.
    static let removedAtOnce = 100

    /// What lies in the trash within the reach of `scope`: all of it for owner and admin, and for an agent what was theirs. A lender throws nothing
    /// away. What was merged into another client is no trash, though it is removed with it.
    static func isReached(by scope: Scope) -> SQL {
        if scope.role.seesEverything { return "client.deleted_at IS NOT NULL AND \(ClientAlias.isNone)" }
        if scope.role == .lender { return "1 = 0" }
        return "client.deleted_at IS NOT NULL AND client.assigned_to = \(scope.userID) AND \(ClientAlias.isNone)"
    }
}

extension ClientBook {
    /// A page of the trash.
    package func trashJSON(
        _ scope: Scope, limit: Int = 20, cursor: String? = nil
    ) async throws -> ClientTrashOutcome {
        let binding = CursorBinding(list: "client trash", reader: scope.userID, facts: [])
        var start: SQL = ""
        if let cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 2 else { return .invalidCursor }
            start = "AND (deleted_at, id) < (\(position[0]), \(position[1]))"
        }
        let rows = try await database.rows(
            """
            SELECT id, first_name, last_name, stage, assigned_to, deleted_at, deleted_by FROM client
            WHERE \(ClientTrash.isReached(by: scope)) \(start)
            ORDER BY deleted_at DESC, id DESC LIMIT \(limit + 1)
            """)
        var json = JSONWriter(capacity: rows.count * 256)
        var last: [SQLValue] = []
        for row in rows.prefix(limit) {
            let (id, at): (ClientID, Timestamp) = (try row.get("id"), try row.get("deleted_at"))
            try json.object { object in
                object.member("id", id)
                object.member("firstName", try row.get("first_name", as: String.self))
                object.member("lastName", try row.get("last_name", as: String.self))
                object.member("stage", try row.get("stage", as: String.self))
                object.member("assignedTo", try row.optional("assigned_to", as: AccountID.self))
                object.member("deletedAt", at)
                object.member("deletedBy", try row.optional("deleted_by", as: AccountID.self))
                object.member("removedAt", at + ClientTrash.kept)
            }
            last = [at.sqlValue, id.sqlValue]
        }
        return .page(json, nextCursor: rows.count > limit ? cursors.seal(last, for: binding) : nil)
    }

    /// Takes a client out of the trash, as it was.
    package func restore(_ scope: Scope, _ id: ClientID) async throws -> RestoreClientOutcome {
        let (now, home) = (world.now(), home)
        return try await database.transaction { session in
            let row = try session.row(
                """
                SELECT \(Client.columns) FROM client WHERE id = \(id) AND \(ClientTrash.isReached(by: scope)) \(.forUpdate)
                """)
            guard let row else { return .notFound }
            let content = try ClientContent(Client(row))
            let edit = try ClientEdit(scope, ClientPatch(), at: now, home: home, in: session)
            let client = try ClientWriting.perform(in: session, edit) { try $0.restore(id, content) }
            return client.map { .restored($0) } ?? .notFound
        }
    }

    /// Removes for good what has lain in the trash for its time, a batch in a transaction. Returns how many clients it removed.
    @discardableResult
    package func purgeTrash() async throws -> Int {
        let due = world.now() - ClientTrash.kept
        var removed = 0
        while true {
            let count = try await database.transaction { session in
                try session.changes(
                    """
                    DELETE FROM client WHERE id IN (
                        SELECT id FROM client WHERE deleted_at IS NOT NULL AND deleted_at <= \(due)
                        ORDER BY deleted_at LIMIT \(ClientTrash.removedAtOnce))
                    """)
            }
            removed += count
            if count < ClientTrash.removedAtOnce { return removed }
        }
    }
}
