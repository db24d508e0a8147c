import CRM
import Core
import Storage

/// The rows of webhooks and of what was, or is to be, delivered to them.
enum WebhookTable {
    static let migration = Migration(
        221, "webhooks",
        [
            """
            CREATE TABLE webhook (
                id \(.identifier) PRIMARY KEY,
                url TEXT NOT NULL,
                description TEXT NOT NULL,
                types TEXT NOT NULL,
                secret \(.bytes) NOT NULL,
                is_on BIGINT NOT NULL,
                off_reason TEXT,
                failing_since BIGINT,
                created_by \(.identifier) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE webhook_delivery (
                id \(.identifier) PRIMARY KEY,
                webhook_id \(.identifier) NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
                message_id \(.identifier) NOT NULL,
                type TEXT NOT NULL,
                body TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
                outbox_id \(.identifier) NOT NULL,
                attempts BIGINT NOT NULL,
                status BIGINT,
                duration BIGINT,
                error TEXT,
                created_at BIGINT NOT NULL,
                tried_at BIGINT
            )
            """,
            "CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, id)",
            "CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id) WHERE state = 'waiting'",
            "CREATE INDEX webhook_delivery_settled ON webhook_delivery (created_at) WHERE state <> 'waiting'",
        ])

    static let columns: SQL = """
        id, url, description, types, is_on, off_reason, failing_since, created_by, created_at, updated_at, version
        """

    static func webhook(
        _ id: WebhookID, isToChange: Bool = false, in session: any SQLSession
    ) throws -> Webhook? {
        let lock: SQL = isToChange ? "\(.forUpdate)" : ""
        return try session.row("SELECT \(columns) FROM webhook WHERE id = \(id) \(lock)").map { try Webhook($0) }
    }

    /// Writes a webhook that is held, and what it is told from now on.
    static func update(_ webhook: Webhook, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE webhook SET url = \(webhook.url), description = \(webhook.description), types = \(webhook.typeList),
                is_on = \(webhook.isOn), off_reason = \(webhook.offReason), failing_since = \(webhook.failingSince),
                updated_at = \(webhook.updatedAt), version = \(webhook.version)
            WHERE id = \(webhook.id)
            """)
        try follow(webhook, in: session)
        if !webhook.isOn {
            // Nothing goes to one that is off: what waits can be replayed when it is on again.
            try session.run(
                "UPDATE webhook_delivery SET state = 'dead' WHERE webhook_id = \(webhook.id) AND state = 'waiting'")
        }
    }

    /// Has told what the webhook wants, as long as it is on.
    static func follow(_ webhook: Webhook, in session: any SQLSession) throws {
        try session.run("DELETE FROM happening_follower WHERE follower_id = \(webhook.id)")
        guard webhook.isOn else { return }
        let types = webhook.kinds.isEmpty ? [Happening.everything] : webhook.kinds.map(\.rawValue)
        try session.insert(
            types.map { "(\($0), \(webhook.id))" as SQL }, into: "happening_follower (type, follower_id)")
    }
}

extension Webhook {
    init(_ row: Row) throws {
        id = try row.get("id")
        url = try row.get("url")
        description = try row.get("description")
        // A kind that a later release had and this one has not is passed over.
        kinds = try row.get("types", as: String.self).split(separator: " ")
            .compactMap { Happening.Kind(rawValue: String($0)) }
        isOn = try row.get("is_on")
        offReason = try row.optional("off_reason")
        failingSince = try row.optional("failing_since")
        createdBy = try row.get("created_by")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }

    var typeList: String { kinds.map(\.rawValue).joined(separator: " ") }
}
