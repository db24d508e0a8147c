package import Core

/// Marks identifiers of outbox items.
package enum OutboxEntity {}

/// The identity of one message to the outside world; the same at every try, so that a receiver can tell a repetition.
package typealias OutboxID = Identifier<OutboxEntity>

/// A message to the outside world, as it waits for delivery.
package struct OutboxItem: Sendable, Hashable {
    /// Where an item stands.
    package enum State: String, Sendable, CaseIterable {
        /// Not delivered yet; tried when it is due.
        case waiting
        /// Delivered, or found to need no delivery.
        case sent
        /// Given up; `gatehouse outbox retry` tries it again.
        case dead
    }

    package let id: OutboxID
    /// Which sender it is for, such as `mail`.
    package let kind: String
    /// What it is about, for the operator: no address and no secret.
    package let subject: String
    /// What the sender needs; sealed by whoever wrote it. Gone once it is sent.
    package let payload: [UInt8]?
    package let state: State
    package let createdAt: Timestamp
    package let dueAt: Timestamp
    /// How often it was tried.
    package let attempts: Int
    /// Why the last try failed.
    package let lastError: String?

    static var columns: SQL { "id, kind, subject, payload, state, created_at, due_at, attempts, last_error" }

    init(_ row: Row) throws {
        let state: String = try row.get("state")
        guard let state = State(rawValue: state) else { throw StorageError.unexpectedColumn("state") }
        id = try row.get("id")
        kind = try row.get("kind")
        subject = try row.get("subject")
        payload = try row.optional("payload")
        self.state = state
        createdAt = try row.get("created_at")
        dueAt = try row.get("due_at")
        attempts = try row.get("attempts")
        lastError = try row.optional("last_error")
    }
}
