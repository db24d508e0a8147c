/// The columns of our own CSV: what fits into the numbered ones stands there, the rest in the column after them, so that the header does
/// not depend on who is in the file.
package struct OwnColumns: Sendable, Hashable {
    /// How many of each have columns of their own.
    static let emails = 3
    static let phones = 3
    static let addresses = 2
    static let anniversaries = 2
    static let relationships = 2
    private static let customPrefix = "Custom: "

    /// The custom fields of the file, in their order.
    package let customFields: [String]

    package init(customFields: [String] = []) { self.customFields = customFields }

    /// The header.
    package var header: [String] {
        var names = ["Gatehouse ID", "First Name", "Last Name"]
        func add(_ count: Int, _ word: String, _ parts: [String]) {
            for index in 1...count { names += parts.map { $0.isEmpty ? "\(word) \(index)" : "\(word) \(index) \($0)" } }
        }
        add(Self.emails, "Email", ["", "Type"])
        names += ["Primary Email", "More Emails"]
        add(Self.phones, "Phone", ["", "Type"])
        names += ["Primary Phone", "More Phones"]
        add(Self.addresses, "Address", ["Type", "Street", "City", "State", "Postal Code", "Country"])
        names += [
            "More Addresses", "Stage", "Source", "Tags", "Assigned To", "Collaborators", "Price", "Price Max",
            "Time Frame",
            "Background",
        ]
        names += ["Birthday"]
        add(Self.anniversaries, "Anniversary", ["", "Label"])
        names += ["More Anniversaries"]
        add(Self.relationships, "Relationship", ["", "Kind", "ID"])
        names += [
            "More Relationships", "Created", "Last Activity", "Do Not Call", "Do Not Text", "Do Not Mail", "Consent",
        ]
        return names + customFields.map { Self.customPrefix + $0 }
    }

    /// The custom field that a column of our own export holds.
    static func customField(of column: String) -> String? {
        column.hasPrefix(customPrefix) ? String(column.dropFirst(customPrefix.count)) : nil
    }
}
