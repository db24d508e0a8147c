import Core

/// How much of one kind lies in the outbox.
package struct OutboxDepth: Sendable, Hashable {
    /// Should have been tried by now.
    package var due = 0
    /// Was tried, failed, and waits for its next try.
    package var later = 0
    /// Given up; `gatehouse outbox retry` tries it again.
    package var dead = 0
    /// How long the oldest of those that are due has been; zero when none is.
    package var delay = Duration.zero

    /// Nothing.
    package init() {}
}

extension Outbox {
    /// What lies in the outbox, by kind; a kind of which nothing does is not there. Costs one statement over the items that are not
    /// settled well: those that were sent are not looked at.
    package func depths() async throws -> [String: OutboxDepth] {
        let now = world.now()
        let rows = try await database.rows(
            """
            SELECT kind, CASE WHEN due_at <= \(now) THEN 1 ELSE 0 END AS is_due, 0 AS is_dead, COUNT(*) AS items,
                MIN(due_at) AS oldest
            FROM outbox WHERE state = 'waiting' GROUP BY 1, 2
            UNION ALL
            SELECT kind, 0 AS is_due, 1 AS is_dead, COUNT(*) AS items, MIN(due_at) AS oldest
            FROM outbox WHERE state = 'dead' GROUP BY kind
            """)
        return try rows.reduce(into: [:]) { depths, row in
            let items: Int = try row.get("items")
            var depth = depths[try row.get("kind")] ?? OutboxDepth()
            let (isDue, isDead): (Int, Int) = (try row.get("is_due"), try row.get("is_dead"))
            switch (isDue == 1, isDead == 1) {
            case (_, true): depth.dead = items
            case (true, false):
                depth.due = items
                depth.delay = max(.zero, now - (try row.get("oldest", as: Timestamp.self)))
            case (false, false): depth.later = items
            }
            depths[try row.get("kind")] = depth
        }
    }
}
