package import Core
import FoundationEssentials
package import Storage

/// Puts mails into the outbox, sealed: they hold links that count as much as a password until they are used.
package struct Mailbox: Sendable {
    /// The `kind` of mails in the outbox.
    package static let outboxKind = "mail"

    /// Whether mail can be sent at all (`MAIL_URL`).
    package let isEnabled: Bool
    private let keys: [DerivedKey]
    private let origin: String
    private let world: World

    /// `origin` is `PUBLIC_URL`, where links lead.
    package init(isEnabled: Bool, secret: ServerSecret, origin: String, world: World) {
        self.isEnabled = isEnabled
        keys = secret.keys(for: .outbox)
        self.origin = origin
        self.world = world
    }

    /// The link of a mail.
    package func link(_ path: String, token: String) -> String { "\(origin)\(path)?token=\(token)" }

    /// Puts `mail` into the outbox; nothing when mail cannot be sent, or when there is one of the same `cause` already. Without a cause
    /// every mail is one of its own.
    func post(_ mail: OutgoingMail, cause: String? = nil, in sql: any SQLSession) throws {
        guard isEnabled, let key = keys.first else { return }
        let id: OutboxID = world.identifier()
        let sealed = try SealedValue.seal(
            Array(JSONEncoder().encode(mail)), under: key.key, at: Self.place(id), in: world)
        try Outbox.put(
            sealed, id: id, kind: Self.outboxKind, cause: cause ?? id.description, subject: mail.kind.rawValue,
            at: world.now(), in: sql)
    }

    /// What an item of the outbox holds.
    package enum Content: Sendable, Hashable {
        case mail(OutgoingMail)
        /// Stands in for a mail that is not to be sent.
        case nothing
        /// Sealed under a secret that is no longer known, or tampered with.
        case unreadable
    }

    /// Opens an item of the outbox.
    package func open(_ item: OutboxItem) -> Content {
        guard let payload = item.payload else { return .nothing }
        for key in keys {
            guard let plain = SealedValue.open(payload, under: key.key, at: Self.place(item.id)) else { continue }
            guard let mail = try? JSONDecoder().decode(OutgoingMail.self, from: Data(plain)) else { return .unreadable }
            return mail.isReal ? .mail(mail) : .nothing
        }
        return .unreadable
    }

    private static func place(_ id: OutboxID) -> String { "outbox.payload:\(id)" }
}
