package import Accounts
import Core
package import Storage

extension ClientAlias {
    /// The client that answers to `id` for `scope`, held until the transaction ends; `nil` when there is none within reach.
    ///
    /// Asked twice where the first look finds none: whoever waited for a merge of just this client then finds its winner.
    package static func held(_ id: ClientID, for scope: Scope, in session: any SQLSession) throws -> Client? {
        func look() throws -> Client? {
            try session.row(
                """
                SELECT \(Client.columns) FROM client
                WHERE id = \(target(of: id)) AND \(ClientVisibility(scope).ofOne) \(.forUpdate)
                """
            ).map { try Client($0) }
        }
        return try look() ?? look()
    }
}
