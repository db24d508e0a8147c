import Accounts
import CRM
import Core
import Storage

/// What becomes of tasks when clients become one or change hands: they are the winner's, and part again with the loser; what somebody who leaves had
/// to do, their successor has to do.
struct TasksOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE task SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            "UPDATE task SET client_id = \(loser) WHERE client_id = \(winner) AND first_client_id IN (\(list))")
    }

    func erase(_ clients: [ClientID], in session: any SQLSession) throws {}

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool {
        try session.row(
            """
            SELECT 1 AS one FROM task
            WHERE assigned_to = \(account) AND completed_at IS NULL AND deleted_at IS NULL LIMIT 1
            """) != nil
    }

    /// Whoever takes over may not reach a client that somebody else shared with the leaver: such a task goes to the client's own agent.
    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE task SET updated_at = \(now), version = version + 1, assigned_to = CASE
                WHEN client_id IS NULL
                    OR EXISTS (SELECT 1 FROM account WHERE id = \(successor) AND role IN ('owner', 'admin'))
                    OR EXISTS (SELECT 1 FROM client_collaborator AS shared
                        WHERE shared.client_id = task.client_id AND shared.user_id = \(successor))
                THEN \(successor)
                ELSE COALESCE((SELECT client.assigned_to FROM client WHERE client.id = task.client_id), \(successor)) END
            WHERE assigned_to = \(leaver) AND completed_at IS NULL AND deleted_at IS NULL
            """)
    }
}
