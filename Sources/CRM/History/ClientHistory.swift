package import Accounts
package import Core
import Storage

/// How a request for the history of a client ended.
package enum ClientHistoryOutcome: Sendable {
    /// The changes, newest first, as a ``JSONWriter`` that holds them one after the other, the client whose history they are, and where the next
    /// page starts.
    case page(JSONWriter, of: ClientID, nextCursor: String?)
    case notFound
    case invalidCursor
}

extension ClientBook {
    /// What was changed about a client: the fields of its versions with the values before and after, newest first. Whoever sees the client sees
    /// its history, and that of every client that was merged into it.
    package func historyJSON(
        _ scope: Scope, _ id: ClientID, limit: Int = 50, cursor: String? = nil
    ) async throws -> ClientHistoryOutcome {
        let binding = CursorBinding(list: "client history", reader: scope.userID, facts: [id.description])
        var position: [SQLValue]?
        if let cursor {
            guard let opened = cursors.open(cursor, for: binding), opened.count == 4 else { return .invalidCursor }
            position = opened
        }
        // The client's row stands on each line, so that one that is out of reach has none, and an empty page can be told from it.
        let start: SQL = position.map { "AND (change.version, change.field) < (\($0[2]), \($0[3]))" } ?? ""
        var rows = try await database.rows(
            """
            SELECT client.id AS subject_id, client.id AS of_id, \(Self.columns),
                (SELECT COUNT(*) FROM (SELECT 1 AS one FROM client_merged_change AS merged
                    WHERE merged.client_id = client.id LIMIT 1) AS found) AS has_merged
            FROM client LEFT JOIN client_change AS change ON change.client_id = client.id \(start)
            WHERE client.id = \(ClientAlias.target(of: id)) AND \(ClientVisibility(scope).ofOne)
            ORDER BY change.version DESC, change.field DESC LIMIT \(limit + 1)
            """, isShort: true)
        guard let first = rows.first else { return .notFound }
        let subject: ClientID = try first.get("subject_id")
        if try first.get("has_merged") {
            rows = try await database.rows(Self.joined(subject, after: position, limit))
        }
        var json = JSONWriter(capacity: rows.count * 240)
        var last: [SQLValue] = []
        let changes = try rows.filter { try $0.optional("version", as: Int64.self) != nil }
        for row in changes.prefix(limit) {
            try Self.write(row, to: &json)
            last = [
                .integer(try row.get("at")), try row.get("of_id", as: ClientID.self).sqlValue,
                .integer(try row.get("version")), .text(try row.get("field")),
            ]
        }
        let next = changes.count > limit ? cursors.seal(last, for: binding) : nil
        return .page(json, of: subject, nextCursor: next)
    }

    private static let columns: SQL = """
        change.version, change.field, change.old_value, change.new_value, change.at, change.user_id, change.way,
            change.origin_id
        """

    /// The history of a client into which others were merged, in the order of time. Reads all of it: a version of one client says nothing about
    /// that of another.
    private static func joined(_ id: ClientID, after position: [SQLValue]?, _ limit: Int) -> SQL {
        let start: SQL =
            position.map {
                "WHERE (change.at, change.of_id, change.version, change.field) < (\($0[0]), \($0[1]), \($0[2]), \($0[3]))"
            } ?? ""
        return """
            SELECT change.of_id, \(columns)
            FROM (SELECT client_id AS of_id, version, field, old_value, new_value, at, user_id, way, origin_id
                FROM client_change WHERE client_id = \(id)
                UNION ALL
                SELECT of_id, version, field, old_value, new_value, at, user_id, way, origin_id
                FROM client_merged_change WHERE client_id = \(id)) AS change
            \(start)
            ORDER BY change.at DESC, change.of_id DESC, change.version DESC, change.field DESC LIMIT \(limit + 1)
            """
    }

    private static func write(_ row: Row, to json: inout JSONWriter) throws {
        try json.object { object in
            object.member("clientId", try row.get("of_id", as: ClientID.self))
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
