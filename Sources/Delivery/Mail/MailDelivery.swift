package import Accounts
package import Core
import MailTemplates
package import Storage

/// Sends the mails that wait in the outbox.
package struct MailDelivery: OutboxSender {
    private let mailbox: Mailbox
    private let templates: MailTemplates
    private let transport: any MailTransport
    private let sender: MailSender
    private let world: World

    /// Throws when a template cannot be read, which is a fault of this program.
    package init(mailbox: Mailbox, transport: any MailTransport, sender: MailSender, world: World) throws {
        self.mailbox = mailbox
        templates = try MailTemplates()
        self.transport = transport
        self.sender = sender
        self.world = world
    }

    /// Mails.
    package var kind: String { Mailbox.outboxKind }

    /// Each may take a minute of a server that hangs.
    package var batch: Int { 4 }

    /// Renders the mail and hands it to the server, unless its link or its code has run out: a dead one helps nobody.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        switch mailbox.open(item) {
        case .nothing: return false
        case .unreadable: throw .unsent("sealed under a JWT_SECRET that is not known")
        case .mail(let mail):
            if let expiresAt = mail.expiresAt, world.now().milliseconds >= expiresAt {
                throw .ranOut(at: Timestamp(milliseconds: expiresAt))
            }
            try await transport.send(message(mail, as: item))
            return true
        }
    }

    private func message(_ mail: OutgoingMail, as item: OutboxItem) throws(DeliveryFailure) -> MailMessage {
        guard let address = EmailAddress(mail.address) else { throw .unsent("the address is none") }
        let values = mail.values.merging(["name": mail.name]) { given, _ in given }
        do {
            let rendered = try templates.render(mail.kind.rawValue, values)
            return MailMessage(
                id: item.id, to: (address, mail.name), from: sender, subject: rendered.subject,
                text: rendered.text, html: rendered.html, date: item.createdAt)
        } catch {
            throw .temporary("\(error)")
        }
    }
}
