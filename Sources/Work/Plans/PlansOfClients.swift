import Accounts
import CRM
import Core
import Storage

/// What becomes of plans when clients become one: of two on the same plan one stays on it, so that nobody gets a mail twice.
struct PlansOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE plan_enrolment SET status = 'stopped', reason = 'merged', ended_at = next_at
            WHERE client_id = \(loser) AND status IN ('running', 'paused') AND plan_id IN (
                SELECT plan_id FROM plan_enrolment AS other
                WHERE other.client_id = \(winner) AND other.status IN ('running', 'paused'))
            """)
        try session.run("UPDATE plan_enrolment SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            UPDATE plan_enrolment SET client_id = \(loser)
            WHERE client_id = \(winner) AND first_client_id IN (\(list))
            """)
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool { false }

    /// A plan goes on with the client's new agent by itself; where the client has none, with whoever takes over.
    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE plan_enrolment SET enrolled_by = \(successor)
            WHERE enrolled_by = \(leaver) AND status IN ('running', 'paused')
            """)
    }
}
