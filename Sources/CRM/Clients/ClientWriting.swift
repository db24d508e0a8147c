import Core
import Storage

/// The moments and the count that belong to one write of a client.
struct ClientStamp {
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var lastActivityAt: Timestamp

    /// A client that comes into being at `now`.
    init(now: Timestamp) {
        createdAt = now
        updatedAt = now
        lastActivityAt = now
    }
}

/// Writes a client and everything that repeats it for looking up. Always inside the caller's transaction.
struct ClientWriting {
    let session: any SQLSession
    let edit: ClientEdit
    private var home: HomeRegion { edit.home }
    var sizes = BookSizeChanges()
    private var happenings: [Happening] = []

    private init(_ session: any SQLSession, _ edit: ClientEdit) {
        self.session = session
        self.edit = edit
    }

    /// Lets `body` write clients, and then writes how many there are: that holds rows that others need, so it comes last.
    static func perform<T>(
        in session: any SQLSession, _ edit: ClientEdit, _ body: (inout ClientWriting) throws -> T
    ) throws -> T {
        var writing = ClientWriting(session, edit)
        let result = try body(&writing)
        try Happening.tell(writing.happenings, in: session)
        try writing.sizes.write(in: session)
        return result
    }

    /// Inserts a client at version 1.
    mutating func insert(_ id: ClientID, _ content: ClientContent, at stamp: ClientStamp) throws -> Client {
        let rows = try session.rows(
            """
            INSERT INTO client (
                id, first_name, last_name, emails, phones, addresses, tags, collaborators, stage, source, assigned_to,
                price, background, details, search_text, sort_name, created_at, updated_at, last_activity_at, version)
            VALUES (
                \(id), \(content.firstName), \(content.lastName), \(StoredList(content.emails)),
                \(StoredList(content.phones)), \(StoredList(content.addresses)), \(StoredList(content.tags)),
                \(StoredList(content.collaborators)), \(content.stage), \(content.source), \(content.assignedTo),
                \(content.price), \(content.background), \(StoredObject(content.details)),
                \(SearchText.text(of: content, in: home)),
                \(SearchText.sortName(of: content)), \(stamp.createdAt), \(stamp.updatedAt), \(stamp.lastActivityAt),
                1)
            RETURNING \(Client.columns)
            """)
        guard let row = rows.first else { throw StorageError.failed("an inserted client was not returned") }
        try insertCollaborators(id, content.collaborators)
        try insertMatches(id, ClientMatch.all(of: content, in: home))
        let client = try Client(row)
        try ClientReaders.insert(client, content, in: session)
        try ClientDays.insert(
            ClientDays.rows(id, content.details, readers: ClientReaders.of(content)), in: session)
        try insertCustom(id, content.details.custom)
        try ClientRelationRows.replace(id, from: [], to: content.details.relationships, in: session)
        try record([.whole(.created)], of: client)
        announce(.clientCreated, client)
        sizes.count(content, by: 1)
        return client
    }

    /// Changes the client that is still at `version` from `before` to `after`; `nil` when it is not there any more. The history tells `besides`
    /// what the fields do not.
    mutating func update(
        _ id: ClientID, at version: Int64, from before: ClientContent, to after: ClientContent,
        telling besides: [FieldChange] = []
    ) throws -> Client? {
        let row = try session.row(
            """
            UPDATE client SET
                first_name = \(after.firstName), last_name = \(after.lastName), emails = \(StoredList(after.emails)),
                phones = \(StoredList(after.phones)), addresses = \(StoredList(after.addresses)),
                tags = \(StoredList(after.tags)), collaborators = \(StoredList(after.collaborators)),
                stage = \(after.stage), source = \(after.source), assigned_to = \(after.assignedTo),
                price = \(after.price), background = \(after.background), details = \(StoredObject(after.details)),
                search_text = \(SearchText.text(of: after, in: home)), sort_name = \(SearchText.sortName(of: after)),
                updated_at = \(edit.now), version = version + 1
            WHERE id = \(id) AND version = \(version) AND deleted_at IS NULL
            RETURNING \(Client.columns)
            """)
        guard let row else { return nil }
        if before.collaborators != after.collaborators {
            try session.run("DELETE FROM client_collaborator WHERE client_id = \(id)")
            try insertCollaborators(id, after.collaborators)
        }
        let matches = ClientMatch.all(of: after, in: home)
        if ClientMatch.all(of: before, in: home) != matches {
            try session.run("DELETE FROM client_match WHERE client_id = \(id)")
            try insertMatches(id, matches)
        }
        if before.details.custom != after.details.custom {
            try CustomFieldTable.removeValues(of: id, in: session)
            try insertCustom(id, after.details.custom)
        }
        try ClientRelationRows.replace(
            id, from: before.details.relationships, to: after.details.relationships, in: session)
        let client = try Client(row)
        let changes = after.changes(from: before) + besides
        try record(changes, of: client)
        announce(changes, of: client)
        try ClientReaders.update(client, from: before, to: after, in: session)
        try ClientDays.replace(
            id, from: (before.details, ClientReaders.of(before)), to: (after.details, ClientReaders.of(after)),
            in: session)
        sizes.count(before, by: -1)
        sizes.count(after, by: 1)
        return client
    }

