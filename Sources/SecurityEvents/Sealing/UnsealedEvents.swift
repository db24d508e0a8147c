import Core
package import Storage

/// What waits for its seal: a row for each event, written with it and taken out when it is sealed.
package enum UnsealedEvents {
    /// The events of one statement. Always as many, the last one repeated, so that there are few statements to prepare.
    private static let chunks = (few: 16, many: 200)

    /// Asks for the first that waits from `bound` on: what every round of the ``Sealer`` begins with.
    package static func first(from bound: EventID) -> SQL {
        "SELECT event_id FROM security_unsealed WHERE event_id >= \(bound) ORDER BY event_id LIMIT 1"
    }

    /// The first `limit` that wait from `bound` on, in the order of their identities; and those that a node of an older release has sealed,
    /// which does not know of the list.
    static func next(
        _ limit: Int, from bound: EventID, in sql: any SQLSession
    ) throws -> (waiting: [EventID], sealed: [EventID]) {
        // A subquery that gives a value and not EXISTS: PostgreSQL might read all seals to answer that.
        let rows = try sql.rows(
            """
            SELECT u.event_id, (SELECT s.sequence FROM security_seal s WHERE s.event_id = u.event_id) AS sequence
            FROM security_unsealed u WHERE u.event_id >= \(bound) ORDER BY u.event_id LIMIT \(limit)
            """)
        var (waiting, sealed): ([EventID], [EventID]) = ([], [])
        for row in rows {
            let event: EventID = try row.get("event_id")
            if try row.optional("sequence", as: Int64.self) == nil {
                waiting.append(event)
            } else {
                sealed.append(event)
            }
        }
        return (waiting, sealed)
    }

    /// The rows of `events`, which are in the order of their identities; without those that are not there any more.
    static func rows(of events: [EventID], in sql: any SQLSession) throws -> [Row] {
        guard !events.isEmpty else { return [] }
        let statements = lists(events).map { list in
            "SELECT \(EventCanon.columns) FROM security_event e WHERE e.id IN (\(list)) ORDER BY e.id" as SQL
        }
        return try sql.answers(to: statements).flatMap(\.self)
    }

    /// Takes `events` off the list.
    static func remove(_ events: [EventID], in sql: any SQLSession) throws {
        for list in lists(events) { try sql.run("DELETE FROM security_unsealed WHERE event_id IN (\(list))") }
    }

    private static func lists(_ events: [EventID]) -> [SQL] {
        let size = events.count <= chunks.few ? chunks.few : chunks.many
        return stride(from: 0, to: events.count, by: size).map { start in
            let chunk = events[start..<min(start + size, events.count)]
            let rest = Array(repeating: events[chunk.endIndex - 1], count: size - chunk.count)
            return (chunk + rest).map { "\($0)" as SQL }.joined(separator: ", ")
        }
    }
}
