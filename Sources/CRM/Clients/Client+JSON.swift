package import Core

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
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("lastActivityAt", lastActivityAt)
            object.member("version", version)
        }
    }
}

extension JSONWriter {
    /// Writes a member that is a stored list, as it was stored.
    fileprivate mutating func member<Element>(_ name: String, _ list: StoredList<Element>) {
        key(name)
        json(trusted: list.json)
    }
}
