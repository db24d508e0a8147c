package import CRM
package import Core
package import Storage

/// Marks identities of deliveries.
package enum WebhookDeliveryEntity {}

/// The identity of one delivery.
package typealias WebhookDeliveryID = Identifier<WebhookDeliveryEntity>

/// One message to one webhook, as it stands in the log.
package struct WebhookDelivery: Sendable, Hashable {
    /// Where a delivery stands.
    package enum State: String, Sendable, CaseIterable {
        case waiting, delivered
        /// Tried for the last time, or its webhook was switched off; it can be replayed.
        case dead
    }

    package let id: WebhookDeliveryID
    package let webhookID: WebhookID
    /// `webhook-id`: the same at every try, in every replay, and for every webhook that is told.
    package let messageID: HappeningID
    package let type: String
    /// What is sent, to the byte.
    package let body: String
    package var state: State
    /// The item of the outbox that counts; one before it is not sent any more.
    package var outboxID: OutboxID
    package var attempts: Int
    /// The status of the last answer; `nil` where there was none.
    package var status: Int?
    /// How long the last try took, in milliseconds.
    package var duration: Int64?
    /// Why the last try failed.
    package var error: String?
    package let createdAt: Timestamp
    package var triedAt: Timestamp?

    static let columns: SQL = """
        id, webhook_id, message_id, type, body, state, outbox_id, attempts, status, duration, error, created_at, tried_at
        """

    init(_ row: Row) throws {
        let state: String = try row.get("state")
        guard let state = State(rawValue: state) else { throw StorageError.unexpectedColumn("state") }
        id = try row.get("id")
        webhookID = try row.get("webhook_id")
        messageID = try row.get("message_id")
        type = try row.get("type")
        body = try row.get("body")
        self.state = state
        outboxID = try row.get("outbox_id")
        attempts = try row.get("attempts")
        status = try row.optional("status")
        duration = try row.optional("duration")
        error = try row.optional("error")
        createdAt = try row.get("created_at")
        triedAt = try row.optional("tried_at")
    }

    /// The message about `happening` to `webhook`, not tried yet.
    init(_ happening: Told, to webhook: WebhookID, id: WebhookDeliveryID, outboxID: OutboxID, at now: Timestamp) {
        self.id = id
        webhookID = webhook
        messageID = happening.id
        type = happening.type
        body = happening.body
        state = .waiting
        self.outboxID = outboxID
        attempts = 0
        createdAt = now
    }

    /// What was announced, as it was stored.
    struct Told {
        let id: HappeningID
        let type: String
        let body: String

        init(_ row: Row) throws {
            id = try row.get("id")
            type = try row.get("type")
            let (at, data): (Timestamp, String) = (try row.get("at"), try row.get("data"))
            let type = type
            var json = JSONWriter(capacity: 256)
            json.object { object in
                object.member("type", type)
                object.member("timestamp", at)
                object.key("data")
                object.json(trusted: data)
            }
            body = String(decoding: json.bytes, as: UTF8.self)
        }
    }

    /// Puts the item that ``outboxID`` names into the outbox; in the transaction that writes the delivery.
    func post(at now: Timestamp, in session: any SQLSession) throws {
        try Outbox.put(
            Array(id.description.utf8), id: outboxID, kind: Webhook.outboxPrefix + webhookID.description,
            cause: "webhook:\(outboxID)", subject: type, at: now, in: session)
    }

    /// The delivery that an item of the outbox is for.
    static func id(of item: OutboxItem) -> WebhookDeliveryID? {
        item.payload.flatMap { WebhookDeliveryID(String(decoding: $0, as: UTF8.self)) }
    }

    /// Writes the delivery as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("webhookId", webhookID)
            object.member("messageId", messageID)
            object.member("type", type)
            object.member("state", state.rawValue)
            object.member("attempts", Int64(attempts))
            object.member("statusCode", status.map { Int64($0) })
            object.member("durationMs", duration)
            object.member("error", error)
            object.member("createdAt", createdAt)
            object.member("triedAt", triedAt)
            object.key("payload")
            object.json(trusted: body)
        }
    }
}
