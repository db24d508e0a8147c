package import Accounts
package import Core
import SecurityEvents
package import Storage

/// Tells alerts to a server of the operator's, signed as Standard Webhooks have it: whoever has the secret can tell that an
/// alert is ours, is whole, and is not an old one that somebody repeats.
package struct WebhookSender: OutboxSender {
    /// The `kind` of its items.
    package static let outboxKind = AlertChannel.webhook.rawValue

    private let url: Secret<String>
    private let signer: WebhookSigner?
    private let seal: OutboxSeal
    private let post: GuardedPost
    private let world: World

    /// Without a `signer` alerts are not signed.
    package init(url: Secret<String>, signer: WebhookSigner?, seal: OutboxSeal, post: GuardedPost, world: World) {
        self.url = url
        self.signer = signer
        self.seal = seal
        self.post = post
        self.world = world
    }

    /// Alerts for the webhook.
    package var kind: String { Self.outboxKind }

    /// Each may take a quarter of a minute of a name server and a server that hang.
    package var batch: Int { 8 }

    /// Posts the alert. `webhook-id` is the same at every try.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        guard let notice = try seal.notice(of: item) else { return false }
        let body = Self.body(notice)
        let (id, time) = (item.id.description, String(world.now().seconds))
        var headers = [("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", time)]
        if let signer { headers.append(("webhook-signature", signer.signature(id: id, timestamp: time, body: body))) }
        try await post.post(body, to: url.exposed, headers: headers)
        return true
    }

    static func body(_ notice: AlertNotice) -> [UInt8] {
        var json = JSONWriter()
        json.object { object in
            object.member("type", "security.\(notice.type)")
            object.member("timestamp", notice.at)
            object.key("data")
            object.object { data in
                data.member("eventId", notice.event)
                data.member("eventType", notice.type)
                data.member("severity", notice.severity)
                data.member("summary", notice.summary)
                data.member("at", notice.at)
                data.member("userId", notice.userID)
                data.member("ip", notice.ip)
                data.member("place", notice.place)
                data.member("device", notice.device)
                data.member("count", Int64(notice.count))
            }
        }
        return json.bytes
    }
}
