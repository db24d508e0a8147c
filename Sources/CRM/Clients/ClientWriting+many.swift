import Accounts
import Core
import Storage

/// A client to be, with all that is computed of its content: ready to be written among many others.
struct NewClient: Sendable {
    let id: ClientID
    let content: ClientContent
    let stamp: ClientStamp
    let searchText: String
    let sortName: [UInt8]
    let matches: [ClientMatch]
    let readers: [AccountID]

    init(_ id: ClientID, _ content: ClientContent, at stamp: ClientStamp, home: HomeRegion) {
        self.id = id
        self.content = content
        self.stamp = stamp
        searchText = SearchText.text(of: content, in: home)
        sortName = SearchText.sortName(of: content)
        matches = ClientMatch.all(of: content, in: home)
        readers = ClientReaders.of(content).sorted()
    }
}

/// The same as ``insert(_:_:at:)`` for many clients: one statement for each table and ``atOnce`` rows of it. Both leave the same rows, which a
/// test holds against each other.
extension ClientWriting {
    /// Inserts clients at version 1.
    mutating func insert(all clients: [NewClient]) throws {
        try insertRows(clients.map(Self.row), into: Self.clientColumns)
        try insertRows(
            clients.flatMap { new in new.content.collaborators.map { "(\(new.id), \($0))" as SQL } },
            into: "client_collaborator (client_id, user_id)")
        try insertRows(
            clients.flatMap { new in
                new.matches.map { "(\(new.id), \($0.kind.rawValue), \($0.value))" as SQL }
            }, into: "client_match (client_id, kind, value)")
        try insertRows(
            clients.flatMap(Self.searchRows),
            into: "client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)")
        try insertRows(
            clients.flatMap(Self.readerRows),
            into: """
                client_reader (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at, price)
                """)
        for new in clients where !new.content.details.custom.isEmpty {
            try insertCustom(new.id, new.content.details.custom)
        }
        for new in clients {
            try ClientRelationRows.replace(new.id, from: [], to: new.content.details.relationships, in: session)
        }
        try insertRows(
            clients.map(changeRow),
            into: "client_change (client_id, version, field, old_value, new_value, at, user_id, way, origin_id)")
        for new in clients { sizes.count(new.content, by: 1) }
    }

    /// How many rows a statement has at most. Fewer are written in statements of a power of two, so that the texts of the statements are few, and
    /// are compiled once for a connection.
    private static let atOnce = 128

    private func insertRows(_ rows: [SQL], into table: SQL) throws {
        var rest = rows[...]
        var size = Self.atOnce
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            try session.run("INSERT INTO \(table) VALUES \(rest.prefix(size).joined(separator: ", "))")
            rest = rest.dropFirst(size)
        }
    }

    private static let clientColumns: SQL = """
        client (
            id, first_name, last_name, emails, phones, addresses, tags, collaborators, stage, source, assigned_to,
            price, background, details, search_text, sort_name, created_at, updated_at, last_activity_at, version)
        """

    /// An absent value is written as one that the column never has: the type of a parameter belongs to a statement of PostgreSQL, and an absent
    /// one has none.
    private static func row(_ new: NewClient) -> SQL {
        let (content, stamp) = (new.content, new.stamp)
        return """
            (\(new.id), \(content.firstName), \(content.lastName), \(StoredList(content.emails)),
                \(StoredList(content.phones)), \(StoredList(content.addresses)), \(StoredList(content.tags)),
                \(StoredList(content.collaborators)), \(content.stage), NULLIF(\(content.source ?? ""), ''),
                NULLIF(\(content.assignedTo ?? BookSize.wholeBook), \(BookSize.wholeBook)),
                NULLIF(\(content.price ?? -1), -1), \(content.background), \(StoredObject(content.details)),
                \(new.searchText), \(new.sortName), \(stamp.createdAt), \(stamp.updatedAt), \(stamp.lastActivityAt), 1)
            """
    }

    private static func searchRows(_ new: NewClient) -> [SQL] {
        let isLong = new.searchText.unicodeScalars.count > ClientSearchRows.longest
        return ([BookSize.wholeBook] + new.readers).map { reader in
            """
            (\(reader), \(new.id), \(new.stamp.lastActivityAt), \(new.searchText), \(reader == BookSize.wholeBook), \(isLong))
            """
        }
    }

    private static func readerRows(_ new: NewClient) -> [SQL] {
        let stamp = new.stamp
        return new.readers.map { reader in
            """
            (\(reader), \(new.id), \(new.content.stage), \(new.sortName), \(stamp.createdAt), \(stamp.updatedAt),
                \(stamp.lastActivityAt), \(new.content.price ?? -1))
            """
        }
    }

    private func changeRow(_ new: NewClient) -> SQL {
        let created = ClientChanges.Whole.created.rawValue
        let (author, origin) = (edit.author ?? BookSize.wholeBook, edit.origin)
        return """
            (\(new.id), 1, \(created), NULL, NULL, \(edit.now), NULLIF(\(author), \(BookSize.wholeBook)),
                \(origin.way.rawValue), \(origin.id))
            """
    }
}
