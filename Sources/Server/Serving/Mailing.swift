import Core
import Delivery
import Foundation
import Identity

extension Installation {
    /// What sends the items that wait, one service for each kind that is set up.
    func deliveries() throws -> [Deliveries] {
        try senders().map { sender in
            Deliveries(delivery: delivery(sender), logger: logger)
        }
    }

    /// A sender for each kind that is set up.
    func senders() throws -> [any OutboxSender] {
        var senders: [any OutboxSender] = []
        if let url = configuration.accounts.mailURL {
            senders.append(
                try MailDelivery(
                    mailbox: gate.mailbox, transport: url.transport(log: logger), sender: try mailSender(), world: world
                ))
            senders.append(
                LetterDelivery(
                    mailbox: gate.mailbox, transport: url.transport(log: logger), sender: try mailSender()))
        }
        let sms = configuration.sms
        if let transport = sms.url.transport(client: http, account: sms.account, log: logger) {
            senders.append(SMSDelivery(textbox: gate.textbox, transport: transport, world: world))
        }
        return senders + alertSenders()
    }

    /// Who mails are from: `MAIL_FROM`, else `no-reply` at the host under which people reach the server.
    private func mailSender() throws -> MailSender {
        if let sender = configuration.accounts.mailFrom { return sender }
        let host = URL(string: configuration.publicURL)?.host ?? "localhost"
        // An IP address is no domain, and a mail from one is refused by most.
        let domain = IPAddress(host) == nil && host.contains(".") ? host : "localhost.localdomain"
        guard let address = EmailAddress("no-reply@\(domain)") else {
            throw ConfigurationFailure(problems: [
                ConfigurationProblem("MAIL_FROM", "must be set: PUBLIC_URL has no host that mail could come from.")
            ])
        }
        return MailSender(name: "Gatehouse", address: address)
    }
}
