package import Accounts
import Core
package import Sessions
import Storage

/// How the deletion of a client ended.
package enum DeleteClientOutcome: Sendable, Hashable {
    /// It lies in the trash.
    case deleted
    /// There is none, or `scope` may not see it.
    case notFound
    /// Nothing was written: the client is now at `current`.
    case versionMismatch(current: Int64)
    /// `scope` sees the client but may not delete it.
    case forbidden
    /// The proof belongs to another scope.
    case reauthenticationRequired
}

extension ClientBook {
    /// Puts a client in the trash: it is kept, out of every list and every reach.
    ///
    /// Owner and admin delete any client, an agent those assigned to them, a lender none. `proof` must be of the same
    /// scope: a proof that one person gave does not let another delete.
    package func delete(
        _ scope: Scope, _ id: ClientID, proof: FreshReauthentication, expectedVersions: [Int64]? = nil
    ) async throws -> DeleteClientOutcome {
        guard proof.scope == scope else { return .reauthenticationRequired }
        let (now, home) = (world.now(), home)
        return try await database.transaction { session in
            let row = try session.row(
                """
                SELECT \(Client.columns) FROM client WHERE id = \(id) AND \(ClientVisibility(scope).ofOne)
                \(.forUpdate)
                """)
            guard let row else { return .notFound }
            let client = try Client(row)
            guard scope.role.mayDelete(client, as: scope.userID) else { return .forbidden }
            if let expectedVersions, !expectedVersions.contains(client.version) {
                return .versionMismatch(current: client.version)
            }
            let content = try ClientContent(client)
            let isTrashed = try ClientWriting.perform(
                in: session, ClientEdit(scope, ClientPatch(), at: now, home: home, in: session)
            ) { writing in
                try writing.trash(id, at: client.version, content)
            }
            return isTrashed ? .deleted : .notFound
        }
    }
}
