package import Core
import FoundationEssentials
package import Storage

/// A mail in somebody's own words to a client, as it waits in the outbox.
package struct Letter: Sendable, Hashable, Codable {
    /// To whom.
    package let address: String
    package let name: String
    /// Who writes; answers go to their own address, while the mail itself comes from that of the installation.
    package let senderName: String
    package let replyTo: String
    package let subject: String
    package let text: String
    /// Where one click ends further mails (RFC 8058); `nil` for a mail to one person, written by hand.
    package let unsubscribeLink: String?

    /// A mail from `sender` to `address`.
    package init(
        to address: EmailAddress, name: String, from sender: Account, subject: String, text: String,
        unsubscribeLink: String? = nil
    ) {
        self.address = address.text
        self.name = name
        senderName = "\(sender.firstName) \(sender.lastName)"
        replyTo = sender.email.text
        self.subject = subject
        self.text = text
        self.unsubscribeLink = unsubscribeLink
    }
}

extension Mailbox {
    /// The `kind` of letters in the outbox.
    package static let letterKind = "letter"

    /// Puts `letter` into the outbox; nothing when there is one of the same `cause` already.
    package func post(_ letter: Letter, cause: String, in sql: any SQLSession) throws {
        guard isEnabled else { return }
        try seal.post(
            Array(JSONEncoder().encode(letter)), kind: Self.letterKind, cause: cause, subject: "letter", in: sql)
    }

    /// The letter of an item of the outbox; `nil` when it was sealed under a secret that is no longer known, or tampered with.
    package func letter(_ item: OutboxItem) -> Letter? {
        guard case .plain(let plain) = seal.open(item) else { return nil }
        return try? JSONDecoder().decode(Letter.self, from: Data(plain))
    }
}
