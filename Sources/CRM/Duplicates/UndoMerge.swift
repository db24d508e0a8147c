package import Accounts
import Core
import Storage

/// How the undoing of a merge ended.
package enum UndoMergeOutcome: Sendable, Hashable {
    /// They are two again: the winner, the client that had been merged into it, and the fields of the winner in which something was changed since
    /// and kept.
    case undone(Client, parted: Client, kept: [String])
    /// There is no such merge, or `scope` does not see the winner, or it was taken back before.
    case notFound
    /// `scope` sees the winner, but the two are not both its own.
    case forbidden
    /// The time is over.
    case expired
    /// The winner was merged itself since, by that merge, which has to be taken back first.
    case mergedSince(MergeID)
}

extension ClientBook {
    /// Takes a merge back: both are as before, but for what was changed on the winner since.
    package func undoMerge(_ scope: Scope, _ id: MergeID) async throws -> UndoMergeOutcome {
        let (now, home, dependents) = (world.now(), home, dependents)
        return try await database.transaction { session in
            let row = try session.row(
                """
                SELECT \(Client.qualifiedColumns) FROM client_alias JOIN client ON client.id = client_alias.client_id
                WHERE client_alias.merge_id = \(id) AND \(ClientVisibility(scope).ofOne)
                """)
            guard let row, let found = try ClientAlias.entry(of: id, in: session) else { return .notFound }
            let seen = try Client(row)
            let relatives = try MergeChanges.relatives(of: found, in: session)
            let held = try Self.hold([found.client, found.id] + relatives, in: session)
            // Whoever was faster has taken it back, or merged the winner.
            guard let entry = try ClientAlias.entry(of: id, in: session) else { return .notFound }
            guard entry.into == entry.client else {
                let later = try ClientAlias.merged(into: [entry.client], in: session).first { $0.id == entry.into }
                return later.map { .mergedSince($0.merge) } ?? .expired
            }
            guard let winner = held[entry.client]?.client, winner.id == seen.id, held[winner.id]?.isLive == true
            else { return .notFound }
            guard now < entry.at + Self.mergeKept, let loser = held[entry.id]?.client else { return .expired }
            guard [winner, loser].allSatisfy({ scope.role.mayMerge($0, as: scope.userID) }) else { return .forbidden }
            let edit = ClientEdit(home: home, author: scope.userID, now: now, origin: .by(.undo, id), announces: true)
            return try ClientWriting.perform(in: session, edit) { writing in
                let others = relatives.compactMap { id in held[id].flatMap { $0.isLive ? $0.client : nil } }
                return try MergeChanges(entry: entry, winner: winner, loser: loser, relatives: others)
                    .takeBack(&writing, dependents, in: session)
            }
        }
    }

    private static func hold(
        _ ids: [ClientID], in session: any SQLSession
    ) throws -> [ClientID: (client: Client, isLive: Bool)] {
        let list = Set(ids).sorted().map { "\($0)" as SQL }.joined(separator: ", ")
        let rows = try session.rows(
            "SELECT \(Client.columns), deleted_at FROM client WHERE id IN (\(list)) ORDER BY id \(.forUpdate)")
        var held: [ClientID: (client: Client, isLive: Bool)] = [:]
        for row in rows {
            let client = try Client(row)
            held[client.id] = (client, try row.optional("deleted_at", as: Timestamp.self) == nil)
        }
        return held
    }
}

/// What a merge changed, as the history tells it, with the clients that it changed.
private struct MergeChanges {
    let entry: ClientAlias.Entry
    let winner: Client
    let loser: Client
    let relatives: [Client]

    /// The clients, but for the two, whose relationships the merge changed.
    static func relatives(of entry: ClientAlias.Entry, in session: any SQLSession) throws -> [ClientID] {
        try session.rows(
            """
            SELECT DISTINCT client_id FROM client_change WHERE origin_id = \(entry.merge) AND way = 'merge'
                AND client_id <> \(entry.into) AND client_id <> \(entry.id)
            """
        ).map { try $0.get("client_id") }
    }

    func takeBack(
        _ writing: inout ClientWriting, _ dependents: [any ClientDependent], in session: any SQLSession
    ) throws -> UndoMergeOutcome {
        let changes = try changesByClient(in: session)
        let before = try ClientContent(winner)
        var parting = ClientParting(before)
        for change in changes[winner.id] ?? [] { try parting.takeBack(change) }
        let activity =
            winner.lastActivityAt == max(entry.activityBefore, loser.lastActivityAt)
            ? entry.activityBefore : winner.lastActivityAt
        try session.run("UPDATE client SET last_activity_at = \(activity) WHERE id = \(winner.id)")
        let others = try ClientAlias.remove(entry, in: session)
        try MergedChanges.part(loser.id, with: others, from: winner.id, in: session)
        try PairTable.part(entry.merge, of: winner.id, in: session)
        for dependent in dependents { try dependent.part(loser.id, with: others, from: winner.id, in: session) }
        let parted = try writing.update(
            winner.id, at: winner.version, from: before, to: parting.content,
            telling: [.whole(.unmerged, with: loser.id)])
        // Its identity has stood for the winner since: its next version is one that nobody has a tag of.
        let version = max(winner.version, loser.version)
        try session.run("UPDATE client SET version = \(version) WHERE id = \(loser.id)")
        let restored = try writing.restore(loser.id, ClientContent(loser))
        guard let parted, let restored else {
            throw StorageError.failed("a client that is held was changed by somebody else")
        }
        for client in relatives {
            let before = try ClientContent(client)
            var parting = ClientParting(before)
            for change in changes[client.id] ?? [] { try parting.takeBack(change) }
            guard parting.content != before else { continue }
            _ = try writing.update(client.id, at: client.version, from: before, to: parting.content)
        }
        return .undone(parted, parted: restored, kept: parting.kept)
    }

    private func changesByClient(in session: any SQLSession) throws -> [ClientID: [FieldChange]] {
        let rows = try session.rows(
            """
            SELECT client_id, field, old_value, new_value FROM client_change
            WHERE origin_id = \(entry.merge) AND way = 'merge' ORDER BY client_id, field
            """)
        var changes: [ClientID: [FieldChange]] = [:]
        for row in rows {
            changes[try row.get("client_id"), default: []].append(
                FieldChange(
                    field: try row.get("field"), old: try row.optional("old_value"), new: try row.optional("new_value"))
            )
        }
        return changes
    }
}
