package import Accounts
import Core
import Storage

/// How a change of a client ended.
package enum PatchClientOutcome: Sendable, Hashable {
    /// The client as it is now. A patch that changes nothing writes nothing and keeps the version.
    case patched(Client)
    /// There is none, or `scope` may not see it.
    case notFound
    /// Nothing was written: somebody changed the client since the caller read it. It is now at `current`.
    case versionMismatch(current: Int64)
    /// Nothing was written: everything that is wrong with the patch.
    case invalid([FieldProblem])
}

extension ClientBook {
    /// Changes the fields that `patch` names. Whoever sees a client may edit it, collaborators included; whose it is
    /// and whom it is shared with follows ``ClientAssignment``.
    ///
    /// By the identity of a client that was merged the winner is changed, which the outcome tells.
    ///
    /// With `expectedVersions` (`If-Match`) the change is made only to one of them. Of two callers who changed the
    /// same version one wins and the other is told; nothing that the first wrote is lost unseen.
    package func patch(
        _ scope: Scope, _ id: ClientID, _ patch: ClientPatch, expectedVersions: [Int64]? = nil
    ) async throws -> PatchClientOutcome {
        let (now, home) = (world.now(), home)
        return try await database.transaction { session in
            guard let client = try ClientAlias.held(id, for: scope, in: session) else { return .notFound }
            let id = client.id
            if let expectedVersions, !expectedVersions.contains(client.version) {
                return .versionMismatch(current: client.version)
            }
            let before = try ClientContent(client)
            let edit = try ClientEdit(scope, patch, at: now, home: home, in: session)
            var (after, wrong) = before.applying(patch, in: edit)
            let problems =
                try wrong + ClientAssignment.problems(scope, from: before, to: after, in: session)
                + ClientRelations.complete(&after, since: before, of: id, scope, in: session)
                + ClientStage.problems(from: before, to: after, in: session)
            guard problems.isEmpty else { return .invalid(problems) }
            guard before != after else { return .patched(client) }
            let written = try ClientWriting.perform(in: session, edit) { writing in
                try writing.update(id, at: client.version, from: before, to: after)
            }
            return written.map { .patched($0) } ?? .notFound
        }
    }
}
