package import Core

/// A mail as it waits in the outbox: what it says, not yet how it looks.
package struct OutgoingMail: Sendable, Hashable, Codable {
    package let kind: MailKind
    package let address: String
    package let name: String
    /// What the template names, such as `link`.
    package let values: [String: String]
    /// When its link or its code runs out, in milliseconds: after that the mail is of no use and is not sent. `nil` when there is no such time, and in
    /// mails of an earlier release.
    package private(set) var expiresAt: Int64?

    /// A mail of `kind` to a person.
    package init(_ kind: MailKind, to address: EmailAddress, name: String, values: [String: String] = [:]) {
        self.kind = kind
        self.address = address.text
        self.name = name
        self.values = values
    }

    /// A mail of `kind` that is never sent, in place of one to an address that has no account: it is written and sealed like any other,
    /// so the work and the rows are the same, and so is the time that the answer takes.
    package init(toNobody kind: MailKind, values: [String: String]) {
        self.kind = kind
        address = Self.nobody
        name = "Somebody Orother"
        self.values = values
    }

    /// The address of nobody; `invalid` is a domain that never exists (RFC 2606).
    private static let nobody = "somebody.orother@gatehouse.invalid"

    /// The same mail, of use until `time` only.
    package func expiring(at time: Timestamp) -> OutgoingMail {
        var mail = self
        mail.expiresAt = time.milliseconds
        return mail
    }

    /// Whether it is to be sent at all.
    package var isReal: Bool { address != Self.nobody }

    /// A mail of `kind` to the owner of `account`.
    package init(_ kind: MailKind, to account: Account, values: [String: String] = [:]) {
        self.init(kind, to: account.email, name: "\(account.firstName) \(account.lastName)", values: values)
    }
}
