package import Core
import SecurityEvents
import Storage

/// Notices an export that takes more than it should: a colleague who is about to leave, or somebody with a colleague's
/// session, takes everything at once or in slices.
package struct LargeExport: Sendable, Hashable {
    /// An export of so many clients is large, alone or together with those of the 24 hours before: `LARGE_EXPORT_THRESHOLD`.
    package var threshold: Int
    /// So many times what is usual for a person is large.
    private static let factor = 3
    /// With fewer days of exporting nothing is usual.
    private static let daysNeeded = 3
    /// Fewer clients than these are never large for being unusual: who takes two clients a week may take seven.
    private static let fewest = 20
    private static let day: Duration = .hours(24)
    private static let memory: Duration = .days(90)

    package init(threshold: Int = 500) {
        self.threshold = threshold
    }

    /// An export of before.
    package struct Earlier: Sendable, Hashable {
        package let at: Timestamp
        package let rows: Int

        package init(at: Timestamp, rows: Int) {
            self.at = at
            self.rows = rows
        }
    }

    /// Why an export is a large one.
    package enum Reason: String, Sendable, CaseIterable {
        /// It has reached the threshold.
        case threshold
        /// It has gone past three times the person's usual in a day.
        case unusual
    }

    /// Whether an export of `rows` at `now` is large, given what the person exported before.
    ///
    /// What is spread over a day counts together, and is told when it crosses the limit: not again for every further export
    /// of that day, unless that one is large by itself.
    package func reason(rows: Int, at now: Timestamp, after earlier: [Earlier]) -> Reason? {
        let recent = earlier.filter { $0.at + Self.day > now && $0.at <= now }.reduce(0) { $0 + $1.rows }
        let total = recent + rows
        if rows >= threshold || (recent < threshold && total >= threshold) { return .threshold }
        guard let usual = Self.usual(earlier, at: now), total >= Self.fewest else { return nil }
        let limit = Double(Self.factor) * usual
        return Double(total) > limit && (Double(recent) <= limit || recent < Self.fewest) ? .unusual : nil
    }

    /// What the person exports on a day on which they export, on average; `nil` without enough of a history. The last 24
    /// hours do not count as usual.
    private static func usual(_ earlier: [Earlier], at now: Timestamp) -> Double? {
        var days: [Int64: Int] = [:]
        for export in earlier where export.at + day <= now && export.at + memory > now {
            days[(now - export.at).milliseconds / day.milliseconds, default: 0] += export.rows
        }
        guard days.count >= daysNeeded else { return nil }
        return Double(days.values.reduce(0, +)) / Double(days.count)
    }

    /// The exports of a person that the log tells of, at most the last 500.
    func earlier(of account: AccountID, at now: Timestamp, in sql: any SQLSession) throws -> [Earlier] {
        try sql.rows(
            """
            SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail FROM security_event
            WHERE user_id = \(account) AND type = \(EventType.dataExported.rawValue) AND at > \(now - Self.memory)
            ORDER BY id DESC LIMIT 500
            """
        ).compactMap { row in
            let event = try RecordedEvent(row)
            return event.detail["rows"].flatMap { Int($0) }.map { Earlier(at: event.at, rows: max(0, $0)) }
        }
    }
}
