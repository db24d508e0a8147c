import Accounts
import Core
import Storage

/// By what a client is found and sorted: all that is computed of its content.
struct ClientForms: Sendable {
    let searchText: String
    let sortName: [UInt8]
    let matches: [ClientMatch]

    init(_ content: ClientContent, home: HomeRegion) {
        searchText = SearchText.text(of: content, in: home)
        sortName = SearchText.sortName(of: content)
        matches = ClientMatch.all(of: content, in: home)
    }
}

/// A client to be, ready to be written among many others.
struct NewClient: Sendable {
    let id: ClientID
    let content: ClientContent
    let forms: ClientForms
    let stamp: ClientStamp

    /// The people who read it.
    var readers: [AccountID] { ClientReaders.of(content).sorted() }
}

/// The same as ``insert(_:_:at:)`` for many clients: with few statements for each table. Both leave the same rows, which a
/// test holds against each other.
extension ClientWriting {
    /// Inserts clients at version 1.
    mutating func insert(all clients: [NewClient]) throws {
        try session.insert(clients.map(Self.row), into: Self.clientColumns)
        try session.insert(
            clients.flatMap { new in new.content.collaborators.map { "(\(new.id), \($0))" as SQL } },
            into: "client_collaborator (client_id, user_id)")
        try session.insert(
            clients.flatMap { new in
                new.forms.matches.map { "(\(new.id), \($0.kind.rawValue), \($0.value))" as SQL }
            }, into: "client_match (client_id, kind, value)")
        try session.insert(
            clients.flatMap(Self.readerRows),
            into: """
                client_reader (user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at, price)
                """)
        try ClientDays.insert(
            clients.flatMap { ClientDays.rows($0.id, $0.content.details, readers: ClientReaders.of($0.content)) },
            in: session)
        try ClientSearchRows.insert(all: clients.map(\.id), in: session)
        for new in clients where !new.content.details.custom.isEmpty {
            try insertCustom(new.id, new.content.details.custom)
        }
        for new in clients {
            try ClientRelationRows.replace(new.id, from: [], to: new.content.details.relationships, in: session)
        }
        try session.insert(
            clients.map(changeRow),
            into: "client_change (client_id, version, field, old_value, new_value, at, user_id, way, origin_id)")
        for new in clients { sizes.count(new.content, by: 1) }
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
                \(new.forms.searchText), \(new.forms.sortName), \(stamp.createdAt), \(stamp.updatedAt), \(stamp.lastActivityAt), 1)
            """
    }

    private static func readerRows(_ new: NewClient) -> [SQL] {
        let stamp = new.stamp
        return new.readers.map { reader in
            """
            (\(reader), \(new.id), \(new.content.stage), \(new.forms.sortName), \(stamp.createdAt), \(stamp.updatedAt),
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
