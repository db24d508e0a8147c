package import Core
import Storage

/// When something is due.
package enum TaskDue: Sendable, Hashable {
    case never
    /// On a day, for everybody and everywhere that day: it has no time and no zone, so nothing can move it.
    case day(CalendarDay)
    /// At a time on the wall of a zone, which it keeps when the clocks are changed.
    case time(LocalTime, Zone)

    /// The day on which it is due, where it is due.
    package var day: CalendarDay? {
        switch self {
        case .never: return nil
        case .day(let day): return day
        case .time(let time, _): return time.day
        }
    }

    /// The moment, where it has one.
    package var moment: Timestamp? {
        guard case .time(let time, let zone) = self else { return nil }
        return zone.moment(time)
    }

    /// What lists are ordered by: milliseconds of the calendar, whatever the zone. A day comes before the times of that day, and what is never due
    /// comes last.
    var order: Int64 {
        switch self {
        case .never: return Self.last
        case .day(let day): return Int64(day.number) * Self.dayLength
        case .time(let time, _): return time.minutes * 60_000 + 1
        }
    }

    static let dayLength: Int64 = 86_400_000
    private static let last: Int64 = 9_000_000_000_000_000

    /// The same time of the day on another day.
    func on(_ day: CalendarDay) -> TaskDue {
        switch self {
        case .never: return .never
        case .day: return .day(day)
        case .time(let time, let zone): return .time(LocalTime(day, minute: time.minuteOfDay), zone)
        }
    }
}

/// A moment and a day by which something is judged: whether it is late, and whether it is today's.
package struct TaskClock: Sendable, Hashable {
    package let now: Timestamp
    /// The zone of whoever looks.
    package let zone: Zone
    /// The day that it is for them.
    package let today: CalendarDay

    /// Somebody in `zone` looks at `now`.
    package init(now: Timestamp, zone: Zone) {
        self.now = now
        self.zone = zone
        today = zone.day(now)
    }

    /// Whether it is late: its moment is over, or its day is for whoever looks.
    package func isOver(_ due: TaskDue) -> Bool {
        switch due {
        case .never: return false
        case .day(let day): return day < today
        case .time: return due.moment.map { $0 < now } ?? false
        }
    }

    /// No clock is further from UTC than this.
    static let farthest: Int64 = 15 * 3_600_000

    /// Holds for the tasks that are late. The first part finds them along an index of ``TaskDue/order``, the second is exact.
    var isLate: SQL {
        let end = max(Int64(today.number) * TaskDue.dayLength, now.milliseconds + Self.farthest)
        return "task.due_order < \(end) AND (task.due_day < \(today) OR task.due_at < \(now))"
    }

    /// Holds for the tasks that are due on the day of whoever looks, from `start` on where they have a time.
    func isToday(from start: Timestamp? = nil) -> SQL {
        let day = zone.moments(of: today)
        let (first, last) = (start ?? day.lowerBound, day.upperBound)
        let begin = min(Int64(today.number) * TaskDue.dayLength, first.milliseconds - Self.farthest)
        let end = max(Int64(today.number) * TaskDue.dayLength + 1, last.milliseconds + Self.farthest)
        return """
            task.due_order >= \(begin) AND task.due_order < \(end)
                AND (task.due_day = \(today) OR (task.due_at >= \(first) AND task.due_at < \(last)))
            """
    }
}
