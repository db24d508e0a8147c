package import Core
package import Storage

/// A mail that is ready to be sent, in plain text and in HTML.
package struct MailMessage: Sendable {
    /// A further header.
    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What the mail is an item of: the same at every try, and so are its `Message-ID` and its bytes, by which a
    /// mailbox can tell a repetition.
    package let id: OutboxID
    package let to: EmailAddress
    /// The recipient's name; may be empty.
    package let toName: String
    package let from: MailSender
    package let subject: String
    package let text: String
    package let html: String
    /// When it was written, which is not when it is sent.
    package let date: Timestamp
    /// Where answers go, if not to whom it comes from.
    package var replyTo: MailSender?
    /// Headers beside those that every mail has. One whose name is no name, or one of those, is left out.
    package let headers: [Header]

    /// A mail of the program's own accord (RFC 3834), which no vacation notice should answer.
    package init(
        id: OutboxID, to: (address: EmailAddress, name: String), from: MailSender, subject: String, text: String,
        html: String, date: Timestamp, headers: [Header] = [Header("Auto-Submitted", "auto-generated")]
    ) {
        self.id = id
        self.to = to.address
        toName = to.name
        self.from = from
        self.subject = subject
        self.text = text
        self.html = html
        self.date = date
        self.headers = headers
    }

    /// The `Message-ID`, with its brackets.
    package var messageID: String { "<\(id)@\(from.address.domain)>" }
}
