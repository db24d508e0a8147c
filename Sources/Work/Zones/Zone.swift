package import Core
import Foundation

/// A time zone of the IANA database, with its rules.
package struct Zone: Sendable, Hashable {
    /// Such as `America/New_York`.
    package let name: String
    private let rules: TimeZone

    /// The zone of that name, spelt as the database spells it; `nil` where there is none.
    ///
    /// Abbreviations (`EST`) and bare offsets (`GMT+5`) are refused: they do not know when the clocks change.
    package init?(_ name: String) {
        guard name == "UTC" || name.contains("/"), name.utf8.count <= 64, let rules = TimeZone(identifier: name) else {
            return nil
        }
        self.name = name
        self.rules = rules
    }

    private init(_ name: String, _ rules: TimeZone) {
        self.name = name
        self.rules = rules
    }

    /// Where nothing else is said.
    package static let standard = Zone("America/New_York", TimeZone(identifier: "America/New_York") ?? .gmt)

    /// How far its clocks are ahead of UTC at that moment.
    package func offset(at moment: Timestamp) -> Duration { .seconds(seconds(at: moment)) }

    private func seconds(at moment: Timestamp) -> Int {
        rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.seconds)))
    }

    /// Whether its clocks are on summer time at that moment.
    package func isSummer(at moment: Timestamp) -> Bool {
        rules.isDaylightSavingTime(for: Date(timeIntervalSince1970: Double(moment.seconds)))
    }

    /// What its clocks show at that moment, without the seconds.
    package func local(_ moment: Timestamp) -> LocalTime {
        let seconds = moment.seconds + Int64(seconds(at: moment))
        return LocalTime(minutes: seconds >= 0 ? seconds / 60 : (seconds - 59) / 60)
    }

    /// The day that it is there at that moment.
    package func day(_ moment: Timestamp) -> CalendarDay { local(moment).day }

    /// The moment at which its clocks show `local`.
    ///
    /// A time that they show twice, because they are set back, is the first. A time that they skip, because they are set forward, is that much later:
    /// half past two on the night on which two becomes three is half past three.
    package func moment(_ local: LocalTime) -> Timestamp {
        let wall = local.minutes * 60
        func moment(_ offset: Int) -> Timestamp { Timestamp(seconds: wall - Int64(offset)) }
        // No zone is more than a day from UTC, nor changes its clocks twice within two days.
        let before = seconds(at: Timestamp(seconds: wall - 86_400))
        let after = seconds(at: Timestamp(seconds: wall + 86_400))
        if seconds(at: moment(before)) == before { return moment(before) }
        if seconds(at: moment(after)) == after { return moment(after) }
        return moment(before)
    }

    /// The moments from the beginning of a day up to, and without, the beginning of the next.
    package func moments(of day: CalendarDay) -> Range<Timestamp> {
        moment(LocalTime(day))..<moment(LocalTime(day.adding(1)))
    }

    /// The moments within `range` at which its clocks are changed.
    package func changes(in range: Range<Timestamp>) -> [Timestamp] {
        var found: [Timestamp] = []
        var (here, end) = (range.lowerBound.seconds, range.upperBound.seconds)
        let week: Int64 = 7 * 86_400
        while here < end {
            var (low, high) = (here, min(here + week, end))
            let offset = seconds(at: Timestamp(seconds: low))
            here = high
            guard seconds(at: Timestamp(seconds: high)) != offset else { continue }
            while high - low > 1 {
                let middle = (low + high) / 2
                if seconds(at: Timestamp(seconds: middle)) == offset { low = middle } else { high = middle }
            }
            found.append(Timestamp(seconds: high))
            // A second change may follow within the week.
            here = high
        }
        return found
    }
}