    /// Puts the client that is still at `version` into the trash; `false` when it is not there any more. The history tells `change`.
    mutating func trash(
        _ id: ClientID, at version: Int64, _ content: ClientContent, telling change: FieldChange = .whole(.trashed)
    ) throws -> Bool {
        let row = try session.row(
            """
            UPDATE client SET deleted_at = \(edit.now), deleted_by = \(edit.author), updated_at = \(edit.now),
                version = version + 1
            WHERE id = \(id) AND version = \(version) AND deleted_at IS NULL
            RETURNING \(Client.columns)
            """)
        guard let row else { return false }
        try ClientReaders.remove(id, in: session)
        try ClientDays.remove(id, in: session)
        // Whoever counts the clients of a tag has to look at nothing else.
        try session.run("DELETE FROM client_match WHERE client_id = \(id)")
        let client = try Client(row)
        try record([change], of: client)
        // Of one that was merged the winner tells.
        if change.field != ClientChanges.Whole.mergedInto.rawValue { announce(.clientDeleted, client) }
        sizes.count(content, by: -1)
        return true
    }

    /// Takes the client out of the trash, as it was; `nil` when it is not there.
    mutating func restore(_ id: ClientID, _ content: ClientContent) throws -> Client? {
        let row = try session.row(
            """
            UPDATE client SET deleted_at = NULL, deleted_by = NULL, updated_at = \(edit.now), version = version + 1
            WHERE id = \(id) AND deleted_at IS NOT NULL
            RETURNING \(Client.columns)
            """)
        guard let row else { return nil }
        let client = try Client(row)
        try insertMatches(id, ClientMatch.all(of: content, in: home))
        try ClientReaders.insert(client, content, in: session)
        try ClientDays.insert(
            ClientDays.rows(id, content.details, readers: ClientReaders.of(content)), in: session)
        try record([.whole(.restored)], of: client)
        announce(.clientRestored, client)
        sizes.count(content, by: 1)
        return client
    }

    private mutating func announce(_ changes: [FieldChange], of client: Client) {
        if let merge = changes.first(where: { $0.field == ClientChanges.Whole.merged.rawValue }) {
            announce(.clientMerged, client, merged: merge.new.map { String($0.dropFirst().dropLast()) })
        } else if !changes.isEmpty {
            announce(.clientUpdated, client)
        }
    }

    private mutating func announce(_ kind: Happening.Kind, _ client: Client, merged: String? = nil) {
        guard edit.announces else { return }
        happenings.append(
            Happening(
                kind, client.id, version: client.version, at: edit.now,
                others: merged == nil ? [:] : ["mergedId": merged]))
    }

    private func record(_ changes: [FieldChange], of client: Client) throws {
        try ClientChanges.record(
            changes, of: client.id, version: client.version, by: edit.author, at: edit.now, edit.origin, in: session)
    }

    /// Writes anew the details of a client, in the trash or not, without a history of it: what is gone is gone for everybody. Whoever
    /// holds it outside of the trash holds another version now.
    func rewrite(_ id: ClientID, from before: ClientDetails, to details: ClientDetails) throws {
        try session.run(
            """
            UPDATE client SET details = \(StoredObject(details)),
                version = version + CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END
            WHERE id = \(id)
            """)
        try CustomFieldTable.removeValues(of: id, in: session)
        try insertCustom(id, details.custom)
        try ClientRelationRows.replace(id, from: before.relationships, to: details.relationships, in: session)
    }

    func insertCustom(_ id: ClientID, _ values: [CustomValue]) throws {
        try CustomFieldTable.insert(values, of: id, folded: SearchText.fold, in: session)
    }

    private func insertCollaborators(_ id: ClientID, _ collaborators: [AccountID]) throws {
        guard !collaborators.isEmpty else { return }
        let values = collaborators.map { "(\(id), \($0))" as SQL }.joined(separator: ", ")
        try session.run("INSERT INTO client_collaborator (client_id, user_id) VALUES \(values)")
    }

    private func insertMatches(_ id: ClientID, _ matches: [ClientMatch]) throws {
        guard !matches.isEmpty else { return }
        let values = matches.map { "(\(id), \($0.kind.rawValue), \($0.value))" as SQL }.joined(separator: ", ")
        try session.run("INSERT INTO client_match (client_id, kind, value) VALUES \(values)")
    }

    /// Writes anew what a client is found by, and nothing else of it.
    func renewSearch(_ id: ClientID, _ content: ClientContent, text: String, matches: [ClientMatch]) throws {
        try session.run("UPDATE client SET search_text = \(text) WHERE id = \(id)")
        try CustomFieldTable.removeValues(of: id, in: session)
        try insertCustom(id, content.details.custom)
        try ClientSearchRows.refresh(id, in: session)
        try session.run("DELETE FROM client_match WHERE client_id = \(id)")
        try insertMatches(id, matches)
    }
}
