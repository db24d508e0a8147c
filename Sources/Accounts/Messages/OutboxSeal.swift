package import Core
package import Storage

/// Seals what waits in the outbox, and opens it again: mails and messages hold links and codes that count as much as a
/// password until they are used.
package struct OutboxSeal: Sendable {
    private let keys: [DerivedKey]
    private let world: World

    /// Under the key that `secret` has for the outbox; what the secrets before it sealed can still be opened.
    package init(secret: ServerSecret, world: World) {
        keys = secret.keys(for: .outbox)
        self.world = world
    }

    /// Puts `plain` into the outbox in the transaction behind `sql`; nothing when there is an item of the same `cause` already.
    /// Without a cause every item is one of its own.
    package func post(
        _ plain: [UInt8], kind: String, cause: String?, subject: String, in sql: any SQLSession
    ) throws {
        guard let key = keys.first else { return }
        let id: OutboxID = world.identifier()
        let sealed = try SealedValue.seal(plain, under: key.key, at: Self.place(id), in: world)
        try Outbox.put(
            sealed, id: id, kind: kind, cause: cause ?? id.description, subject: subject, at: world.now(), in: sql)
    }

    /// What an item holds.
    package enum Content: Sendable, Hashable {
        case plain([UInt8])
        /// The item stands in for a message that is not to be sent.
        case nothing
        /// Sealed under a secret that is no longer known, or tampered with.
        case unreadable
    }

    /// Opens an item of the outbox.
    package func open(_ item: OutboxItem) -> Content {
        guard let payload = item.payload else { return .nothing }
        for key in keys {
            if let plain = SealedValue.open(payload, under: key.key, at: Self.place(item.id)) { return .plain(plain) }
        }
        return .unreadable
    }

    private static func place(_ id: OutboxID) -> String { "outbox.payload:\(id)" }
}
