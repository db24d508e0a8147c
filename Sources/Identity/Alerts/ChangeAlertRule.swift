import Accounts
import Core
package import SecurityEvents
package import Sessions
import Storage

/// An owner decides what is told to whom. A thief of an owner's session would switch the alerts off first: so it takes a fresh
/// proof, and is an event itself.
package struct ChangeAlertRule: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let rules: AlertRuleBook

    init(database: any Database, world: World, recorder: EventRecorder, rules: AlertRuleBook) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.rules = rules
    }

    /// What became of the change.
    package enum Outcome: Sendable, Hashable {
        case changed(AlertRule)
        /// Only an owner may.
        case forbidden
    }

    /// Puts `rule` in force: at once on this node, within a maintenance round on the others.
    package func change(_ proof: FreshReauthentication, to rule: AlertRule, from source: RequestSource) async throws
        -> Outcome
    {
        let outcome = try await database.transaction { sql -> Outcome in
            // Asked again here: the role in the token may be a moment old.
            guard let actor = try AccountTable.active(proof.scope.userID, in: sql), actor.role == .owner else {
                return .forbidden
            }
            try AlertRuleTable.save(rule, at: world.now(), in: sql)
            let event = Event(
                .alertRuleChanged, in: world, user: actor.id, session: proof.scope.sessionID, from: source,
                detail: [
                    "type": rule.type.rawValue, "enabled": String(rule.isEnabled),
                    "channels": rule.channels.map(\.rawValue).sorted().joined(separator: " "),
                    "recipients": String(rule.recipients.count),
                ])
            try recorder.record(event, in: sql)
            return .changed(rule)
        }
        if case .changed = outcome { try await rules.reload(from: database) }
        return outcome
    }
}
