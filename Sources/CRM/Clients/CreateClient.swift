package import Accounts
import Core
import Storage

/// How the creation of a client ended.
package enum CreateClientOutcome: Sendable, Hashable {
    case created(Client)
    /// Nothing was written: these clients, which the caller may see, look like the same person.
    case possibleDuplicate([Client])
    /// Nothing was written: everything that is wrong with the draft.
    case invalid([FieldProblem])
    /// The role does not create clients.
    case forbidden
}

extension ClientBook {
    /// Creates a client, assigned to its creator if that is an agent.
    ///
    /// `force` creates it though it looks like a duplicate. A lender is refused.
    package func create(
        _ scope: Scope, _ draft: ClientDraft, force: Bool = false
    ) async throws -> CreateClientOutcome {
        guard scope.role.createsClients else { return .forbidden }
        let patch = draft.asPatch
        let id: ClientID = world.identifier()
        let (now, home) = (world.now(), home)
        return try await database.transaction { session in
            let edit = try ClientEdit(scope, patch, at: now, home: home, in: session)
            var start = ClientContent()
            start.stage = try StageTable.first(in: session)
            let (checked, wrong) = start.applying(patch, in: edit)
            var content = checked
            if content.assignedTo == nil, !scope.role.seesEverything { content.assignedTo = scope.userID }
            let problems =
                try wrong + ClientAssignment.problems(scope, from: nil, to: content, in: session)
                + ClientRelations.complete(&content, since: nil, of: id, scope, in: session)
                + ClientStage.problems(from: nil, to: content, in: session)
            guard problems.isEmpty else { return .invalid(problems) }
            if !force {
                let matches = try DuplicateSearch.clients(like: content, for: scope, home: home, in: session)
                guard matches.isEmpty else { return .possibleDuplicate(matches) }
            }
            return .created(
                try ClientWriting.perform(in: session, edit) { writing in
                    try writing.insert(id, content, at: ClientStamp(now: now))
                })
        }
    }
}
