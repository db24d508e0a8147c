import Accounts
import Core
import Storage

/// Two clients that are held to be made one, with all that names them.
struct ClientPair {
    let winner: Client
    let loser: Client
    /// The identities of both, and of whoever was merged into one of them.
    let identities: Set<ClientID>
    /// The clients outside of the trash that name the loser among their relationships.
    let relatives: [Client]

    /// What became of the wish to hold two.
    enum Outcome {
        case held(ClientPair)
        /// One of the two is out of the reach of the scope, or not there.
        case notFound
        /// Both identities lead to one client, which the scope sees.
        case same
    }

    /// Holds the clients to which these identities lead until the transaction ends. Looks again when one of them is not there: it may have been
    /// merged by somebody for whom this waited.
    static func hold(
        _ winner: ClientID, _ loser: ClientID, for scope: Scope, in session: any SQLSession
    ) throws -> Outcome {
        var targets = try ClientAlias.targets(of: [winner, loser], in: session)
        while true {
            let outcome = try look(targets[0], targets[1], for: scope, in: session)
            guard case .notFound = outcome else { return outcome }
            let now = try ClientAlias.targets(of: [winner, loser], in: session)
            if now == targets { return outcome }
            targets = now
        }
    }

    /// Asks as many statements whatever it finds, so that nobody learns from the time what is there.
    private static func look(
        _ winner: ClientID, _ loser: ClientID, for scope: Scope, in session: any SQLSession
    ) throws -> Outcome {
        let merged = try ClientAlias.merged(into: [winner, loser], in: session)
        let ofLoser = [loser] + merged.filter { $0.client == loser }.map(\.id)
        let naming = try ClientRelationRows.clients(naming: ofLoser, in: session).filter { $0 != winner && $0 != loser }
        let others = naming.map { "\($0)" as SQL }.joined(separator: ", ")
        // All at once and in the order of their identities, so that two merges never wait for each other in a circle.
        let rows = try session.rows(
            """
            SELECT \(Client.columns) FROM client
            WHERE (id IN (\(winner), \(loser)) AND \(ClientVisibility(scope).ofOne))
                \(naming.isEmpty ? "" : "OR (id IN (\(others)) AND client.deleted_at IS NULL)" as SQL)
            ORDER BY id \(.forUpdate)
            """)
        let clients = try rows.map { try Client($0) }
        guard let first = clients.first(where: { $0.id == winner }),
            let second = clients.first(where: { $0.id == loser })
        else { return .notFound }
        if winner == loser { return .same }
        return .held(
            ClientPair(
                winner: first, loser: second, identities: Set([winner, loser] + merged.map(\.id)),
                relatives: clients.filter { $0.id != winner && $0.id != loser }))
    }
}
