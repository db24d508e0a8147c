import Core
import Storage

/// The columns that make a client, in the order in which every statement that returns one names them.
enum ClientColumn: Int {
    case id, firstName, lastName, emails, phones, addresses, tags, collaborators, stage, source, assignedTo, price
    case background, details, createdAt, updatedAt, lastActivityAt, version
    /// Not part of a client: what follows it.
    case end
}

extension Client {
    /// The columns of ``ClientColumn``.
    static var columns: SQL { names.joined(separator: ", ") }

    /// The same, for a statement that reads other tables as well.
    static var qualifiedColumns: SQL { names.map { "client.\($0)" as SQL }.joined(separator: ", ") }

    private static let names: [SQL] = [
        "id", "first_name", "last_name", "emails", "phones", "addresses", "tags", "collaborators", "stage", "source",
        "assigned_to", "price", "background", "details", "created_at", "updated_at", "last_activity_at", "version",
    ]

    /// Copies the client out of a row that begins with ``columns``.
    init(_ row: any RowInPlace) throws {
        func list<Element>(_ column: ClientColumn) throws -> StoredList<Element> {
            StoredList(stored: try row.text(column.rawValue))
        }
        func optional<Value>(_ column: ClientColumn, _ read: (Int) throws -> Value) rethrows -> Value? {
            row.isNull(column.rawValue) ? nil : try read(column.rawValue)
        }
        id = try row.identifier(ClientColumn.id.rawValue)
        firstName = try row.text(ClientColumn.firstName.rawValue)
        lastName = try row.text(ClientColumn.lastName.rawValue)
        emails = try list(.emails)
        phones = try list(.phones)
        addresses = try list(.addresses)
        tags = try list(.tags)
        collaborators = try list(.collaborators)
        stage = try row.text(ClientColumn.stage.rawValue)
        source = try optional(.source, row.text)
        assignedTo = try optional(.assignedTo) { try row.identifier($0) }
        price = try optional(.price, row.integer)
        background = try row.text(ClientColumn.background.rawValue)
        details = StoredObject(stored: try row.text(ClientColumn.details.rawValue))
        createdAt = try row.moment(ClientColumn.createdAt.rawValue)
        updatedAt = try row.moment(ClientColumn.updatedAt.rawValue)
        lastActivityAt = try row.moment(ClientColumn.lastActivityAt.rawValue)
        version = try row.integer(ClientColumn.version.rawValue)
    }
}
