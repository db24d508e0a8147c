package import Storage
import Synchronization

/// The rules in force, at hand where events are written: an event without a rule costs a look into memory.
///
/// Another node's change is seen when the table is read again, within a maintenance round. What is sent is decided by the
/// table itself, so a rule that was switched off elsewhere sends nothing in the meantime.
package final class AlertRuleBook: Sendable {
    private let standard: [EventType: AlertRule]
    private let followsCritical: Bool
    private let changed = Mutex<[EventType: AlertRule]>([:])

    /// A book of these rules, before an owner changed any.
    /// With `followsCritical`, critical events are written down for alerts whatever their rule says: Sentry hears of them.
    package init(standard: [AlertRule] = [], followsCritical: Bool = false) {
        self.followsCritical = followsCritical
        self.standard = Dictionary(standard.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The rule for `type`: one that an owner has never seen is off, and would go by mail.
    package func rule(for type: EventType) -> AlertRule {
        changed.withLock { $0[type] } ?? standardRule(for: type)
    }

    /// The rule for `type` while no owner has changed it.
    package func standardRule(for type: EventType) -> AlertRule {
        standard[type] ?? AlertRule(type, isEnabled: false, channels: [.mail])
    }

    /// Whether an event of `type` has an alert.
    func follows(_ type: EventType) -> Bool {
        rule(for: type).isEnabled || (followsCritical && type.severity == .critical)
    }

    /// Reads the table again.
    package func reload(from database: any Database) async throws {
        let rules = try await AlertRuleTable.all(in: database)
        changed.withLock { $0 = Dictionary(rules.map { ($0.type, $0) }, uniquingKeysWith: { first, _ in first }) }
    }
}
