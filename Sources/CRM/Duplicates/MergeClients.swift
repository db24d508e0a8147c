package import Accounts
package import Core
import Storage

/// How a merge of two clients ended.
package enum MergeClientsOutcome: Sendable, Hashable {
    /// They are one: the winner as it is now.
    case merged(Client, MergeRecord)
    /// One of the two is not there, or `scope` does not see it, or it is in the trash.
    case notFound
    /// `scope` sees both, but they are not both its own.
    case forbidden
    /// Nothing was written: one of the two is not at the version that was expected.
    case versionMismatch
    /// Nothing was written: they are one client already, or have no room for each other.
    case invalid([FieldProblem])
}

/// A merge that was made.
package struct MergeRecord: Sendable, Hashable {
    package let id: MergeID
    /// The client that is one with the winner now. Its identity leads to the winner.
    package let merged: ClientID
    /// Until then it can be taken back.
    package let undoableUntil: Timestamp
}

extension Role {
    /// Whether the holder `userID` may make `client` one with another: owner and admin any, an agent their own, but not one that is only shared
    /// with them. Whoever else shares it would see another client through it from then on.
    func mayMerge(_ client: Client, as userID: AccountID) -> Bool { mayDelete(client, as: userID) }
}

extension ClientBook {
    /// How long a merge can be taken back: as long as the loser's row is kept, which is removed like one in the trash.
    package static let mergeKept = ClientTrash.kept

    /// Makes two clients one: `loser` goes into `winner`, and its identity leads there. Nothing is lost (``ClientUnion``), and ``undoMerge(_:_:)``
    /// takes it back.
    ///
    /// With `expectedVersions` (`If-Match`) and `loserVersion` only if both are as the caller saw them. Both are held in the order of their
    /// identities, with every client that names the loser: of two merges of the same two the second finds one client.
    package func merge(
        _ scope: Scope, _ winner: ClientID, with loser: ClientID, expectedVersions: [Int64]? = nil,
        loserVersion: Int64? = nil
    ) async throws -> MergeClientsOutcome {
        let (now, home, id) = (world.now(), home, world.identifier(MergeID.self))
        let dependents = dependents
        return try await database.transaction { session in
            let pair: ClientPair
            switch try ClientPair.hold(winner, loser, for: scope, in: session) {
            case .held(let held): pair = held
            case .notFound: return .notFound
            case .same:
                return .invalid([
                    FieldProblem("with", .sameClient, "They are one client, or have been merged into one already.")
                ])
            }
            let both = [pair.winner, pair.loser]
            guard both.allSatisfy({ scope.role.mayMerge($0, as: scope.userID) }) else { return .forbidden }
            if let expectedVersions, !expectedVersions.contains(pair.winner.version) { return .versionMismatch }
            if let loserVersion, loserVersion != pair.loser.version { return .versionMismatch }
            let (before, other) = (try ClientContent(pair.winner), try ClientContent(pair.loser))
            let union = ClientUnion(before, other, identities: pair.identities, home: home)
            guard union.problems.isEmpty else { return .invalid(union.problems) }
            let edit = ClientEdit(home: home, author: scope.userID, now: now, origin: .by(.merge, id), announces: true)
            let merged = try ClientWriting.perform(in: session, edit) { writing in
                try pair.write(union, from: (before, other), by: id, of: scope.userID, at: now, &writing, in: session)
            }
            for dependent in dependents { try dependent.join(pair.loser.id, to: merged.id, in: session) }
            let record = MergeRecord(id: id, merged: pair.loser.id, undoableUntil: now + Self.mergeKept)
            return .merged(merged, record)
        }
    }
}

extension ClientPair {
    fileprivate func write(
        _ union: ClientUnion, from content: (winner: ClientContent, loser: ClientContent), by id: MergeID,
        of user: AccountID, at now: Timestamp, _ writing: inout ClientWriting, in session: any SQLSession
    ) throws -> Client {
        // Above every version that either identity ever had: no tag that somebody holds of one of them stands for another content.
        let version = max(winner.version, loser.version)
        try session.run(
            """
            UPDATE client SET version = \(version),
                last_activity_at = \(max(winner.lastActivityAt, loser.lastActivityAt))
            WHERE id = \(winner.id)
            """)
        try MergedChanges.join(loser.id, to: winner.id, in: session)
        guard
            try writing.trash(
                loser.id, at: loser.version, content.loser, telling: .whole(.mergedInto, with: winner.id)),
            let merged = try writing.update(
                winner.id, at: version, from: content.winner, to: union.content,
                telling: [.whole(.merged, with: loser.id)] + union.left)
        else { throw StorageError.failed("a client that is held was changed by somebody else") }
        for client in relatives {
            let before = try ClientContent(client)
            var after = before
            after.details.relationships = leadingToWinner(before.details.relationships)
            _ = try writing.update(client.id, at: client.version, from: before, to: after)
        }
        try ClientAlias.insert(
            ClientAlias.Entry(
                id: loser.id, client: winner.id, into: winner.id, merge: id, at: now, version: merged.version,
                activityBefore: winner.lastActivityAt), in: session)
        try PairTable.join(loser.id, to: winner.id, by: user, at: now, through: id, in: session)
        return merged
    }

    private func leadingToWinner(_ relationships: [Relationship]) -> [Relationship] {
        var kept: [Relationship] = []
        for var relationship in relationships {
            if let other = relationship.clientID, identities.contains(other) { relationship.clientID = winner.id }
            if !kept.contains(relationship) { kept.append(relationship) }
        }
        return kept
    }
}
