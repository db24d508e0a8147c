import Accounts
import CRM
import Storage

/// Which deals a scope sees, as conditions on the table `deal`. Every statement about deals holds one.
///
/// Owner and admin see all of them; others those on which they work, and those in which a client within their reach takes part. A deal out of
/// reach is answered exactly like one that does not exist.
struct DealVisibility {
    private let scope: Scope

    init(_ scope: Scope) { self.scope = scope }

    /// For a statement that names the deal: asks about that one row.
    var ofOne: SQL {
        if scope.role.seesEverything { return "deal.deleted_at IS NULL" }
        return """
            deal.deleted_at IS NULL AND (EXISTS (
                SELECT 1 FROM deal_agent WHERE deal_agent.deal_id = deal.id AND deal_agent.user_id = \(scope.userID))
                OR EXISTS (
                    SELECT 1 FROM deal_party JOIN client ON client.id = deal_party.client_id
                    WHERE deal_party.deal_id = deal.id AND \(ClientVisibility(scope).ofOne)))
            """
    }

    /// For a statement that takes all of them.
    var ofMany: SQL {
        if scope.role.seesEverything { return "deal.deleted_at IS NULL" }
        return "deal.deleted_at IS NULL AND deal.id IN (\(reach))"
    }

    /// `deal` in the `FROM` of a statement that reads most of what is within reach. It begins with whom the deals concern: those of one agent are few
    /// among all. Goes with ``ofJoined``.
    var joined: SQL {
        scope.role.seesEverything ? "deal" : "(\(reach)) AS reach CROSS JOIN deal"
    }

    /// The condition that goes with ``joined``.
    var ofJoined: SQL {
        scope.role.seesEverything
            ? "deal.deleted_at IS NULL" : "deal.deleted_at IS NULL AND deal.id = reach.deal_id"
    }

    private var reach: SQL {
        """
        SELECT deal_agent.deal_id FROM deal_agent WHERE deal_agent.user_id = \(scope.userID)
            UNION SELECT deal_party.deal_id FROM deal_party JOIN client ON client.id = deal_party.client_id
            WHERE \(ClientVisibility(scope).ofMany)
        """
    }
}

extension Role {
    /// Everybody but a lender, who reads the deals of the clients that others share.
    var writesDeals: Bool { self != .lender }
}
