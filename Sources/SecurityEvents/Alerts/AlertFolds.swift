package import Core
package import Storage

/// Keeps a storm of events from becoming a storm of alerts: the first is told at once, what follows within the window is
/// counted, and the count is told when the window ends.
///
/// Each person has a window of their own for each type: else a thief could hide a theft behind lockouts that they cause
/// themselves. So that a storm over many persons folds too, at most five windows of a type are open at once; what comes on
/// top is counted in one that all share.
package struct AlertFolds: Sendable {
    /// How long alerts are folded after one was told, unless the operator says otherwise.
    package static let standardWindow: Duration = .minutes(15)
    private static let mostWindows = 5
    private static let shared = "*"

    /// What a window counted, to be told as one.
    package struct Digest: Sendable, Hashable {
        /// The stored name of the type.
        package let type: String
        /// Tells this digest from any other, at every try.
        package let cause: String
        package let count: Int
        package let lastEvent: EventID
    }

    private let window: Duration

    /// `window` is `ALERT_DIGEST_MINUTES`; without one each event is told by itself.
    package init(window: Duration = standardWindow) {
        self.window = window
    }

    /// Takes the lock of those who work on alerts, waiting for another node that has it, and keeps it until the transaction behind `sql` ends.
    /// To be called before everything else here.
    package func takeTurn(at now: Timestamp, in sql: any SQLSession) throws {
        try sql.run("UPDATE alert_turn SET taken_at = \(now) WHERE id = 1")
    }

    /// Whether `event` is to be told at once; if not, it is counted.
    package func isToldAtOnce(
        _ event: RecordedEvent, under rule: AlertRule, at now: Timestamp, in sql: any SQLSession
    ) throws -> Bool {
        if event.severity != .critical, let end = rule.quietHours?.end(around: now) {
            try count(event, as: Self.shared, until: end, in: sql)
            return false
        }
        guard window > .zero else { return true }
        let subject = event.userID?.description ?? ""
        let isOpen =
            try sql.row(
                """
                SELECT type FROM alert_fold
                WHERE type = \(event.type) AND subject = \(subject) AND ends_at > \(now)
                """) != nil
        if isOpen {
            try count(event, as: subject, until: now + window, in: sql)
            return false
        }
        let windows: Int64 =
            try sql.row(
                """
                SELECT COUNT(*) AS n FROM alert_fold
                WHERE type = \(event.type) AND subject <> \(Self.shared) AND ends_at > \(now)
                """
            )?.get("n") ?? 0
        if windows >= Self.mostWindows {
            try count(event, as: Self.shared, until: now + window, in: sql)
            return false
        }
        try sql.run("DELETE FROM alert_fold WHERE type = \(event.type) AND subject = \(subject)")
        try sql.run(
            """
            INSERT INTO alert_fold (type, subject, ends_at, folded, last_event)
            VALUES (\(event.type), \(subject), \(now + window), 0, \(event.id))
            """)
        return true
    }

    /// Closes the windows that have ended, and returns what they counted.
    package func digests(at now: Timestamp, in sql: any SQLSession) throws -> [Digest] {
        try sql.rows(
            "DELETE FROM alert_fold WHERE ends_at <= \(now) RETURNING type, subject, ends_at, folded, last_event"
        ).compactMap { row in
            let count: Int = try row.get("folded")
            guard count > 0 else { return nil }
            let subject: String = try row.get("subject")
            let end: Timestamp = try row.get("ends_at")
            let type: String = try row.get("type")
            return Digest(
                type: type, cause: "digest:\(type):\(subject):\(end.milliseconds)", count: count,
                lastEvent: try row.get("last_event"))
        }
    }

    /// Whether there is a window to close.
    package static func hasDue(at now: Timestamp, in database: any Database) async throws -> Bool {
        try await !database.rows("SELECT type FROM alert_fold WHERE ends_at <= \(now) LIMIT 1").isEmpty
    }

    private func count(_ event: RecordedEvent, as subject: String, until end: Timestamp, in sql: any SQLSession) throws
    {
        try sql.run(
            """
            INSERT INTO alert_fold (type, subject, ends_at, folded, last_event)
            VALUES (\(event.type), \(subject), \(end), 1, \(event.id))
            ON CONFLICT (type, subject) DO UPDATE
            SET folded = alert_fold.folded + 1, last_event = excluded.last_event
            """)
    }
}
