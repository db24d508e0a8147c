package import CRM
package import Core
import Storage

/// Marks identities of webhooks.
package enum WebhookEntity {}

/// The identity of one webhook.
package typealias WebhookID = Identifier<WebhookEntity>

/// An address of the brokerage's choosing that is told what happens.
package struct Webhook: Sendable, Hashable {
    package let id: WebhookID
    package var url: String
    /// What it is for, in the words of whoever made it.
    package var description: String
    /// What it is told; empty for everything, also what a later release adds.
    package var kinds: [Happening.Kind]
    package var isOn: Bool
    /// Why it was switched off, when nobody did so by hand.
    package var offReason: String?
    /// Since when nothing could be delivered; `nil` while all is well.
    package var failingSince: Timestamp?
    package let createdBy: AccountID
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes from 1.
    package var version: Int64

    /// The most webhooks.
    package static let most = 20
    /// After so long without a delivery it is switched off: as long as one message is tried.
    package static let patience: Duration = Outbox.patience
    /// How long deliveries are kept to be looked at and replayed.
    package static let memory: Duration = .days(14)

    /// The `kind` of its messages in the outbox: its own, so that one that hangs holds up no other.
    package var outboxKind: String { Self.outboxPrefix + id.description }
    /// How the kinds of all webhooks begin.
    package static let outboxPrefix = "hook:"

    /// The name of the receiving server, without what else the address may give away.
    var host: String { WebhookAddress.host(of: url) ?? "" }
}

/// A webhook to be, or a change of one, as a caller sends it; nothing in it is checked yet. What is `nil` stays as it is.
package struct WebhookDraft: Sendable, Decodable {
    package var url: String?
    package var description: String?
    package var types: [String]?
    package var isOn: Bool?

    package init(url: String? = nil, types: [String]? = nil, isOn: Bool? = nil) {
        self.url = url
        self.types = types
        self.isOn = isOn
    }

    /// The webhook with what this changes, and everything that is wrong with it.
    func applied(to webhook: Webhook, allowsPrivate: Bool, _ check: inout FieldCheck) -> Webhook {
        var changed = webhook
        if let url {
            changed.url = check.line(url, "url", WebhookAddress.longest)
            if let problem = WebhookAddress.problem(with: changed.url, allowsPrivate: allowsPrivate) {
                check.refuse("url", .notPermitted, problem)
            }
        } else if webhook.url.isEmpty {
            check.refuse("url", .required, "Say where to tell it.")
        }
        if let description { changed.description = check.line(description, "description", 200) }
        if let types {
            changed.kinds = []
            for (index, name) in check.capped(types, "types", 100).enumerated() {
                guard let kind = Happening.Kind(rawValue: name) else {
                    let known = Happening.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                    check.refuse("types[\(index)]", .unknownChoice, "This must be one of: \(known).")
                    continue
                }
                if !changed.kinds.contains(kind) { changed.kinds.append(kind) }
            }
        }
        if let isOn, isOn != webhook.isOn {
            changed.isOn = isOn
            (changed.offReason, changed.failingSince) = (nil, nil)
        }
        return changed
    }
}

extension Webhook {
    /// Writes the webhook as the API shows it; with its secret only in the answer that makes it.
    package func write(to writer: inout JSONWriter, secret: Secret<String>? = nil) {
        writer.object { object in
            object.member("id", id)
            object.member("url", url)
            object.member("description", description)
            object.key("types")
            object.array { list in kinds.forEach { list.string($0.rawValue) } }
            object.member("isOn", isOn)
            object.member("offReason", offReason)
            object.member("failingSince", failingSince)
            object.member("createdBy", createdBy)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
            if let secret { object.member("secret", secret.exposed) }
        }
    }
}
