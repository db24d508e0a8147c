package import Core
import Storage

extension Client {
    /// Writes the client as the API shows it. Absent facts are `null`, absent names and background empty strings.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("firstName", firstName)
            object.member("lastName", lastName)
            object.member("emails", emails)
            object.member("phones", phones)
            object.member("addresses", addresses)
            object.member("stage", stage)
            object.member("source", source)
            object.member("tags", tags)
            object.member("assignedTo", assignedTo)
            object.member("collaborators", collaborators)
            object.member("price", price)
            object.member("background", background)
            object.members(trusted: Array(details.json.utf8).span)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("lastActivityAt", lastActivityAt)
            object.member("version", version)
        }
    }
}

extension Client {
    /// Writes the client that `row` holds in its first columns, with the same bytes as ``write(to:)`` but without making one.
    static func write(_ row: any RowInPlace, to writer: inout JSONWriter) throws {
        try writer.object { object in
            try object.member("id", identifierOf: ClientColumn.id.rawValue, in: row)
            try object.member("firstName", textOf: ClientColumn.firstName.rawValue, in: row)
            try object.member("lastName", textOf: ClientColumn.lastName.rawValue, in: row)
            try object.member("emails", jsonOf: ClientColumn.emails.rawValue, in: row)
            try object.member("phones", jsonOf: ClientColumn.phones.rawValue, in: row)
            try object.member("addresses", jsonOf: ClientColumn.addresses.rawValue, in: row)
            try object.member("stage", textOf: ClientColumn.stage.rawValue, in: row)
            try object.member("source", textOf: ClientColumn.source.rawValue, in: row)
            try object.member("tags", jsonOf: ClientColumn.tags.rawValue, in: row)
            try object.member("assignedTo", identifierOf: ClientColumn.assignedTo.rawValue, in: row)
            try object.member("collaborators", jsonOf: ClientColumn.collaborators.rawValue, in: row)
            try object.member("price", integerOf: ClientColumn.price.rawValue, in: row)
            try object.member("background", textOf: ClientColumn.background.rawValue, in: row)
            try object.members(ofJSON: ClientColumn.details.rawValue, in: row)
            try object.member("createdAt", momentOf: ClientColumn.createdAt.rawValue, in: row)
            try object.member("updatedAt", momentOf: ClientColumn.updatedAt.rawValue, in: row)
            try object.member("lastActivityAt", momentOf: ClientColumn.lastActivityAt.rawValue, in: row)
            try object.member("version", integerOf: ClientColumn.version.rawValue, in: row)
        }
    }
}

extension JSONWriter {
    /// Writes a member that is a stored list, as it was stored.
    fileprivate mutating func member<Element>(_ name: StaticString, _ list: StoredList<Element>) {
        key(name)
        json(trusted: list.json)
    }
}
