import Core
package import Storage

extension EventLog {
    /// The event that an alert tells of, in the transaction behind `sql`.
    package static func event(_ id: EventID, in sql: any SQLSession) throws -> RecordedEvent? {
        try sql.row(
            """
            SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail
            FROM security_event WHERE id = \(id)
            """
        ).map(RecordedEvent.init)
    }

    /// Whether there were as many events of the type of `event`, up to it, as `threshold` says. Reads at most that many.
    package static func reaches(
        _ threshold: AlertThreshold, _ event: RecordedEvent, in sql: any SQLSession
    ) throws -> Bool {
        let earliest = EventID(at: event.at - .minutes(threshold.minutes), random: [])
        // Those of the same millisecond are in no order.
        let end = EventID(at: event.at + .milliseconds(1), random: [])
        return try sql.rows(
            """
            SELECT id FROM security_event WHERE type = \(event.type) AND id > \(earliest) AND id < \(end)
            ORDER BY id DESC LIMIT \(threshold.count)
            """
        ).count >= threshold.count
    }
}
