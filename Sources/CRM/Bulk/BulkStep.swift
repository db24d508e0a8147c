import Accounts
import Core
import Storage

/// Changes the clients of one batch, each by the rules of a single change.
struct BulkStep {
    let change: BulkChange
    let scope: Scope
    let home: HomeRegion
    let now: Timestamp

    /// Changes those of `ids` who are within reach and still answer the filter. All of them are told of.
    func perform(_ ids: [ClientID], in session: any SQLSession) throws -> BulkBatch {
        let list = ids.map { "\($0)" as SQL }.joined(separator: ", ")
        let filter: SQL = change.filter.map { "AND \(FilterSQL().condition($0))" } ?? ""
        let rows = try session.rows(
            """
            SELECT \(Client.columns) FROM client WHERE client.id IN (\(list)) AND \(ClientVisibility(scope).ofOne) \(filter)
            ORDER BY client.id \(.forUpdate)
            """)
        let clients = try Dictionary(
            rows.map { try Client($0) }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let edit = ClientEdit(home: home, author: scope.userID, now: now, origin: .by(.bulk, change.id))
        return try ClientWriting.perform(in: session, edit) { writing in
            var batch = BulkBatch()
            for id in ids {
                if let client = clients[id] {
                    try perform(client, edit, &writing, &batch, in: session)
                } else if change.filter == nil {
                    batch.refuse([BulkRefusal(id, .notFound)])
                } else {
                    // Somebody was faster: it does not answer any more.
                    batch.unchanged += 1
                }
            }
            return batch
        }
    }

    private func perform(
        _ client: Client, _ edit: ClientEdit, _ writing: inout ClientWriting, _ batch: inout BulkBatch,
        in session: any SQLSession
    ) throws {
        let before = try ClientContent(client)
        if change.action == .delete {
            guard scope.role.mayDelete(client, as: scope.userID) else {
                return batch.refuse([BulkRefusal(client.id, .forbidden)])
            }
            if try writing.trash(client.id, at: client.version, before) { batch.changed += 1 }
            return
        }
        let (after, wrong) = before.applying(change.action.patch(of: before), in: edit)
        if before == after, wrong.isEmpty {
            batch.unchanged += 1
            return
        }
        let problems =
            try wrong + ClientAssignment.problems(scope, from: before, to: after, in: session)
            + ClientStage.problems(from: before, to: after, in: session)
        guard problems.isEmpty else {
            return batch.refuse(problems.prefix(5).map { BulkRefusal(client.id, $0.field, code: $0.code.rawValue) })
        }
        if try writing.update(client.id, at: client.version, from: before, to: after) != nil { batch.changed += 1 }
    }
}

extension BulkAction {
    /// What it changes of a client with that content.
    func patch(of content: ClientContent) -> ClientPatch {
        var patch = ClientPatch()
        switch self {
        case .addTags(let tags): patch.tags = .set(Self.joined(content.tags, tags, SearchText.fold))
        case .removeTags(let tags):
            let folded = Set(tags.map(SearchText.fold))
            patch.tags = .set(content.tags.filter { !folded.contains(SearchText.fold($0)) })
        case .stage(let stage): patch.stage = .set(stage)
        case .assign(let account): patch.assignedTo = account.map { .set($0) } ?? .clear
        case .share(let accounts): patch.collaborators = .set(Self.joined(content.collaborators, accounts) { $0 })
        case .unshare(let accounts): patch.collaborators = .set(content.collaborators.filter { !accounts.contains($0) })
        case .delete: break
        }
        return patch
    }

    private static func joined<Value, Key: Hashable>(
        _ there: [Value], _ more: [Value], _ key: (Value) -> Key
    ) -> [Value] {
        var seen = Set(there.map(key))
        return there + more.filter { seen.insert(key($0)).inserted }
    }
}
