package import Core

/// A mail as it waits in the outbox: what it says, not yet how it looks.
package struct OutgoingMail: Sendable, Hashable, Codable {
    package let kind: MailKind
    package let address: String
    package let name: String
    /// What the template names, such as `link`.
    package let values: [String: String]

    /// A mail of `kind` to a person.
    package init(_ kind: MailKind, to address: EmailAddress, name: String, values: [String: String] = [:]) {
        self.kind = kind
        self.address = address.text
        self.name = name
        self.values = values
    }

    /// A mail of `kind` to the owner of `account`.
    package init(_ kind: MailKind, to account: Account, values: [String: String] = [:]) {
        self.init(kind, to: account.email, name: "\(account.firstName) \(account.lastName)", values: values)
    }
}
