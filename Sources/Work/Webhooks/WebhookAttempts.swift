package import Accounts
import CRM
package import Core
package import Storage

/// Says what is to be sent for an item of the outbox, and notes what became of it.
package struct WebhookAttempts: Sendable {
    private let database: any Database
    private let world: World
    private let secrets: WebhookSecrets
    private let mailbox: Mailbox

    /// `mailbox` takes the mails to owners.
    package init(database: any Database, world: World, secrets: WebhookSecrets, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.secrets = secrets
        self.mailbox = mailbox
    }

    /// What is to be sent.
    package struct Call: Sendable {
        package let delivery: WebhookDelivery
        package let url: String
        /// `nil` when it was sealed under a secret that is no longer known.
        package let secret: Secret<String>?
    }

    /// What became of one try.
    package struct Result: Sendable {
        package let status: Int?
        package let duration: Duration
        /// Why it failed; `nil` when it was delivered.
        package let error: String?

        package init(status: Int?, duration: Duration, error: String?) {
            self.status = status
            self.duration = duration
            self.error = error
        }

        /// The receiver says that it is gone for good (RFC 9110 §15.5.11).
        var isGone: Bool { status == 410 }
    }

    /// What is to be sent for `item`; `nil` when nothing is: the webhook was removed or switched off, or a replay has taken the item's place.
    package func call(for item: OutboxItem) async throws -> Call? {
        guard let id = WebhookDelivery.id(of: item) else { return nil }
        let secrets = secrets
        return try await database.read { session in
            let row = try session.row("SELECT \(WebhookDelivery.columns) FROM webhook_delivery WHERE id = \(id)")
            guard let delivery = try row.map({ try WebhookDelivery($0) }), delivery.state == .waiting,
                delivery.outboxID == item.id
            else { return nil }
            let webhook = try session.row("SELECT url, secret FROM webhook WHERE id = \(delivery.webhookID)")
            guard let webhook else { return nil }
            return Call(
                delivery: delivery, url: try webhook.get("url"),
                secret: secrets.open(try webhook.get("secret"), of: delivery.webhookID))
        }
    }

    /// Writes down what became of a try. A webhook to which nothing could be delivered for ``Webhook/patience`` is switched off, and owners are mailed;
    /// `false` then.
    package func note(_ call: Call, _ result: Result) async throws -> Bool {
        let (now, delivery, mailbox) = (world.now(), call.delivery, mailbox)
        return try await database.transaction { session in
            // The webhook first, as whoever switches it off does.
            guard var webhook = try WebhookTable.webhook(delivery.webhookID, isToChange: true, in: session) else {
                return true
            }
            let state = result.error == nil ? WebhookDelivery.State.delivered : .waiting
            try session.run(
                """
                UPDATE webhook_delivery SET state = CASE WHEN state = 'dead' THEN state ELSE \(state.rawValue) END,
                    attempts = attempts + 1, status = \(result.status), duration = \(result.duration.milliseconds),
                    error = \(result.error), tried_at = \(now)
                WHERE id = \(delivery.id) AND outbox_id = \(delivery.outboxID)
                """)
            guard let error = result.error else {
                guard webhook.failingSince != nil else { return true }
                try session.run("UPDATE webhook SET failing_since = NULL WHERE id = \(webhook.id)")
                return true
            }
            guard webhook.isOn else { return true }
            let since = webhook.failingSince ?? now
            guard result.isGone || now - since >= Webhook.patience else {
                try session.run("UPDATE webhook SET failing_since = \(since) WHERE id = \(webhook.id)")
                return true
            }
            (webhook.isOn, webhook.offReason, webhook.failingSince) = (false, error, since)
            (webhook.updatedAt, webhook.version) = (now, webhook.version + 1)
            try WebhookTable.update(webhook, in: session)
            for owner in try AccountTable.activeOwners(in: session) {
                let mail = OutgoingMail(
                    .webhookOff, to: owner,
                    values: ["host": webhook.host, "reason": error, "since": since.iso8601])
                try mailbox.post(mail, cause: "webhook_off:\(webhook.id):\(webhook.version):\(owner.id)", in: session)
            }
            return false
        }
    }

    /// The item was tried for the last time; in the transaction that gives it up.
    package static func giveUp(_ item: OutboxItem, in session: any SQLSession) throws {
        guard let id = WebhookDelivery.id(of: item) else { return }
        try session.run(
            """
            UPDATE webhook_delivery SET state = 'dead'
            WHERE id = \(id) AND outbox_id = \(item.id) AND state = 'waiting'
            """)
    }
}
