import Accounts
import Core
import Storage

extension BulkChanges {
    /// Takes back the changes of the next clients; `nil` when there is nothing more to do, or the lease is another's.
    func undoBatch(of change: BulkChange) async throws -> BulkChange? {
        let (holder, home, now) = (holder, book.home, book.world.now())
        return try await book.database.transaction { session in
            guard let held = try Self.held(change.id, by: holder, until: now + Self.lease, in: session) else {
                return nil
            }
            let undoer = change.undoer ?? change.starter
            let start: SQL = change.position.map { "AND client_id > \($0)" } ?? ""
            let ids = try session.rows(
                """
                SELECT DISTINCT client_id FROM client_change
                WHERE origin_id = \(change.id) AND way = \(ChangeOrigin.Way.bulk.rawValue) \(start)
                ORDER BY client_id \(.limit(Self.atOnce))
                """
            ).map { try $0.get("client_id", as: ClientID.self) }
            guard let last = ids.last, let role = try Self.role(of: undoer, in: session) else {
                // Of somebody who cannot sign in any more nothing is taken back either: it can be asked for again.
                let status = ids.isEmpty ? "undone" : "completed"
                try session.run(
                    """
                    UPDATE bulk_change SET status = \(status), lease_until = NULL, undone_at = \(ids.isEmpty ? now : nil)
                    WHERE id = \(held)
                    """)
                try Happening(.clientsChanged, change.id, at: now, others: ["way": ChangeOrigin.Way.undo.rawValue])
                    .tell(in: session)
                return nil
            }
            let undo = BulkUndo(change: change, scope: undoer.scope(role), home: home, now: now)
            let done = try undo.perform(ids, in: session)
            try BulkTable.insert(done.refusals, of: change.id, ofUndo: true, in: session)
            return try session.row(
                """
                UPDATE bulk_change SET position = \(last), restored = restored + \(done.changed), kept = kept + \(done.refused)
                WHERE id = \(held) RETURNING \(BulkTable.columns)
                """
            ).map(BulkChange.init)
        }
    }
}

/// Takes back what a bulk change has done to the clients of one batch, and nothing that somebody has changed since.
///
/// Of a list those entries come back or go that the bulk change took or gave, if nobody has touched them since; any other field comes back if it
/// was not written since.
struct BulkUndo {
    let change: BulkChange
    let scope: Scope
    let home: HomeRegion
    let now: Timestamp

    /// What the history tells of one field.
    private struct Line {
        let version: Int64
        let field: String
        let old: String?
        let new: String?
    }

    func perform(_ ids: [ClientID], in session: any SQLSession) throws -> BulkBatch {
        let edit = ClientEdit(home: home, author: scope.userID, now: now, origin: .by(.undo, change.id))
        return try ClientWriting.perform(in: session, edit) { writing in
            var batch = BulkBatch()
            for id in ids { try perform(id, &writing, &batch, in: session) }
            return batch
        }
    }

    private func perform(
        _ id: ClientID, _ writing: inout ClientWriting, _ batch: inout BulkBatch, in session: any SQLSession
    ) throws {
        let reach: SQL =
            change.action == .delete ? ClientTrash.isReached(by: scope) : ClientVisibility(scope).ofOne
        let row = try session.row(
            "SELECT \(Client.columns) FROM client WHERE client.id = \(id) AND \(reach) \(.forUpdate)")
        let lines = try self.lines(id, in: session)
        guard let row else {
            // One that was deleted and is not in the trash was taken out of it: nothing is left to be restored, and that is said.
            let reason = try change.action == .delete && isThere(id, in: session)
            return batch.refuse([BulkRefusal(id, reason ? .changedSince : .notFound)])
        }
        let client = try Client(row)
        let content = try ClientContent(client)
        if change.action == .delete {
            guard lines.own.first?.version == client.version else {
                return batch.refuse([BulkRefusal(id, .changedSince)])
            }
            if try writing.restore(id, content) != nil { batch.changed += 1 }
            return
        }
        var refusals: [BulkRefusal] = []
        var after = content
        for line in lines.own {
            let since = lines.since.filter { $0.field == line.field && $0.version > line.version }
            if try !restore(line, since, &after) { refusals.append(BulkRefusal(id, line.field, .changedSince)) }
        }
        try refuseWhatIsNotPermitted(id, content, &after, &refusals, in: session)
        if after != content {
            _ = try writing.update(id, at: client.version, from: content, to: after)
            if refusals.isEmpty { batch.changed += 1 }
        } else if refusals.isEmpty {
            // It is as it was before already.
            batch.changed += 1
        }
        if !refusals.isEmpty { batch.refuse(refusals) }
    }

