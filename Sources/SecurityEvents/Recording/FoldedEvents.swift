package import Core
package import Storage

/// Turns what was counted past a budget into events.
package struct FoldedEvents: Sendable {
    private static let batch = 200

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder

    package init(database: any Database, world: World, recorder: EventRecorder) {
        self.database = database
        self.world = world
        self.recorder = recorder
    }

    /// Writes one event for each budget that has ended and was overdrawn; how many those are. Of several nodes one writes it.
    @discardableResult package func write() async throws -> Int {
        let (recorder, world) = (recorder, world)
        var written = 0
        while true {
            let (found, folded) = try await database.transaction { sql in
                let rows = try sql.rows(
                    """
                    SELECT ends_at, source, type, folded, first_folded_at, last_folded_at FROM security_event_budget
                    WHERE ends_at <= \(world.now()) ORDER BY ends_at, source, type LIMIT \(Self.batch) \(.forUpdate)
                    """)
                var folded = 0
                for row in rows {
                    let (endsAt, source, type): (Timestamp, String, String) = (
                        try row.get("ends_at"), try row.get("source"), try row.get("type")
                    )
                    let deleted = try sql.run(
                        """
                        DELETE FROM security_event_budget
                        WHERE ends_at = \(endsAt) AND source = \(source) AND type = \(type)
                        """)
                    guard deleted == 1, let event = try Self.event(row, in: world) else { continue }
                    try recorder.recordUncounted(event, in: sql)
                    folded += 1
                }
                return (rows.count, folded)
            }
            written += folded
            if found < Self.batch { return written }
        }
    }

    private static func event(_ row: Row, in world: World) throws -> Event? {
        let (count, source): (Int64, String) = (try row.get("folded"), try row.get("source"))
        guard count > 0, let type = EventType(rawValue: try row.get("type")) else { return nil }
        let first: Timestamp? = try row.optional("first_folded_at")
        let last: Timestamp? = try row.optional("last_folded_at")
        return Event(
            type, in: world, from: RequestSource(ip: IPAddress(source), userAgent: "", requestID: "folded"),
            detail: [
                "count": String(count), "first": first?.iso8601 ?? "", "last": last?.iso8601 ?? "",
                "reason": "more of one source than are written one by one",
            ])
    }
}
