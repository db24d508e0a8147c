import Core
package import Storage

/// Writes an alert into the outbox in the transaction of its event: there is no event without its alert, whatever crashes
/// in between.
///
/// All it writes is which event it was. What is said to whom is decided later, in ``AlertFolds`` and by the dispatcher, so
/// that a request waits for one insert and no lock, also in a storm.
package struct AlertFollower: EventFollower {
    /// The `kind` of alerts in the outbox, before they are told to anybody.
    package static let outboxKind = "alert"

    private let rules: AlertRuleBook

    package init(rules: AlertRuleBook) {
        self.rules = rules
    }

    /// One insert for an event that has a rule, and nothing for any other.
    package func follow(_ event: Event, in session: any SQLSession) throws {
        guard rules.follows(event.type) else { return }
        try Outbox.put(
            Self.payload(event), id: Self.id(event), kind: Self.outboxKind, cause: Self.cause(event),
            subject: event.type.rawValue, at: event.at, in: session)
    }

    /// The same for a batch.
    package func statements(following event: Event) -> [SQL] {
        guard rules.follows(event.type) else { return [] }
        return [
            Outbox.putting(
                Self.payload(event), id: Self.id(event), kind: Self.outboxKind, cause: Self.cause(event),
                subject: event.type.rawValue, at: event.at, where: "security_event WHERE id = \(event.id)")
        ]
    }

    /// The event that an alert in the outbox is about.
    package static func event(of item: OutboxItem) -> EventID? {
        item.payload.flatMap { EventID(String(decoding: $0, as: UTF8.self)) }
    }

    private static func payload(_ event: Event) -> [UInt8] { Array(event.id.description.utf8) }

    private static func id(_ event: Event) -> OutboxID { OutboxID(high: event.id.high, low: event.id.low) }

    private static func cause(_ event: Event) -> String { "alert:\(event.id)" }
}
