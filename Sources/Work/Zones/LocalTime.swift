import Core
package import Storage

/// What a clock on the wall shows: a day and a time, and nothing about where the wall is. Nine in the morning stays nine in the morning when the
/// clocks are changed.
package struct LocalTime: Sendable, Hashable, Comparable {
    /// Minutes since 1970-01-01T00:00 on that wall.
    package let minutes: Int64

    /// The time so many minutes after 1970-01-01T00:00.
    package init(minutes: Int64) { self.minutes = minutes }

    /// That minute of a day.
    package init(_ day: CalendarDay, minute: Int = 0) { minutes = Int64(day.number) * 1440 + Int64(minute) }

    /// Reads `2026-01-31T09:05`, also with seconds of zero; `nil` for anything else, an offset or a `Z` included: where it is belongs to the zone.
    package init?(_ text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = CalendarDay(String(parts[0])) else { return nil }
        let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 2 || clock.count == 3 && clock[2] == "00",
            clock.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(clock[0]), let minute = Int(clock[1]), hour < 24, minute < 60
        else { return nil }
        self.init(day, minute: hour * 60 + minute)
    }

    /// The day.
    package var day: CalendarDay {
        CalendarDay(number: Int(minutes >= 0 ? minutes / 1440 : (minutes - 1439) / 1440))
    }

    /// Minutes since midnight.
    package var minuteOfDay: Int { Int(minutes - Int64(day.number) * 1440) }

    /// `2026-01-31T09:05`.
    package var text: String { "\(day.text)T\(clock)" }

    /// `09:05`.
    package var clock: String {
        func pair(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(pair(minuteOfDay / 60)):\(pair(minuteOfDay % 60))"
    }

    /// Earlier on the same wall.
    package static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }
}

extension LocalTime: SQLConvertible {
    package var sqlValue: SQLValue { .integer(minutes) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(minutes: value)
    }
}

extension LocalTime {
    /// `Monday, 9 March 2026, 09:00 (America/New_York)`: for a mail.
    package func sentence(in zone: Zone) -> String {
        let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let date = day.date
        let weekday = days[((day.number % 7) + 7) % 7]
        return "\(weekday), \(date.day) \(months[date.month - 1]) \(date.year ?? 0), \(clock) (\(zone.name))"
    }
}
