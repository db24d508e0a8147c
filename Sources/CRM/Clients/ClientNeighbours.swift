package import Accounts
import Core
import Storage

/// How a request for the neighbours of a client in a list ended.
package enum ClientNeighboursOutcome: Sendable, Hashable {
    /// Those before and behind it, in the order of the list; `nil` at its ends.
    case found(previous: ClientID?, next: ClientID?)
    /// There is no such client, or `scope` may not see it.
    case notFound
    case invalid([FieldProblem])
}

extension ClientBook {
    /// The clients next to `id` in the list of `asked`, whose search, cursor and limit do not count. The client itself need not answer any more:
    /// whoever works through a list changes the very thing that it asks for, and goes on from where the client stands in the order.
    package func neighbours(
        _ scope: Scope, _ asked: ClientQuery, of id: ClientID
    ) async throws -> ClientNeighboursOutcome {
        var query = asked.resolved(for: scope.userID, at: world.now())
        query.search = nil
        let problems = Self.problems(in: query)
        guard problems.isEmpty else { return .invalid(problems) }
        let key = query.order.key(in: "client")
        let row = try await database.rows(
            "SELECT \(key) AS sort_key FROM client WHERE client.id = \(id) AND \(ClientVisibility(scope).ofOne)",
            isShort: true
        ).first
        guard let row else { return .notFound }
        let position = (key: try query.order.key(in: row, at: 0), id: id.sqlValue)
        let rows = ClientListRows(scope, query, driver: try await driver(scope, query))
        let found = try await database.read { session in
            try session.answers(to: [
                rows.neighbour(of: position, isBehind: false), rows.neighbour(of: position, isBehind: true),
            ]).map { try $0.first?.get("id", as: ClientID.self) }
        }
        return .found(previous: found[0], next: found[1])
    }
}
