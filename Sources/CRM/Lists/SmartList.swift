package import Core

/// Marks identities of lists.
package enum SmartListEntity {}

/// The identity of a smart list.
package typealias SmartListID = Identifier<SmartListEntity>

/// A filter that somebody has kept, with what is shown of the clients and in which order.
package struct SmartList: Sendable, Hashable {
    package let id: SmartListID
    /// Who made it.
    package let ownerID: AccountID
    package var name: String
    /// Whether everybody has it; each reader finds their own clients in it.
    package var isShared: Bool
    package var filter: ClientFilter
    /// Names of members of a client, in the order in which they are shown.
    package var columns: [String]
    package var sort: ClientSort
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes from 1.
    package var version: Int64
    /// What it asks for and nobody can answer any more, because a custom field was removed. As long as it is there, the list finds no client that
    /// it would not find with it.
    package var gone: [FilterCondition] = []
    /// `nil` where it was not counted.
    package var count: ClientCount?

    /// The most lists of one person, and the most that are shared.
    package static let most = 100
    /// The most columns.
    package static let mostColumns = 40

    /// What can be a column besides `customFields.` and a key.
    package static let columnNames = [
        "firstName", "lastName", "emails", "phones", "addresses", "stage", "source", "tags", "assignedTo",
        "collaborators", "price", "priceMax", "timeFrame", "background", "birthday", "anniversaries", "relationships",
        "doNotCall", "doNotText", "doNotMail", "createdAt", "updatedAt", "lastActivityAt",
    ]

    /// What is shown where nobody chose.
    static let standardColumns = ["firstName", "lastName", "stage", "emails", "phones", "assignedTo", "lastActivityAt"]
}

/// A list to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is `nil` stays as it is.
package struct SmartListDraft: Sendable, Decodable {
    package var name: String?
    package var isShared: Bool?
    package var filter: FilterNode?
    package var columns: [String]?
    package var sort: String?

    package init(name: String? = nil, isShared: Bool? = nil, filter: FilterNode? = nil) {
        self.name = name
        self.isShared = isShared
        self.filter = filter
    }
}

extension SmartList {
    /// Writes the list as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("name", name)
            object.member("ownerId", ownerID)
            object.member("isShared", isShared)
            object.key("filter")
            filter.write(to: &object)
            object.key("columns")
            object.array { list in columns.forEach { list.string($0) } }
            object.member("sort", sort.rawValue)
            object.key("goneConditions")
            object.array { list in gone.forEach { ClientFilter.condition($0).write(to: &list) } }
            if let count {
                object.member("count", Int64(count.count))
                if count.isAtLeast { object.member("countIsAtLeast", true) }
            }
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}
