package import Accounts
import Core
package import SecurityEvents
package import Sessions
import Storage

/// How the erasure of a client ended.
package enum EraseClientOutcome: Sendable, Hashable {
    /// Nothing is left of them; so many other clients named them, and do not any more.
    case erased(named: Int)
    /// There is none, neither in the book nor in the trash.
    case notFound
    case forbidden
}

extension ClientBook {
    private static let cleansedAtOnce = 50

    /// Erases a client for good, with their history, whoever was merged into them, and whatever others say of being related to them: a person's
    /// right (GDPR Art. 17, CCPA §1798.105). An identity that was merged leads to the client that answers for it. By owner and admin, who have
    /// just shown the password. The security log keeps that it happened, with the identities alone.
    package func erase(
        _ scope: Scope, _ id: ClientID, proof: FreshReauthentication, recorder: EventRecorder,
        from source: RequestSource
    ) async throws -> EraseClientOutcome {
        guard proof.scope == scope, scope.role.seesEverything else { return .forbidden }
        let (now, home, world, dependents) = (world.now(), home, world, dependents)
        var (forgotten, named): (Set<ClientID>, Set<ClientID>) = ([], [])
        // Again, when the client was merged meanwhile: then there are further identities by which others know them.
        while true {
            let identities = try await database.read { session in try Self.identities(of: id, in: session) }
            for identity in identities where !forgotten.contains(identity) {
                named.formUnion(try await forget(identity, by: scope))
                try await forgetMerges(of: identity)
                forgotten.insert(identity)
            }
            try await ErasedFromImports.remove(identities, in: database)
            let (known, others) = (forgotten, named)
            let outcome = try await database.transaction { session -> EraseClientOutcome? in
                let list = identities.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
                let rows = try session.rows(
                    "SELECT \(Client.columns), deleted_at FROM client WHERE id IN (\(list)) ORDER BY id \(.forUpdate)")
                guard try known.isSuperset(of: Self.identities(of: id, in: session)) else { return nil }
                guard !rows.isEmpty else { return .notFound }
                for row in rows where try row.optional("deleted_at", as: Timestamp.self) == nil {
                    // Through the trash, so that totals and what lists and searches read are right.
                    let client = try Client(row)
                    let edit = try ClientEdit(scope, ClientPatch(), at: now, home: home, in: session)
                    _ = try ClientWriting.perform(in: session, edit) { writing in
                        try writing.trash(client.id, at: client.version, ClientContent(client))
                    }
                }
                // Whoever was merged is counted as the client that answers for them.
                let named = Set(try ClientAlias.targets(of: others.sorted(), in: session)).subtracting(identities)
                for dependent in dependents { try dependent.erase(identities, in: session) }
                try session.run("DELETE FROM client WHERE id IN (\(list))")
                var event = Event(
                    .clientErased, in: world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: ["client": identities[0].description])
                if identities.count > 1 {
                    event.detail["merged"] = identities.dropFirst().map(\.description).joined(separator: " ")
                }
                event.detail["key"] = scope.keyID?.description
                try recorder.record(event, in: session)
                return .erased(named: named.count)
            }
            if let outcome { return outcome }
        }
    }

    /// The client that answers to `id`, and whoever was merged into it.
    private static func identities(of id: ClientID, in session: any SQLSession) throws -> [ClientID] {
        let target = try ClientAlias.targets(of: [id], in: session)[0]
        return [target] + (try ClientAlias.merged(into: [target], in: session).map(\.id))
    }

    /// Takes the client out of the relationships of others, and their name out of the history of those. Whom that concerned.
    private func forget(_ id: ClientID, by scope: Scope) async throws -> [ClientID] {
        let named = try await database.read { session in
            try ClientRelationRows.clients(naming: [id], in: session).filter { $0 != id }
        }
        // No index leads from an identity to the history that names it: an erasure is rare, and reads the changes of all relationships.
        let formerly: [ClientID] = try await database.rows(
            """
            SELECT client_id FROM client_change WHERE client_id <> \(id) AND \(Self.names(id))
            UNION SELECT client_id FROM client_merged_change WHERE client_id <> \(id) AND \(Self.names(id))
            """
        ).map { try $0.get("client_id") }
        let others = Set(named + formerly).sorted()
        let edit = ClientEdit(home: home, author: scope.userID, now: world.now())
        for start in stride(from: 0, to: others.count, by: Self.cleansedAtOnce) {
            let batch = others[start..<min(start + Self.cleansedAtOnce, others.count)]
            try await database.transaction { session in
                try ClientWriting.perform(in: session, edit) { writing in
                    for other in batch { try Self.forget(id, by: other, &writing, in: session) }
                }
            }
        }
        return named
    }

    private static func forget(
        _ id: ClientID, by other: ClientID, _ writing: inout ClientWriting, in session: any SQLSession
    ) throws {
        guard let row = try session.row("SELECT \(Client.columns) FROM client WHERE id = \(other) \(.forUpdate)")
        else { return }
        let before = try Client(row).details.value()
        var after = before
        after.relationships.removeAll { $0.clientID == id }
        if after != before { try writing.rewrite(other, from: before, to: after) }
        for table: SQL in ["client_change", "client_merged_change"] {
            try session.run(
                """
                UPDATE \(table) SET old_value = NULL, new_value = NULL
                WHERE client_id = \(other) AND \(Self.names(id))
                """)
        }
    }

    /// Blanks the history of those into whom the client was once merged, from there to the undoing: it has the client's values.
    private func forgetMerges(of id: ClientID) async throws {
        let merge = "\"\(id)\""
        let times: [(client: ClientID, from: Int64, to: Int64)] = try await database.rows(
            """
            SELECT merged.client_id AS client_id, MIN(change.version) AS first, MAX(change.version) AS last
            FROM client_change AS merged
            JOIN client_change AS change ON change.origin_id = merged.origin_id AND change.client_id = merged.client_id
            WHERE merged.field = 'merged' AND merged.new_value = \(merge)
            GROUP BY merged.client_id, merged.origin_id
            """
        ).map { (try $0.get("client_id"), try $0.get("first"), try $0.get("last")) }
        guard !times.isEmpty else { return }
        try await database.transaction { session in
            for time in times {
                try session.run(
                    """
                    UPDATE client_change SET old_value = NULL, new_value = NULL
                    WHERE client_id = \(time.client) AND version BETWEEN \(time.from) AND \(time.to) AND field <> 'merged'
                    """)
            }
        }
    }

    /// Holds for the changes of relationships in which the client occurs.
    private static func names(_ id: ClientID) -> SQL {
        "field IN ('relationships', 'merged.relationships') AND (old_value LIKE \("%\(id)%") OR new_value LIKE \("%\(id)%"))"
    }
}
