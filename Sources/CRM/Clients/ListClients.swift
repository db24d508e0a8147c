package import Accounts
package import Core
import Storage

/// How a request for a page of clients ended.
package enum ListClientsOutcome<Clients: Sendable>: Sendable {
    case page(ClientPage<Clients>)
    /// The cursor is not one of ours, or belongs to another query or another person.
    case invalidCursor
    /// A filter is too long or holds control characters, or the limit is out of range.
    case invalid([FieldProblem])
}

extension ListClientsOutcome: Equatable where Clients: Equatable {}

extension ClientBook {
    /// The clients that `scope` may see and `query` asks for, with their total, in one query to the database.
    ///
    /// Pages are cut by position and not by count, so a client that is created or deleted between two pages neither
    /// repeats nor hides another. One whose sort key changes may move past the reader, in either direction.
    package func list(
        _ scope: Scope, _ query: ClientQuery = ClientQuery()
    ) async throws -> ListClientsOutcome<[Client]> {
        try await list(scope, query, into: []) { clients, row in clients.append(try Client(row)) }
    }

    /// The same page as the API shows it: a ``JSONWriter`` that holds its clients one after the other, written straight from
    /// the database's rows.
    package func listJSON(_ scope: Scope, _ query: ClientQuery) async throws -> ListClientsOutcome<JSONWriter> {
        try await list(scope, query, into: JSONWriter(capacity: query.limit * 800)) { writer, row in
            try Client.write(row, to: &writer)
        }
    }

    private func list<Clients: Sendable>(
        _ scope: Scope, _ query: ClientQuery, into clients: @autoclosure @escaping @Sendable () -> Clients,
        _ append: @escaping @Sendable (inout Clients, any RowInPlace) throws -> Void
    ) async throws -> ListClientsOutcome<Clients> {
        let problems = Self.problems(in: query)
        guard problems.isEmpty else { return .invalid(problems) }
        let asked = query
        let query = query.resolved(for: scope.userID, at: world.now())
        let words = SearchText.words(in: query.search ?? "")
        let terms = query.search.flatMap { SearchTerms($0, in: home) }
        let order = terms != nil && query.sort == nil ? ClientSearch.order : query.order.rawValue
        let binding = CursorBinding(
            list: "clients", reader: scope.userID,
            facts: [
                order, words.joined(separator: " "), asked.stage, asked.tag, asked.source,
                asked.assignedTo?.description, asked.filter?.json,
            ])
        var start: [SQLValue]?
        if let cursor = query.cursor {
            guard let position = cursors.open(cursor, for: binding),
                position.count == (order == ClientSearch.order ? 3 : 2)
            else { return .invalidCursor }
            start = position
        }
        guard let terms else {
            let driven = try await driven(scope, query)
            let rows = ClientListRows(scope, query, driver: driven.driver, counted: driven.total)
            return try await page(scope, rows, after: start, binding, into: clients(), append)
        }
        let search = ClientSearch(database: database, scope: scope, query: query, terms: terms, bounds: searchBounds)
        let found = try await search.find()
        if !found.isComplete, query.sort != nil {
            // In the order that was asked for all of them can be read, however many there are.
            let rows = ClientListRows(scope, query, terms: terms, total: found.hits.count)
            return try await page(scope, rows, after: start, binding, into: clients(), append)
        }
        let shown = search.page(of: found.hits, after: start)
        let read = try await database.reduce(search.clients(shown.hits), isShort: true, into: clients()) { read, row in
            try append(&read, row)
        }
        return .page(
            ClientPage(
                clients: read, nextCursor: shown.next.map { cursors.seal($0, for: binding) },
                total: min(found.hits.count, ClientListRows.mostCounted),
                totalIsAtLeast: !found.isComplete || found.hits.count > ClientListRows.mostCounted))
    }

    /// The index that finds the clients of `query` if they are few; `nil` to follow the order of the list.
    func driver(_ scope: Scope, _ query: ClientQuery) async throws -> FilterDriver? {
        try await driven(scope, query).driver
    }

    /// The same, with the number of the clients where that index alone tells it.
    private func driven(
        _ scope: Scope, _ query: ClientQuery
    ) async throws -> (driver: FilterDriver?, total: Int?) {
        guard scope.role.seesEverything, query.hasFilterOfClients else { return (nil, nil) }
        let filter = query.filterOfClients
        let best = try await FilterDriver.best(
            of: FilterDriver.all(of: filter), upTo: ClientListRows.mostCounted, in: database)
        guard let best else { return (nil, nil) }
        let isAll = query.stage == nil && filter.conjuncts.count == 1 && best.driver.isWhole
        return (best.count <= filterBounds.mostLookedUp ? best.driver : nil, isAll ? best.count : nil)
    }

    private func page<Clients: Sendable>(
        _ scope: Scope, _ rows: ClientListRows, after start: [SQLValue]?, _ binding: CursorBinding,
        into clients: @autoclosure @escaping @Sendable () -> Clients,
        _ append: @escaping @Sendable (inout Clients, any RowInPlace) throws -> Void
    ) async throws -> ListClientsOutcome<Clients> {
        let query = rows.query
        var found = try await database.reduce(
            rows.statement(after: start.map { ($0[0], $0[1]) }), isShort: rows.isTotalKept,
            into: Found(clients: clients())
        ) { found, row in
            found.total = Int(try row.integer(ClientListColumn.total))
            found.count += 1
            if found.count > query.limit { return }
            try append(&found.clients, row)
            if found.count < query.limit { return }
            let id: ClientID = try row.identifier(ClientColumn.id.rawValue)
            found.last = [try query.order.position(of: row), id.sqlValue]
        }
        if found.count == 0, query.cursor != nil {
            // What stood behind the cursor is gone; there is no row on which the total could stand.
            found.total = try await database.rows(rows.total).first?.get("total") ?? 0
        }
        let nextCursor = found.count > query.limit ? cursors.seal(found.last, for: binding) : nil
        let isBound = !rows.isTotalKept && found.total > ClientListRows.mostCounted
        return .page(
            ClientPage(
                clients: found.clients, nextCursor: nextCursor,
                total: isBound ? ClientListRows.mostCounted : found.total,
                totalIsAtLeast: isBound || rows.isOneOfMany))
    }

    /// What has been read of a page.
    private struct Found<Clients: Sendable>: Sendable {
        var clients: Clients
        /// The rows so far: one more than the page holds when there is another page.
        var count = 0
        var total = 0
        /// Where the last client of a full page stands in the order.
        var last: [SQLValue] = []
    }

    static func problems(in query: ClientQuery) -> [FieldProblem] {
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
