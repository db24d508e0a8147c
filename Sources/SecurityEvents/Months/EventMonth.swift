import Core
import Storage

/// A calendar month in UTC, and the identities that its events have: the first 48 bits of an identity are its moment (UUID version 7).
struct EventMonth: Sendable, Hashable {
    let start: Timestamp

    /// The month that `moment` lies in.
    init(of moment: Timestamp) {
        start = Timestamp(iso8601: moment.iso8601.prefix(7) + "-01") ?? moment
    }

    var next: EventMonth { EventMonth(of: start + .days(32)) }

    /// Not above any identity of the month, and above every earlier one.
    var lowest: EventID { EventID(high: UInt64(clamping: start.milliseconds) << 16, low: 0) }

    /// The name of its part: `security_event_2026_01`.
    var partName: String {
        "security_event_" + String(start.iso8601.prefix(7).map { $0 == "-" ? "_" : $0 })
    }

    /// This month and the `count` after it.
    func andNext(_ count: Int) -> [EventMonth] {
        var months = [self]
        for _ in 0..<count { months.append((months.last ?? self).next) }
        return months
    }
}

/// A part of `security_event` as PostgreSQL has it: the events from `lowest` up to, and without, `past`.
struct EventPart: Sendable, Hashable {
    let name: String
    let lowest: EventID
    let past: EventID

    /// All parts, the oldest first. PostgreSQL alone.
    static let query: SQL = "SELECT name, lowest, past FROM security_event_part ORDER BY past"

    init(_ row: Row) throws {
        name = try row.get("name")
        lowest = try row.get("lowest")
        past = try row.get("past")
    }

    /// The events of it, as a condition on the column `id`.
    func holds(_ id: SQL) -> SQL { "\(id) >= \(lowest) AND \(id) < \(past)" }

    /// Whether an event of `month` may lie in it.
    func covers(_ month: EventMonth) -> Bool { lowest < month.next.lowest && month.lowest < past }
}
