package import Accounts
import CRM
import Core
import Storage

extension Webhooks {
    /// How a request for deliveries ended.
    package enum LogOutcome: Sendable {
        case page([WebhookDelivery], nextCursor: String?)
        case invalidCursor
        case notFound
        case forbidden
    }

    /// What was sent to a webhook, or is to be, the last first.
    package func deliveries(
        _ scope: Scope, _ id: WebhookID, state: WebhookDelivery.State? = nil, limit: Int = 20, cursor: String? = nil
    ) async throws -> LogOutcome {
        guard scope.role.seesEverything else { return .forbidden }
        let binding = CursorBinding(
            list: "webhook deliveries", reader: scope.userID, facts: [id.description, state?.rawValue])
        var condition: SQL = "webhook_id = \(id)"
        if let cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 1 else { return .invalidCursor }
            condition = condition + " AND id < \(position[0])"
        }
        if let state { condition = condition + " AND state = \(state.rawValue)" }
        let asked = condition
        let found: [WebhookDelivery]? = try await database.read { session in
            guard try WebhookTable.webhook(id, in: session) != nil else { return nil }
            return try session.rows(
                """
                SELECT \(WebhookDelivery.columns) FROM webhook_delivery WHERE \(asked) ORDER BY id DESC LIMIT \(limit + 1)
                """
            ).map { try WebhookDelivery($0) }
        }
        guard let found else { return .notFound }
        let next = found.count > limit ? cursors.seal([found[limit - 1].id.sqlValue], for: binding) : nil
        return .page(Array(found.prefix(limit)), nextCursor: next)
    }

    /// How a replay ended.
    package enum ReplayOutcome: Sendable {
        /// It waits, and is sent within moments.
        case posted(WebhookDelivery)
        /// Nothing is sent to a webhook that is off.
        case webhookOff
        case notFound
        case forbidden
    }

    /// Sends a delivery again, whatever became of it, with the identity that it had: a receiver that has it already drops it.
    package func replay(_ scope: Scope, _ id: WebhookDeliveryID) async throws -> ReplayOutcome {
        guard scope.role.seesEverything else { return .forbidden }
        let (now, outboxID) = (world.now(), world.identifier(OutboxID.self))
        return try await database.transaction { session in
            // The webhook first, as whoever switches it off does.
            let row = try session.row("SELECT webhook_id FROM webhook_delivery WHERE id = \(id)")
            guard let row,
                let webhook = try WebhookTable.webhook(try row.get("webhook_id"), isToChange: true, in: session)
            else { return .notFound }
            guard webhook.isOn else { return .webhookOff }
            let posted = try session.row(
                """
                UPDATE webhook_delivery SET state = 'waiting', outbox_id = \(outboxID), error = NULL
                WHERE id = \(id) RETURNING \(WebhookDelivery.columns)
                """
            ).map { try WebhookDelivery($0) }
            guard let posted else { return .notFound }
            try posted.post(at: now, in: session)
            return .posted(posted)
        }
    }

    /// Forgets deliveries that came to an end long ago.
    package func prune() async throws {
        let horizon = world.now() - Webhook.memory
        _ = try await database.transaction { session in
            try session.changes("DELETE FROM webhook_delivery WHERE state <> 'waiting' AND created_at < \(horizon)")
        }
    }
}
