package import Accounts
import Core
package import Storage

/// Which clients a scope reaches, as conditions on the table `client`. Every statement about clients, and about what hangs on
/// them, holds one.
///
/// Owner and admin reach all of them, agent and lender those assigned to or shared with them. What is in the trash is
/// out of everybody's reach. A client out of reach is answered exactly like one that does not exist, so nobody learns
/// whom a colleague works with by trying identities.
package struct ClientVisibility {
    private let scope: Scope

    /// The reach of `scope`.
    package init(_ scope: Scope) { self.scope = scope }

    /// For a statement that names the client: asks about that one row.
    package var ofOne: SQL {
        if scope.role.seesEverything { return "client.deleted_at IS NULL" }
        return """
            client.deleted_at IS NULL AND (client.assigned_to = \(scope.userID) OR EXISTS (
                SELECT 1 FROM client_collaborator AS shared
                WHERE shared.client_id = client.id AND shared.user_id = \(scope.userID)))
            """
    }

    /// For a statement that takes all clients within reach, in whatever order. A list, which has an order, reads ``ClientListRows``.
    package var ofMany: SQL {
        if scope.role.seesEverything { return "client.deleted_at IS NULL" }
        return """
            client.deleted_at IS NULL AND client.id IN (
                SELECT reader.client_id FROM client_reader AS reader WHERE reader.user_id = \(scope.userID))
            """
    }
}

/// What a role may do to a client that it can see.
extension Role {
    /// Everybody but a lender, who works with what others share.
    package var createsClients: Bool { self != .lender }

    /// Whether the holder `userID` may put `client` in the trash: owner and admin any, an agent their own but not one
    /// that is only shared with them, a lender none.
    func mayDelete(_ client: Client, as userID: AccountID) -> Bool {
        switch self {
        case .owner, .admin: return true
        case .agent: return client.assignedTo == userID
        case .lender: return false
        }
    }
}
