package import Core

/// At which hours of the day (UTC) a person signs in: 24 small counts that follow them as their habits change.
package struct HourHistogram: Sendable, Hashable {
    /// With fewer sign-ins than these nothing is usual, so nothing is unusual.
    package static let historyNeeded = 20
    /// At so many the counts are halved: what is long ago counts less and less.
    private static let most = 200

    private var counts: [UInt8]

    /// No history.
    package init() { counts = [UInt8](repeating: 0, count: 24) }

    /// The histogram as it was stored; empty when the bytes are none.
    init(stored: [UInt8]) {
        counts = stored
        if counts.count != 24 { self = HourHistogram() }
    }

    /// 24 bytes.
    var stored: [UInt8] { counts }

    /// How many sign-ins it remembers, at most 200.
    package var total: Int { counts.reduce(0) { $0 + Int($1) } }

    /// Counts a sign-in.
    package mutating func count(_ moment: Timestamp) {
        let hour = Self.hour(moment)
        counts[hour] = counts[hour].addingReportingOverflow(1).overflow ? .max : counts[hour] + 1
        if total >= Self.most { counts = counts.map { $0 / 2 } }
    }

    /// Whether fewer than one sign-in in fifty came in this hour, the one before or the one after. The day is a circle.
    package func isUnusual(_ moment: Timestamp) -> Bool {
        let total = total
        guard total >= Self.historyNeeded else { return false }
        let hour = Self.hour(moment)
        let near = [hour + 23, hour, hour + 1].reduce(0) { $0 + Int(counts[$1 % 24]) }
        return near * 50 < total
    }

    /// 0 to 23, before 1970 too.
    private static func hour(_ moment: Timestamp) -> Int {
        let hours = moment.milliseconds / 3_600_000 - (moment.milliseconds % 3_600_000 < 0 ? 1 : 0)
        return Int((hours % 24 + 24) % 24)
    }
}
