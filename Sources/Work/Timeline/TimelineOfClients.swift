import Accounts
import CRM
import Core
import Storage

/// What becomes of timelines when clients become one: their entries are on one timeline, and part again with them.
struct TimelineOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE timeline_entry SET client_id = \(winner) WHERE client_id = \(loser)")
        try ClientContact.recount([winner, loser], in: session)
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            UPDATE timeline_entry SET client_id = \(loser)
            WHERE client_id = \(winner) AND first_client_id IN (\(list))
            """)
        try ClientContact.recount([winner, loser], in: session)
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool { false }

    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {}
}
