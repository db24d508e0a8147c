import Core
package import SecurityEvents
import Storage

/// An owner decides what is told to whom. A thief of an owner's session would switch the alerts off first: so it takes a fresh
/// proof, and is an event itself.
package struct ChangeAlertRule: Sendable {
    let gate: GateParts
    let rules: AlertRuleBook

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
        let gate = gate
        let outcome = try await gate.database.transaction { sql -> Outcome in
            // Asked again here: the role in the token may be a moment old.
            guard let actor = try AccountTable.active(proof.scope.userID, in: sql), actor.role == .owner else {
                return .forbidden
            }
            try AlertRuleTable.save(rule, at: gate.world.now(), in: sql)
            let event = Event(
                .alertRuleChanged, in: gate.world, user: actor.id, session: proof.scope.sessionID, from: source,
                detail: [
                    "type": rule.type.rawValue, "enabled": String(rule.isEnabled),
                    "channels": rule.channels.map(\.rawValue).sorted().joined(separator: " "),
                    "recipients": String(rule.recipients.count),
                ])
            try gate.recorder.record(event, in: sql)
            return .changed(rule)
        }
        if case .changed = outcome { try await rules.reload(from: gate.database) }
        return outcome
    }
}
