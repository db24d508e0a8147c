package import Accounts
import Core
import Storage

/// How a request for one client ended.
package enum GetClientOutcome: Sendable, Hashable {
    case found(Client)
    /// There is none, or `scope` may not see it, or it is in the trash: the caller cannot tell which.
    case notFound
}

extension ClientBook {
    /// The client with that identity, or the one into which it was merged, in one query.
    package func get(_ scope: Scope, _ id: ClientID) async throws -> GetClientOutcome {
        let rows = try await database.rows(
            """
            SELECT \(Client.columns) FROM client
            WHERE id = \(ClientAlias.target(of: id)) AND \(ClientVisibility(scope).ofOne)
            """, isShort: true)
        guard let row = rows.first else { return .notFound }
        return .found(try Client(row))
    }
}
