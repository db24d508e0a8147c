import Accounts
import CRM
import Core
import Storage

/// What becomes of requests and their matches when clients become one: the winner looks for both, and they part again.
struct RequestsOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE buyer_request SET client_id = \(winner) WHERE client_id = \(loser)")
        try session.run("UPDATE listing_match SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        let isTheirs: SQL = "client_id = \(winner) AND first_client_id IN (\(list))"
        try session.run("UPDATE buyer_request SET client_id = \(loser) WHERE \(isTheirs)")
        try session.run("UPDATE listing_match SET client_id = \(loser) WHERE \(isTheirs)")
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool { false }

    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {}
}
