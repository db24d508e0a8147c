package import Core
import FoundationEssentials
package import Storage

/// Puts messages to phones into the outbox, sealed: the ``Mailbox`` of phones.
package struct Textbox: Sendable {
    /// The `kind` of such messages in the outbox.
    package static let outboxKind = "sms"

    /// Whether messages can be sent at all (the variables `TWILIO_…`).
    package let isEnabled: Bool
    private let seal: OutboxSeal

    package init(isEnabled: Bool, secret: ServerSecret, world: World) {
        self.isEnabled = isEnabled
        seal = OutboxSeal(secret: secret, world: world)
    }

    /// Puts `sms` into the outbox; nothing when none can be sent, or when there is one of the same `cause` already. Without a cause
    /// every message is one of its own. The operator sees `subject` in the list of the outbox.
    package func post(
        _ sms: OutgoingSMS, cause: String? = nil, subject: String = "sms", in sql: any SQLSession
    ) throws {
        guard isEnabled else { return }
        try seal.post(
            Array(JSONEncoder().encode(sms)), kind: Self.outboxKind, cause: cause, subject: subject, in: sql)
    }

    /// What an item of the outbox holds.
    package enum Content: Sendable, Hashable {
        case sms(OutgoingSMS)
        /// There is nothing to send.
        case nothing
        /// Sealed under a secret that is no longer known, or tampered with.
        case unreadable
    }

    /// Opens an item of the outbox.
    package func open(_ item: OutboxItem) -> Content {
        switch seal.open(item) {
        case .nothing: return .nothing
        case .unreadable: return .unreadable
        case .plain(let plain):
            guard let sms = try? JSONDecoder().decode(OutgoingSMS.self, from: Data(plain)) else { return .unreadable }
            return .sms(sms)
        }
    }
}
