import Core
import Delivery
import Foundation
import Identity

extension Installation {
    /// What sends the mails that wait; `nil` when mail is not set up.
    func deliveries() throws -> Deliveries? {
        guard let url = configuration.accounts.mailURL else { return nil }
        let delivery = try MailDelivery(
            outbox: outbox, mailbox: gate.mailbox, transport: url.transport(log: logger), sender: try mailSender(),
            logger: logger)
        return Deliveries(delivery: delivery, logger: logger)
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
