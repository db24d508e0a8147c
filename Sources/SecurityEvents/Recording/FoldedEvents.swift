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
        var written = try await writeOfEverybody()
        while true {
            let (found, folded) = try await writeOfSources()
            written += folded
            if found < Self.batch { return written }
        }
    }

    /// One event for each type whose budget of all sources was overdrawn, whichever shares of it were.
    private func writeOfEverybody() async throws -> Int {
        let (recorder, world) = (recorder, world)
        return try await database.transaction { sql in
            let rows = try sql.rows(
                """
                SELECT \(Folded.columns) FROM security_event_budget
                WHERE ends_at <= \(world.now()) AND source LIKE \(EventBudget.everybodyMark + "%")
                ORDER BY ends_at, source, type \(.forUpdate)
                """)
            var sums: [Folded.Subject: Folded] = [:]
            for row in rows {
                let folded = try Folded(row)
                guard try folded.take(in: sql) else { continue }
                sums[folded.subject, default: folded.emptied].add(folded)
            }
            let events = sums.values.sorted { $0.subject < $1.subject }
                .compactMap { $0.event(from: nil, "more of all sources than are written one by one", in: world) }
            for event in events { try recorder.recordUncounted(event, in: sql) }
            return events.count
        }
    }

    /// One event for each source and type, of a batch of budgets; how many budgets there were, and how many of them were overdrawn.
    private func writeOfSources() async throws -> (found: Int, written: Int) {
        let (recorder, world) = (recorder, world)
        return try await database.transaction { sql in
            let rows = try sql.rows(
                """
                SELECT \(Folded.columns) FROM security_event_budget
                WHERE ends_at <= \(world.now()) AND source NOT LIKE \(EventBudget.everybodyMark + "%")
                ORDER BY ends_at, source, type LIMIT \(Self.batch) \(.forUpdate)
                """)
            var written = 0
            for row in rows {
                let folded = try Folded(row)
                guard try folded.take(in: sql),
                    let event = folded.event(
                        from: IPAddress(folded.source), "more of one source than are written one by one", in: world)
                else { continue }
                try recorder.recordUncounted(event, in: sql)
                written += 1
            }
            return (rows.count, written)
        }
    }
}

/// What was counted in a budget, or in several of one type and while.
private struct Folded {
    static let columns: SQL = "ends_at, source, type, folded, first_folded_at, last_folded_at"

    /// What several budgets are told of together.
    struct Subject: Hashable, Comparable {
        let endsAt: Timestamp
        let type: String

        static func < (left: Self, right: Self) -> Bool { (left.endsAt, left.type) < (right.endsAt, right.type) }
    }

    let subject: Subject
    let source: String
    private var count: Int64
    private var first: Timestamp?
    private var last: Timestamp?

    init(_ row: Row) throws {
        subject = Subject(endsAt: try row.get("ends_at"), type: try row.get("type"))
        source = try row.get("source")
        count = try row.get("folded")
        first = try row.optional("first_folded_at")
        last = try row.optional("last_folded_at")
    }

    /// The same with nothing in it.
    var emptied: Folded {
        var folded = self
        (folded.count, folded.first, folded.last) = (0, nil, nil)
        return folded
    }

    mutating func add(_ other: Folded) {
        count += other.count
        first = [first, other.first].compactMap(\.self).min()
        last = [last, other.last].compactMap(\.self).max()
    }

    /// Takes the row out of the table; `false` when another node has.
    func take(in sql: any SQLSession) throws -> Bool {
        try sql.changes(
            """
            DELETE FROM security_event_budget
            WHERE ends_at = \(subject.endsAt) AND source = \(source) AND type = \(subject.type)
            """) == 1
    }

    /// The event that tells of it; `nil` when nothing was folded.
    func event(from ip: IPAddress?, _ reason: String, in world: World) -> Event? {
        guard count > 0, let type = EventType(rawValue: subject.type) else { return nil }
        return Event(
            type, in: world, from: RequestSource(ip: ip, userAgent: "", requestID: "folded"),
            detail: [
                "count": String(count), "first": first?.iso8601 ?? "", "last": last?.iso8601 ?? "", "reason": reason,
            ])
    }
}
