import CRM
import Core
import Storage

/// What becomes of deals when clients become one, and when somebody leaves.
///
/// Of two clients of one deal the winner is one party with the roles of both; each row keeps whose it was, so that taking the merge back gives each
/// their own again.
struct DealsOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE deal_party SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            UPDATE deal_party SET client_id = \(loser) WHERE client_id = \(winner) AND first_client_id IN (\(list))
            """)
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool {
        try session.row(
            "SELECT 1 AS one FROM deal_agent WHERE user_id = \(account) AND is_open = 1 LIMIT 1") != nil
    }

    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {
        let rows = try session.rows(
            """
            SELECT id, agents, split, version FROM deal
            WHERE id IN (SELECT deal_id FROM deal_agent WHERE user_id = \(leaver) AND is_open = 1) ORDER BY id \(.forUpdate)
            """)
        for row in rows {
            let id: DealID = try row.get("id")
            let agents = try row.get("agents", as: StoredList<AccountID>.self).elements()
                .map { $0 == leaver ? successor : $0 }
                .reduce(into: [AccountID]()) { if !$0.contains($1) { $0.append($1) } }
            var split: [DealShare] = []
            for var share in try row.get("split", as: StoredList<DealShare>.self).elements() {
                if share.userId == leaver { share.userId = successor }
                if share.userId == successor, let place = split.firstIndex(where: { $0.userId == successor }) {
                    split[place].basisPoints += share.basisPoints
                } else {
                    split.append(share)
                }
            }
            try session.run(
                """
                UPDATE deal SET agents = \(StoredList(agents)), split = \(StoredList(split)), updated_at = \(now),
                    version = version + 1
                WHERE id = \(id)
                """)
            try session.run("DELETE FROM deal_agent WHERE deal_id = \(id) AND user_id = \(leaver)")
            try session.run(
                """
                INSERT INTO deal_agent (deal_id, user_id, is_open) VALUES (\(id), \(successor), 1)
                ON CONFLICT (deal_id, user_id) DO NOTHING
                """)
        }
    }
}
