package import Accounts
import Core
package import Storage

/// Sends the letters to clients that wait in the outbox: as they were written, without a frame of ours.
package struct LetterDelivery: OutboxSender {
    private let mailbox: Mailbox
    private let transport: any MailTransport
    private let sender: MailSender

    package init(mailbox: Mailbox, transport: any MailTransport, sender: MailSender) {
        self.mailbox = mailbox
        self.transport = transport
        self.sender = sender
    }

    /// Letters.
    package var kind: String { Mailbox.letterKind }

    /// Each may take a minute of a server that hangs.
    package var batch: Int { 4 }

    /// Hands the letter to the server.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        guard let letter = mailbox.letter(item) else { throw .unsent("sealed under a JWT_SECRET that is not known") }
        guard let message = message(letter, as: item) else { throw .unsent("the address is none") }
        try await transport.send(message)
        return true
    }

    private func message(_ letter: Letter, as item: OutboxItem) -> MailMessage? {
        guard let address = EmailAddress(letter.address), let answers = EmailAddress(letter.replyTo) else { return nil }
        var (text, html, headers) = (letter.text, Self.html(letter.text), [MailMessage.Header]())
        if let link = letter.unsubscribeLink {
            text += "\n\n-- \nIf you would rather have no more of these mails: \(link)\n"
            html += "<p><small><a href=\"\(Self.escaped(link))\">No more of these mails, please</a></small></p>"
            headers = [
                MailMessage.Header("List-Unsubscribe", "<\(link)>"),
                MailMessage.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ]
        }
        var message = MailMessage(
            id: item.id, to: (address, letter.name), from: MailSender(name: letter.senderName, address: sender.address),
            subject: letter.subject, text: text, html: html, date: item.createdAt, headers: headers)
        message.replyTo = MailSender(name: letter.senderName, address: answers)
        return message
    }

    private static func html(_ text: String) -> String {
        text.split(separator: "\n\n").map { paragraph in
            "<p>\(escaped(String(paragraph)).split(separator: "\n").joined(separator: "<br>"))</p>"
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
