package import Accounts
package import Core
import SecurityEvents
package import Storage

/// Tells alerts to a channel of Slack through an incoming webhook.
///
/// Slack knows no key against repetition: an alert whose answer was lost may stand there twice.
package struct SlackSender: OutboxSender {
    /// The `kind` of its items.
    package static let outboxKind = AlertChannel.slack.rawValue

    private let url: Secret<String>
    private let seal: OutboxSeal
    private let post: GuardedPost

    package init(url: Secret<String>, seal: OutboxSeal, post: GuardedPost) {
        self.url = url
        self.seal = seal
        self.post = post
    }

    /// Alerts for Slack.
    package var kind: String { Self.outboxKind }

    /// Each may take a quarter of a minute of a name server and a Slack that hang.
    package var batch: Int { 8 }

    /// Posts the alert as blocks, with its title as the text of the notification.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        guard let notice = try seal.notice(of: item) else { return false }
        try await post.post(Self.body(notice), to: url.exposed, headers: [("Content-Type", "application/json")])
        return true
    }

    /// The message. What strangers have a say in, such as a device, is escaped, so that it is neither a link nor a call to
    /// everybody.
    static func body(_ notice: AlertNotice) -> [UInt8] {
        var facts = ["*\(escaped(notice.title))*", escaped(notice.summary), "When: \(escaped(notice.at))"]
        for (label, value) in [
            ("Who", notice.person), ("Place", notice.place), ("Network address", notice.ip), ("Device", notice.device),
        ] {
            if let value { facts.append("\(label): \(escaped(value))") }
        }
        var json = JSONWriter()
        json.object { message in
            message.member("text", escaped(notice.title))
            message.key("blocks")
            message.array { blocks in
                blocks.object { block in
                    block.member("type", "section")
                    block.key("text")
                    block.object { text in
                        text.member("type", "mrkdwn")
                        text.member("text", String(facts.joined(separator: "\n").prefix(2900)))
                        text.member("verbatim", true)
                    }
                }
            }
        }
        return json.bytes
    }

    /// Slack's three control characters as entities, no line break, and no character that turns the direction of writing.
    private static func escaped(_ text: String) -> String {
        HeaderText.cleaned(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("*", with: "∗").replacing("`", with: "'")
    }
}

extension OutboxSeal {
    /// The alert that an item holds; `nil` when it holds none.
    func notice(of item: OutboxItem) throws(DeliveryFailure) -> AlertNotice? {
        switch open(item) {
        case .nothing: return nil
        case .unreadable: throw .unsent("sealed under a JWT_SECRET that is not known")
        case .plain(let bytes):
            guard let notice = AlertNotice(bytes: bytes) else { throw .unsent("it holds no alert") }
            return notice
        }
    }
}
