import Accounts
import Core
import SecurityEvents
import Storage

extension ClientImports {
    /// How many clients are taken back in one transaction.
    private static let takenBackAtOnce = 50

    /// Takes back what an import did, client after client, on behalf of whoever asked for it.
    func takeBack(_ taken: ClientImport, until shouldStop: @escaping @Sendable () -> Bool) async throws {
        guard let undo = taken.undo else { return }
        let (lease, recorder, world) = (lease, recorder, world)
        let scope = Scope(userID: undo.by, sessionID: SessionID(high: 0, low: 0), role: undo.role)
        let edit = ClientEdit(
            home: book.home, author: undo.by, now: world.now(), origin: .by(.undo, taken.id))
        let event = event(.dataImportUndone, taken.id, user: taken.userID, from: .server, ["by": undo.by.description])
        let undoing = ImportUndo(id: taken.id, scope: scope, edit: edit)
        while true {
            if shouldStop() { return try await database.transaction { try lease.release(taken.id, in: $0) } }
            let isOver = try await database.transaction { session -> Bool in
                guard try lease.renew(taken.id, in: session) else { return true }
                let row = try session.row(
                    "SELECT \(ClientImport.columns) FROM client_import WHERE id = \(taken.id) \(.forUpdate)")
                guard let row, let position = try ClientImport(row).undo else { return true }
                var undo = position
                let count = try undoing.next(Self.takenBackAtOnce, &undo, in: session)
                let isDone = count < Self.takenBackAtOnce
                try Self.save(taken.id, undo, isDone: isDone, at: world.now(), in: session)
                guard isDone else { return false }
                var event = event
                event.detail["removed"] = String(undo.removed)
                event.detail["restored"] = String(undo.restored)
                event.detail["kept"] = String(undo.kept)
                try recorder.record(event, in: session)
                return true
            }
            if isOver { return }
        }
    }

