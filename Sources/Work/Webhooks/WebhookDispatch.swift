import CRM
package import Core
package import Storage

/// Makes of each happening a message to each webhook that wants it.
///
/// All of it happens in one transaction: a happening is passed on to everybody or still waits, whenever the process dies. Of several nodes each
/// takes others.
package struct WebhookDispatch: Sendable {
    private static let batch = 50

    private let database: any Database
    private let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// Passes on what waits, and returns how many happenings that were.
    package func dispatchDue() async throws -> Int {
        guard try await !database.rows("SELECT id FROM happening LIMIT 1").isEmpty else { return 0 }
        let world = world
        return try await database.transaction { session in
            let now = world.now()
            let told = try session.rows(
                """
                DELETE FROM happening WHERE id IN (SELECT id FROM happening ORDER BY id LIMIT \(Self.batch))
                RETURNING id, type, at, data
                """
            ).map { try WebhookDelivery.Told($0) }.sorted { $0.id < $1.id }
            var followers: [String: [WebhookID]] = [:]
            for row in try session.rows("SELECT type, follower_id FROM happening_follower") {
                followers[try row.get("type"), default: []].append(try row.get("follower_id"))
            }
            for one in told {
                let wanting = (followers[one.type] ?? []) + (followers[Happening.everything] ?? [])
                for webhook in wanting {
                    let delivery = WebhookDelivery(
                        one, to: webhook, id: world.identifier(), outboxID: world.identifier(), at: now)
                    try Self.write(delivery, at: now, in: session)
                }
            }
            return told.count
        }
    }

    private static func write(_ delivery: WebhookDelivery, at now: Timestamp, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO webhook_delivery (id, webhook_id, message_id, type, body, state, outbox_id, attempts, created_at)
            VALUES (\(delivery.id), \(delivery.webhookID), \(delivery.messageID), \(delivery.type), \(delivery.body),
                'waiting', \(delivery.outboxID), 0, \(now))
            """)
        try delivery.post(at: now, in: session)
    }
}
