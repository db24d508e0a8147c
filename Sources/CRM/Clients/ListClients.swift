import Core
package import Identity
import Storage

/// How a request for a page of clients ended.
package enum ListClientsOutcome: Sendable, Hashable {
    case page(ClientPage)
    /// The cursor is not one of ours, or belongs to another query or another person.
    case invalidCursor
    /// A filter is too long or holds control characters, or the limit is out of range.
    case invalid([FieldProblem])
}

extension ClientBook {
    /// The clients that `scope` may see and `query` asks for, with their total, in one query to the database.
    ///
    /// Pages are cut by position and not by count, so a client that is created or deleted between two pages neither
    /// repeats nor hides another. One whose sort key changes may move past the reader, in either direction.
    package func list(_ scope: Scope, _ query: ClientQuery = ClientQuery()) async throws -> ListClientsOutcome {
        let problems = Self.problems(in: query)
        guard problems.isEmpty else { return .invalid(problems) }
        let words = SearchText.words(in: query.search ?? "")
        let binding = CursorBinding(
            list: "clients", reader: scope.userID,
            facts: [
                query.sort.rawValue, words.joined(separator: " "), query.stage, query.tag, query.source,
                query.assignedTo?.description,
            ])
        var start: SQL = ""
        if let cursor = query.cursor {
            guard let position = cursors.open(cursor, for: binding), let key = position.first, position.count == 2
            else { return .invalidCursor }
            let comparison: SQL = query.sort.isDescending ? "<" : ">"
            start = "AND (\(query.sort.column), id) \(comparison) (\(key), \(position[1]))"
        }
        let rows = try await database.rows(
            Self.statement(for: query, filter: Self.filter(scope, query, words), start: start))
        return .page(try page(rows, query, binding))
    }

    /// One row for each client of the page and one more to tell whether there is a next one; the total stands on each.
    ///
    /// The total is the left side of the join, because a page that is empty still has one.
    private static func statement(for query: ClientQuery, filter: SQL, start: SQL) -> SQL {
        let direction: SQL = query.sort.isDescending ? "DESC" : "ASC"
        return """
            SELECT counted.total, page.*
            FROM (SELECT COUNT(*) AS total FROM client WHERE \(filter)) AS counted
            LEFT JOIN (
                SELECT \(Client.columns), sort_name FROM client WHERE \(filter) \(start)
                ORDER BY \(query.sort.column) \(direction), id \(direction) LIMIT \(query.limit + 1)
            ) AS page ON TRUE
            ORDER BY page.\(query.sort.column) \(direction), page.id \(direction)
            """
    }

    private static func filter(_ scope: Scope, _ query: ClientQuery, _ words: [String]) -> SQL {
        var conditions = [ClientVisibility(scope).ofMany]
        if let stage = query.stage { conditions.append("stage = \(stage)") }
        if let source = query.source { conditions.append("source = \(source)") }
        if let assignee = query.assignedTo { conditions.append("assigned_to = \(assignee)") }
        if let tag = query.tag.map(ClientMatch.tag) {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM client_match WHERE client_match.client_id = client.id
                    AND client_match.kind = \(tag.kind.rawValue) AND client_match.value = \(tag.value))
                """)
        }
        conditions += words.map(SearchText.condition)
        return conditions.joined(separator: " AND ")
    }

    private func page(_ rows: [Row], _ query: ClientQuery, _ binding: CursorBinding) throws -> ClientPage {
        let total: Int = try rows.first?.get("total") ?? 0
        let found = try rows.filter { try $0.optional("id", as: ClientID.self) != nil }
        let shown = found.prefix(query.limit)
        var nextCursor: String?
        if found.count > query.limit, let last = shown.last {
            let id: ClientID = try last.get("id")
            nextCursor = cursors.seal([try query.sort.position(of: last), id.sqlValue], for: binding)
        }
        return ClientPage(clients: try shown.map(Client.init), nextCursor: nextCursor, total: total)
    }

    private static func problems(in query: ClientQuery) -> [FieldProblem] {
        var check = FieldCheck()
        if !(1...100).contains(query.limit) { check.refuse("limit", .outOfRange, "Give a limit between 1 and 100.") }
        // A search is folded, control characters included; the other filters are compared as they come.
        if let search = query.search, search.unicodeScalars.count > 200 {
            check.refuse("search", .tooLong, "Use at most 200 characters.")
        } else if let search = query.search, SearchText.words(in: search).count > 10 {
            check.refuse("search", .tooMany, "Search for at most 10 words.")
        }
        for (field, value) in [("stage", query.stage), ("tag", query.tag), ("source", query.source)] {
            if let value { _ = check.line(value, field, 100) }
        }
        return check.problems
    }
}
