import Accounts
import CRM
import Core
import Storage

/// What becomes of listings when clients become one, and when somebody leaves.
struct ListingsOfClients: ClientDependent {
    private static var live: SQL {
        Listing.Status.allCases.filter(\.isLive).map { "\($0.rawValue)" as SQL }.joined(separator: ", ")
    }

    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE listing_client SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            UPDATE listing_client SET client_id = \(loser) WHERE client_id = \(winner) AND first_client_id IN (\(list))
            """)
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool {
        try session.row(
            "SELECT 1 AS one FROM listing WHERE agent_id = \(account) AND status IN (\(Self.live)) LIMIT 1") != nil
    }

    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE listing SET agent_id = \(successor), updated_at = \(now), version = version + 1
            WHERE agent_id = \(leaver) AND status IN (\(Self.live))
            """)
    }
}
