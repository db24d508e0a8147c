package import Accounts
package import Core
import Storage

/// How a request for the history of a client ended.
package enum ClientHistoryOutcome: Sendable {
    /// The changes, newest first, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case notFound
    case invalidCursor
}

extension ClientBook {
    /// What was changed about a client: the fields of its versions with the values before and after, newest first. Whoever sees the client sees
    /// its history.
    package func historyJSON(
        _ scope: Scope, _ id: ClientID, limit: Int = 50, cursor: String? = nil
    ) async throws -> ClientHistoryOutcome {
        let binding = CursorBinding(list: "client history", reader: scope.userID, facts: [id.description])
        var start: SQL = ""
        if let cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 2 else { return .invalidCursor }
            start = "AND (client_change.version, client_change.field) < (\(position[0]), \(position[1]))"
        }
        // The client's row stands on each line, so that one that is out of reach has none, and an empty page can be told from it.
        let rows = try await database.rows(
            """
            SELECT client_change.version, client_change.field, client_change.old_value, client_change.new_value, client_change.at,
                client_change.user_id, client_change.way, client_change.origin_id
            FROM client LEFT JOIN client_change ON client_change.client_id = client.id \(start)
            WHERE client.id = \(id) AND \(ClientVisibility(scope).ofOne)
            ORDER BY client_change.version DESC, client_change.field DESC LIMIT \(limit + 1)
            """, isShort: true)
        guard !rows.isEmpty else { return .notFound }
        var json = JSONWriter(capacity: rows.count * 200)
        var last: [SQLValue] = []
        let changes = try rows.filter { try $0.optional("version", as: Int64.self) != nil }
        for row in changes.prefix(limit) {
            try Self.write(row, to: &json)
            last = [.integer(try row.get("version")), .text(try row.get("field"))]
        }
        return .page(json, nextCursor: changes.count > limit ? cursors.seal(last, for: binding) : nil)
    }

    private static func write(_ row: Row, to json: inout JSONWriter) throws {
        try json.object { object in
            object.member("version", try row.get("version", as: Int64.self))
            object.member("field", try row.get("field", as: String.self))
            object.key("old")
            object.json(trusted: try row.optional("old_value") ?? "null")
            object.key("new")
            object.json(trusted: try row.optional("new_value") ?? "null")
            object.member("at", try row.get("at", as: Timestamp.self))
            object.member("userId", try row.optional("user_id", as: AccountID.self))
            object.member("way", try row.get("way", as: String.self))
            object.member("originId", try row.optional("origin_id", as: Identifier<ChangeOriginEntity>.self))
        }
    }
}
