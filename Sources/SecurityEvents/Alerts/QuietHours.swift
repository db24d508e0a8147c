package import Core
import Foundation

/// A time of day in which nobody is to be disturbed, as the clocks of a time zone show it.
package struct QuietHours: Sendable, Hashable {
    /// Minutes after midnight.
    package let from: Int
    /// Minutes after midnight; before `from` when the quiet lasts over midnight.
    package let to: Int
    /// A name of the IANA database, such as `Europe/Berlin`.
    package let zone: String

    /// `nil` for a time that no clock shows, an unknown zone, and for none at all (`from` equal to `to`).
    package init?(from: Int, to: Int, zone: String) {
        guard (0..<1440).contains(from), (0..<1440).contains(to), from != to, zone.utf8.count <= 64,
            TimeZone(identifier: zone) != nil
        else { return nil }
        self.from = from
        self.to = to
        self.zone = zone
    }

    /// Reads times such as `22:00`.
    package init?(from: String, to: String, zone: String) {
        guard let from = Self.minutes(from), let to = Self.minutes(to) else { return nil }
        self.init(from: from, to: to, zone: zone)
    }

    /// When the quiet ends in which `moment` lies; `nil` when it lies in none. A change of the clocks within the quiet moves
    /// its end by an hour, once.
    package func end(around moment: Timestamp) -> Timestamp? {
        guard let zone = TimeZone(identifier: zone) else { return nil }
        let date = Date(timeIntervalSince1970: Double(moment.seconds))
        let local = moment.seconds + Int64(zone.secondsFromGMT(for: date))
        let minute = Int((local % 86_400 + 86_400) % 86_400) / 60
        let isQuiet = from < to ? (from..<to).contains(minute) : minute >= from || minute < to
        guard isQuiet else { return nil }
        let left = (to - minute + 1440) % 1440
        return moment + .seconds(left * 60 - Int(local % 60 + 60) % 60)
    }

    /// `22:00`.
    package static func text(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hours = parts.first.flatMap({ Int($0) }), let minutes = parts.last.flatMap({ Int($0) }), hours < 24,
            minutes < 60
        else { return nil }
        return hours * 60 + minutes
    }
}