    private static func save(
        _ id: ImportID, _ undo: ClientImport.Undo, isDone: Bool, at now: Timestamp, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE client_import SET undo_position = \(undo.position), undo_removed = \(undo.removed),
                undo_restored = \(undo.restored), undo_kept = \(undo.kept)
            WHERE id = \(id)
            """)
        if isDone {
            try session.run(
                """
                UPDATE client_import SET status = 'undone', lease_by = NULL, lease_until = NULL,
                    finished_at = COALESCE(finished_at, \(now))
                WHERE id = \(id)
                """)
            try Happening(.clientsChanged, id, at: now, others: ["way": ChangeOrigin.Way.undo.rawValue])
                .tell(in: session)
        }
    }
}

/// Takes back what an import did to clients, by their history: whatever the import has written and nobody since.
struct ImportUndo: Sendable {
    let id: ImportID
    let scope: Scope
    let edit: ClientEdit

    /// A line of a client's history.
    private struct Change {
        let field: String
        let old: String?
        let isOfImport: Bool
        /// Whether the values were taken out of the history: somebody whom they named was erased.
        let isErased: Bool
        /// Whether somebody has left: their clients are not edited by being handed over.
        let isHandOver: Bool
    }

    /// Takes back the next `count` clients. Returns how many there were.
    func next(_ count: Int, _ undo: inout ClientImport.Undo, in session: any SQLSession) throws -> Int {
        let start: SQL = undo.position.map { "AND client_id > \($0)" } ?? ""
        let ids: [ClientID] = try session.rows(
            """
            SELECT DISTINCT client_id FROM client_change WHERE origin_id = \(id) AND way = 'import' \(start)
            ORDER BY client_id LIMIT \(count)
            """
        ).map { try $0.get("client_id") }
        guard let last = ids.last else { return 0 }
        undo.position = last
        let list = ids.map { "\($0)" as SQL }.joined(separator: ", ")
        let clients = try session.rows(
            """
            SELECT \(Client.columns) FROM client WHERE id IN (\(list)) AND \(ClientVisibility(scope).ofOne)
            ORDER BY id \(.forUpdate)
            """
        ).map(Client.init)
        let changes = try changes(of: list, in: session)
        try ClientWriting.perform(in: session, edit) { writing in
            for client in clients {
                try takeBack(client, changes[client.id] ?? [], &writing, &undo, in: session)
            }
            try keepOthers(Set(ids).subtracting(clients.map(\.id)), changes, &undo, in: session)
        }
        return ids.count
    }

    private func takeBack(
        _ client: Client, _ changes: [Change], _ writing: inout ClientWriting, _ undo: inout ClientImport.Undo,
        in session: any SQLSession
    ) throws {
        let content = try ClientContent(client)
        if changes.contains(where: { $0.isOfImport && $0.field == ClientChanges.Whole.created.rawValue }) {
            let edited = changes.filter { !$0.isHandOver && !$0.isOfImport }
            guard edited.isEmpty, scope.role.mayDelete(client, as: scope.userID) else {
                return try keep(client.id, content, edited.map(\.field), &undo, in: session)
            }
            if try writing.trash(client.id, at: client.version, content) { undo.removed += 1 }
            return
        }
        var (before, kept): (ClientContent, [String]) = (content, [])
        for field in Set(changes.filter(\.isOfImport).map(\.field)).sorted() {
            let ofField = changes.filter { $0.field == field }
            guard let first = ofField.firstIndex(where: \.isOfImport) else { continue }
            if ofField[first].isErased || ofField[first...].contains(where: { !$0.isOfImport }) {
                kept.append(field)
            } else {
                try before.restore(field, ofField[first].old)
            }
        }
        if before != content, try writing.update(client.id, at: client.version, from: content, to: before) != nil {
            undo.restored += 1
        }
        if !kept.isEmpty { try keep(client.id, before, kept, &undo, in: session) }
    }

    /// Whoever was merged into another client since lives on in that, and whoever is out of reach stays as they are. Both are written down; who
    /// reads it is told of the clients that they see.
    private func keepOthers(
        _ missing: Set<ClientID>, _ changes: [ClientID: [Change]], _ undo: inout ClientImport.Undo,
        in session: any SQLSession
    ) throws {
        guard !missing.isEmpty else { return }
        let ids = missing.sorted()
        for (id, target) in zip(ids, try ClientAlias.targets(of: ids, in: session)) {
            let row = try session.row(
                "SELECT \(Client.columns) FROM client WHERE id = \(target) AND deleted_at IS NULL")
            guard let row else { continue }
            let client = try Client(row)
            let fields =
                id == target
                ? (changes[id] ?? []).filter(\.isOfImport).map(\.field) : [ClientChanges.Whole.merged.rawValue]
            try keep(client.id, ClientContent(client), fields, &undo, in: session)
        }
    }

    private func keep(
        _ client: ClientID, _ content: ClientContent, _ fields: [String], _ undo: inout ClientImport.Undo,
        in session: any SQLSession
    ) throws {
        let name = [content.firstName, content.lastName].filter { !$0.isEmpty }.joined(separator: " ")
        let isNew = try session.changes(
            """
            INSERT INTO client_import_kept (import_id, client_id, name, fields)
            VALUES (\(id), \(client), \(name), \(StoredList(Array(Set(fields)).sorted())))
            ON CONFLICT (import_id, client_id) DO NOTHING
            """)
        undo.kept += Int64(isNew)
    }

    private func changes(of list: SQL, in session: any SQLSession) throws -> [ClientID: [Change]] {
        let rows = try session.rows(
            """
            SELECT client_id, field, old_value, new_value, way, origin_id FROM client_change WHERE client_id IN (\(list))
            ORDER BY client_id, version, field
            """)
        var changes: [ClientID: [Change]] = [:]
        for row in rows {
            let way: String = try row.get("way")
            let origin: Identifier<ImportEntity>? = try row.optional("origin_id")
            let (old, new): (String?, String?) = (try row.optional("old_value"), try row.optional("new_value"))
            changes[try row.get("client_id"), default: []].append(
                Change(
                    field: try row.get("field"), old: old,
                    isOfImport: way == ChangeOrigin.Way.importing.rawValue && origin == id,
                    isErased: old == nil && new == nil,
                    isHandOver: way == ChangeOrigin.Way.handOver.rawValue))
        }
        return changes
    }
}
