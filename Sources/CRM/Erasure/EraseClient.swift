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

    /// Erases a client for good, with their history and whatever others say of being related to them: a person's right (GDPR Art. 17, CCPA
    /// §1798.105). By owner and admin, who have just shown the password. The security log keeps that it happened, with the identity alone.
    package func erase(
        _ scope: Scope, _ id: ClientID, proof: FreshReauthentication, recorder: EventRecorder,
        from source: RequestSource
    ) async throws -> EraseClientOutcome {
        guard proof.scope == scope, scope.role.seesEverything else { return .forbidden }
        let named = try await forget(id, by: scope)
        let (now, home, world) = (world.now(), home, world)
        return try await database.transaction { session in
            let row = try session.row("SELECT \(Client.columns), deleted_at FROM client WHERE id = \(id) \(.forUpdate)")
            guard let row else { return .notFound }
            if try row.optional("deleted_at", as: Timestamp.self) == nil {
                // Through the trash, so that totals and what lists and searches read are right.
                let client = try Client(row)
                let edit = try ClientEdit(scope, ClientPatch(), at: now, home: home, in: session)
                _ = try ClientWriting.perform(in: session, edit) { writing in
                    try writing.trash(id, at: client.version, ClientContent(client))
                }
            }
            try session.run("DELETE FROM client WHERE id = \(id)")
            var event = Event(
                .clientErased, in: world, user: scope.userID, session: scope.sessionID, from: source,
                detail: ["client": id.description])
            event.detail["key"] = scope.keyID?.description
            try recorder.record(event, in: session)
            return .erased(named: named)
        }
    }

    /// Takes the client out of the relationships of others, and their name out of the history of those. How many others there were.
    private func forget(_ id: ClientID, by scope: Scope) async throws -> Int {
        // No index leads from a client to those who name it: an erasure is rare, and reads the details of all.
        let named: [ClientID] = try await database.rows(
            "SELECT id FROM client WHERE id <> \(id) AND details LIKE \("%\"clientId\":\"\(id)\"%")"
        ).map { try $0.get("id") }
        let formerly: [ClientID] = try await database.rows(
            """
            SELECT DISTINCT client_id FROM client_change WHERE client_id <> \(id) AND field = 'relationships'
                AND (old_value LIKE \("%\(id)%") OR new_value LIKE \("%\(id)%"))
            """
        ).map { try $0.get("client_id") }
        let others = Set(named + formerly).sorted()
        let edit = ClientEdit(home: home, author: scope.userID, now: world.now())
        for start in stride(from: 0, to: others.count, by: Self.cleansedAtOnce) {
            let batch = others[start..<min(start + Self.cleansedAtOnce, others.count)]
            try await database.transaction { session in
                try ClientWriting.perform(in: session, edit) { writing in
                    for other in batch {
                        let row = try session.row(
                            "SELECT \(Client.columns) FROM client WHERE id = \(other) \(.forUpdate)")
                        guard let row else { continue }
                        var details = try Client(row).details.value()
                        details.relationships.removeAll { $0.clientID == id }
                        try writing.rewrite(other, details: details)
                        try session.run(
                            """
                            UPDATE client_change SET old_value = NULL, new_value = NULL
                            WHERE client_id = \(other) AND field = 'relationships'
                                AND (old_value LIKE \("%\(id)%") OR new_value LIKE \("%\(id)%"))
                            """)
                    }
                }
            }
        }
        return named.count
    }
}