    private func isThere(_ id: ClientID, in session: any SQLSession) throws -> Bool {
        try session.row("SELECT 1 AS one FROM client WHERE client.id = \(id) AND \(ClientVisibility(scope).ofOne)")
            != nil
    }

    /// What the bulk change has written about the client, and everything after it.
    private func lines(_ id: ClientID, in session: any SQLSession) throws -> (own: [Line], since: [Line]) {
        let rows = try session.rows(
            """
            SELECT version, field, old_value, new_value, way, origin_id FROM client_change
            WHERE client_id = \(id) AND version >= (SELECT MIN(version) FROM client_change
                WHERE client_id = \(id) AND origin_id = \(change.id) AND way = \(ChangeOrigin.Way.bulk.rawValue))
            ORDER BY version, field
            """)
        var (own, since): ([Line], [Line]) = ([], [])
        for row in rows {
            let line = Line(
                version: try row.get("version"), field: try row.get("field"), old: try row.optional("old_value"),
                new: try row.optional("new_value"))
            let origin: BulkChangeID? = try row.optional("origin_id")
            let isOwn = try origin == change.id && row.get("way", as: String.self) == ChangeOrigin.Way.bulk.rawValue
            if isOwn { own.append(line) } else { since.append(line) }
        }
        return (own, since)
    }

    /// Brings one field back; `false` where somebody has changed it since.
    private func restore(_ line: Line, _ since: [Line], _ content: inout ClientContent) throws -> Bool {
        switch line.field {
        case "tags":
            return try restoreEntries(line, since, &content.tags, key: SearchText.fold)
        case "collaborators":
            return try restoreEntries(line, since, &content.collaborators) { $0 }
        case "stage":
            guard since.isEmpty, let old = line.old else { return false }
            content.stage = try StoredObject<String>(stored: old).value()
            return true
        case "assignedTo":
            guard since.isEmpty else { return false }
            content.assignedTo = try line.old.flatMap {
                $0 == "null" ? nil : try StoredObject<AccountID>(stored: $0).value()
            }
            return true
        default: return false
        }
    }

    private func restoreEntries<Entry: CanonicalJSON, Key: Hashable>(
        _ line: Line, _ since: [Line], _ entries: inout [Entry], key: (Entry) -> Key
    ) throws -> Bool {
        func list(_ json: String?) throws -> [Entry] { try StoredList<Entry>(stored: json ?? "[]").elements() }
        func keys(_ json: String?) throws -> Set<Key> { Set(try list(json).map(key)) }
        var touched: Set<Key> = []
        for later in since { touched.formUnion(try keys(later.old).symmetricDifference(keys(later.new))) }
        let (old, new) = (try keys(line.old), try keys(line.new))
        let (given, taken) = (new.subtracting(old), old.subtracting(new))
        entries.removeAll { given.contains(key($0)) && !touched.contains(key($0)) }
        let there = Set(entries.map(key))
        for entry in try list(line.old)
        where taken.contains(key(entry)) && !touched.contains(key(entry)) && !there.contains(key(entry)) {
            entries.append(entry)
        }
        return given.union(taken).isDisjoint(with: touched)
    }

    /// Leaves as it is what the one who takes back may not write, or what is not there any more: a stage, a colleague.
    private func refuseWhatIsNotPermitted(
        _ id: ClientID, _ before: ClientContent, _ after: inout ClientContent, _ refusals: inout [BulkRefusal],
        in session: any SQLSession
    ) throws {
        let problems =
            try ClientAssignment.problems(scope, from: before, to: after, in: session)
            + ClientStage.problems(from: before, to: after, in: session)
        for problem in problems {
            switch problem.field {
            case "stage": after.stage = before.stage
            case "assignedTo": after.assignedTo = before.assignedTo
            default: after.collaborators = before.collaborators
            }
            refusals.append(BulkRefusal(id, problem.field, code: problem.code.rawValue))
        }
        if after.tags.count > 50 {
            after.tags = before.tags
            refusals.append(BulkRefusal(id, "tags", code: FieldProblem.Code.tooMany.rawValue))
        }
    }
}
