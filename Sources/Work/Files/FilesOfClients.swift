import Accounts
import CRM
import Core
import Storage

/// What becomes of files when clients become one or are erased.
struct FilesOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE client_file SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            "UPDATE client_file SET client_id = \(loser) WHERE client_id = \(winner) AND first_client_id IN (\(list))")
    }

    /// The rows stay until the bytes are gone, and say nothing meanwhile.
    func erase(_ clients: [ClientID], in session: any SQLSession) throws {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            "UPDATE client_file SET name = '', uploaded_by = NULL, deleted_at = 0 WHERE client_id IN (\(list))")
    }

    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool { false }

    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {}
}
