package import Core
import FoundationEssentials
package import Storage

/// Puts mails into the outbox, sealed.
package struct Mailbox: Sendable {
    /// The `kind` of mails in the outbox.
    package static let outboxKind = "mail"

    /// Whether mail can be sent at all (`MAIL_URL`).
    package let isEnabled: Bool
    let seal: OutboxSeal
    private let origin: String

    /// `origin` is `PUBLIC_URL`, where links lead.
    package init(isEnabled: Bool, secret: ServerSecret, origin: String, world: World) {
        self.isEnabled = isEnabled
        seal = OutboxSeal(secret: secret, world: world)
        self.origin = origin
    }

    /// The link of a mail.
    package func link(_ path: String, token: String) -> String { "\(origin)\(path)?token=\(token)" }

    /// The address of a page.
    package func link(to path: String) -> String { origin + path }

    /// Puts `mail` into the outbox; nothing when mail cannot be sent, or when there is one of the same `cause` already. Without a cause
    /// every mail is one of its own.
    package func post(_ mail: OutgoingMail, cause: String? = nil, in sql: any SQLSession) throws {
        guard isEnabled else { return }
        try seal.post(
            Array(JSONEncoder().encode(mail)), kind: Self.outboxKind, cause: cause, subject: mail.kind.rawValue, in: sql
        )
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
        switch seal.open(item) {
        case .nothing: return .nothing
        case .unreadable: return .unreadable
        case .plain(let plain):
            guard let mail = try? JSONDecoder().decode(OutgoingMail.self, from: Data(plain)) else { return .unreadable }
            return mail.isReal ? .mail(mail) : .nothing
        }
    }
}
