import Core
package import Identity
package import Logging
import MailTemplates
package import Storage

/// Sends the mails that wait in the outbox.
///
/// Nothing is open while a mail is on its way: it was leased before and is settled after. A crash in between repeats the mail, under
/// the same `Message-ID`, once the lease is over.
package struct MailDelivery: Sendable {
    /// How many mails are taken at once: each may take a minute of a server that hangs, and together they must be through before the
    /// lease is over.
    private static let batch = 4

    private let outbox: Outbox
    private let mailbox: Mailbox
    private let templates: MailTemplates
    private let transport: any MailTransport
    private let sender: MailSender
    private let logger: Logger

    /// Throws when a template cannot be read, which is a fault of this program.
    package init(
        outbox: Outbox, mailbox: Mailbox, transport: any MailTransport, sender: MailSender, logger: Logger
    ) throws {
        self.outbox = outbox
        self.mailbox = mailbox
        templates = try MailTemplates()
        self.transport = transport
        self.sender = sender
        self.logger = logger
    }

    /// Sends what is due now, and returns how many items that were, delivered or not.
    package func deliverDue() async throws -> Int {
        let items = try await outbox.take(Self.batch, of: Mailbox.outboxKind)
        // One after the other: a mail server is asked for one thing at a time, and a burst is not taken for spam.
        for item in items { try await deliver(item) }
        return items.count
    }

    private func deliver(_ item: OutboxItem) async throws {
        switch mailbox.open(item) {
        case .nothing: try await outbox.settle(item)
        case .unreadable:
            try await outbox.fail(item, because: "sealed under a JWT_SECRET that is not known", isHopeless: true)
        case .mail(let mail):
            do {
                try await send(mail, as: item)
            } catch {
                return try await note(error, item)
            }
            try await outbox.settle(item)
            logger.info("mail sent", metadata: ["item": "\(item.id)", "mail": "\(mail.kind.rawValue)"])
        }
    }

    private func send(_ mail: OutgoingMail, as item: OutboxItem) async throws {
        guard let address = EmailAddress(mail.address) else { throw MailFailure.permanent("the address is none") }
        let rendered = try templates.render(
            mail.kind.rawValue, mail.values.merging(["name": mail.name]) { given, _ in given })
        try await transport.send(
            MailMessage(
                id: item.id, to: address, toName: mail.name, from: sender, subject: rendered.subject,
                text: rendered.text, html: rendered.html, date: item.createdAt))
    }

    private func note(_ error: any Error, _ item: OutboxItem) async throws {
        var isHopeless = false
        var reason = "\(error)"
        switch error {
        case MailFailure.temporary(let text): reason = text
        case MailFailure.permanent(let text): (reason, isHopeless) = (text, true)
        default: break
        }
        try await outbox.fail(item, because: reason, isHopeless: isHopeless)
        logger.warning(
            "mail not sent", metadata: ["item": "\(item.id)", "mail": "\(item.subject)", "reason": .string(reason)])
    }
}
