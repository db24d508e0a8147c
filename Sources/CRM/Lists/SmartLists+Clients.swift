package import Accounts
package import Core
import Storage

/// How a request for the clients of a list ended.
package enum SmartListClientsOutcome: Sendable {
    /// The page, and what the list asks for and nobody can answer any more.
    case page(ClientPage<JSONWriter>, gone: [FilterCondition])
    case invalidCursor
    case invalid([FieldProblem])
    case notFound
}

/// What a reader of a list asks for besides the list.
package struct SmartListQuery: Sendable {
    /// `nil` for the list's own order.
    package var sort: ClientSort?
    package var search: String?
    package var cursor: String?
    package var limit = 20

    package init() {}
}

extension SmartLists {
    /// A page of the clients in a list, of those within the reach of `scope`.
    package func clients(
        _ scope: Scope, _ id: SmartListID, _ asked: SmartListQuery
    ) async throws -> SmartListClientsOutcome {
        guard let list = try await list(scope, id) else { return .notFound }
        var query = try await book.query(of: list)
        query.sort = asked.sort ?? (asked.search == nil ? list.sort : nil)
        query.search = asked.search
        query.cursor = asked.cursor
        query.limit = asked.limit
        switch try await book.listJSON(scope, query) {
        case .page(let page): return .page(page, gone: list.gone)
        case .invalidCursor: return .invalidCursor
        case .invalid(let problems): return .invalid(problems)
        }
    }

    /// The clients next to one in a list. The client itself need not be in it any more.
    package func neighbours(
        _ scope: Scope, _ id: SmartListID, of client: ClientID, sort: ClientSort?
    ) async throws -> ClientNeighboursOutcome {
        guard let list = try await list(scope, id) else { return .notFound }
        var query = try await book.query(of: list)
        query.sort = sort ?? list.sort
        return try await book.neighbours(scope, query, of: client)
    }
}

extension ClientBook {
    /// What a list asks for, as far as it can be answered.
    func query(of list: SmartList) async throws -> ClientQuery {
        var query = ClientQuery()
        query.filter = list.filter
        if !list.gone.isEmpty {
            let fields = try await database.read { session in try CustomFieldTable.all(in: session) }
            query.filter = list.filter.narrowed(to: fields).filter
        }
        return query
    }
}
