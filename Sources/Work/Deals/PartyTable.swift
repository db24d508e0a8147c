import Accounts
import CRM
import Core
import Storage

/// The clients that take part in deals: the table `deal_party`.
enum PartyTable {
    /// The rows of those within reach that answer `condition`, in their order.
    static func statement(_ condition: SQL, for scope: Scope) -> SQL {
        """
        SELECT deal_party.deal_id, deal_party.first_client_id, deal_party.client_id, deal_party.roles, deal_party.position,
            client.first_name, client.last_name
        FROM deal_party JOIN client ON client.id = deal_party.client_id
        WHERE \(condition) AND \(ClientVisibility(scope).ofOne)
        ORDER BY deal_party.deal_id, deal_party.position, deal_party.first_client_id
        """
    }

    /// Adds a row to the parties of its deal: one party a client, with the roles of all rows.
    static func add(_ row: Row, to parties: inout [DealParty]) throws {
        let client: ClientID = try row.get("client_id")
        let roles = roles(try row.get("roles"))
        if let place = parties.firstIndex(where: { $0.clientID == client }) {
            parties[place].roles += roles.filter { !parties[place].roles.contains($0) }
        } else {
            parties.append(
                DealParty(
                    clientID: client, firstName: try row.get("first_name"), lastName: try row.get("last_name"),
                    roles: roles))
        }
    }

    private static func roles(_ text: String) -> [DealParty.Role] {
        text.split(separator: ",").compactMap { DealParty.Role(rawValue: String($0)) }
    }

    /// Has the parties that `scope` sees be `parties`. Those of clients out of reach stay, and so do the roles that each of two merged clients had:
    /// only what was taken away is taken from both, and what is new is the client's that answers.
    static func write(
        _ parties: [DealParty], of deal: DealID, for scope: Scope, in session: any SQLSession
    ) throws {
        let rows = try session.rows(statement("deal_party.deal_id = \(deal)", for: scope))
        var there: [ClientID: [DealParty.Role]] = [:]
        for row in rows {
            let client: ClientID = try row.get("client_id")
            let (first, had) = (try row.get("first_client_id", as: ClientID.self), roles(try row.get("roles")))
            let wanted = parties.first { $0.clientID == client }?.roles ?? []
            let kept = had.filter(wanted.contains)
            if kept.isEmpty {
                try session.run("DELETE FROM deal_party WHERE deal_id = \(deal) AND first_client_id = \(first)")
            } else if kept != had {
                try session.run(
                    """
                    UPDATE deal_party SET roles = \(text(kept)) WHERE deal_id = \(deal) AND first_client_id = \(first)
                    """)
            }
            there[client, default: []] += kept
        }
        for (position, party) in parties.enumerated() {
            let had = there[party.clientID] ?? []
            let new = party.roles.filter { !had.contains($0) }
            try session.run(
                "UPDATE deal_party SET position = \(position) WHERE deal_id = \(deal) AND client_id = \(party.clientID)"
            )
            if new.isEmpty { continue }
            // The client's own row may be there with other roles.
            try session.run(
                """
                INSERT INTO deal_party (deal_id, first_client_id, client_id, roles, position)
                VALUES (\(deal), \(party.clientID), \(party.clientID), \(text(new)), \(position))
                ON CONFLICT (deal_id, first_client_id) DO UPDATE SET roles = deal_party.roles || ',' || excluded.roles
                """)
        }
    }

    private static func text(_ roles: [DealParty.Role]) -> String { roles.map(\.rawValue).joined(separator: ",") }

    /// All clients of a deal, those out of reach too, in the order in which they are held: whoever tells them of the deal.
    static func clients(of deal: DealID, in session: any SQLSession) throws -> [ClientID] {
        try session.rows("SELECT DISTINCT client_id FROM deal_party WHERE deal_id = \(deal) ORDER BY client_id")
            .map { try $0.get("client_id") }
    }
}
