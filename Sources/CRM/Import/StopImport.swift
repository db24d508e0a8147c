package import Accounts
import Core
import SecurityEvents
package import Sessions
import Storage

/// How the wish to stop or take back an import ended.
package enum StopImportOutcome: Sendable, Hashable {
    /// It has ended, or will be taken back in a moment: how it stands now.
    case accepted(String)
    /// There is none, or `scope` does not see it.
    case notFound
    /// The proof belongs to another scope.
    case reauthenticationRequired
}

extension ClientImports {
    /// Stops an import that waits or is under way, and takes back one that has ended: what it made goes into the trash, what it changed becomes
    /// as it was, and what somebody has changed since stays.
    package func stop(
        _ scope: Scope, _ id: ImportID, proof: FreshReauthentication
    ) async throws -> StopImportOutcome {
        guard proof.scope == scope else { return .reauthenticationRequired }
        let (now, recorder) = (world.now(), recorder)
        var ended = event(.dataImportEnded, id, user: scope.userID, session: scope.sessionID, from: .server)
        ended.detail["by"] = scope.userID.description
        let event = ended
        let outcome = try await database.transaction { session -> StopImportOutcome in
            let row = try session.row(
                """
                SELECT \(ClientImport.columns) FROM client_import WHERE id = \(id) AND \(ClientImport.isReached(by: scope))
                \(.forUpdate)
                """)
            guard let row else { return .notFound }
            let work = try ClientImport(row)
            switch work.status {
            case .queued, .running:
                guard work.undo == nil else { return .accepted(work.status.rawValue) }
                _ = try Self.end(id, .cancelled, because: .cancelled, at: now, event, recorder, in: session)
                return .accepted(ClientImport.Status.cancelled.rawValue)
            case .undone: return .accepted(work.status.rawValue)
            case .completed, .cancelled, .failed:
                try session.run(
                    """
                    UPDATE client_import SET status = 'running', undo_by = \(scope.userID), undo_role = \(scope.role.rawValue),
                        lease_by = NULL, lease_until = NULL
                    WHERE id = \(id)
                    """)
                return .accepted(ClientImport.Status.running.rawValue)
            }
        }
        if case .accepted(ClientImport.Status.cancelled.rawValue) = outcome { files.remove(id) }
        backgroundWork.notify()
        return outcome
    }
}
