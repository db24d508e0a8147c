package import Core

/// When an appointment is.
package enum AppointmentTime: Sendable, Hashable {
    /// On whole days, for everybody and everywhere these days; from the first to the last.
    case days(CalendarDay, CalendarDay)
    /// Between two times on the wall of a zone.
    case times(LocalTime, LocalTime, Zone)

    /// The longest appointment, in days.
    static let longest = 31

    /// Why an appointment cannot be then.
    enum Flaw {
        case endsBeforeItBegins
        case tooLong
    }

    /// What is wrong with it; `nil` when nothing is.
    var flaw: Flaw? {
        switch self {
        case .days(let first, let last):
            if last < first { return .endsBeforeItBegins }
            return last.number - first.number >= Self.longest ? .tooLong : nil
        case .times(let start, let end, let zone):
            // The moments decide: in the hour that the clocks skip, a later time can be an earlier moment.
            let (begins, ends) = (zone.moment(start), zone.moment(end))
            if ends < begins { return .endsBeforeItBegins }
            return ends - begins > .days(Self.longest) ? .tooLong : nil
        }
    }

    /// The moments, where it has such.
    package var moments: (start: Timestamp, end: Timestamp)? {
        guard case .times(let start, let end, let zone) = self else { return nil }
        return (zone.moment(start), zone.moment(end))
    }

    /// The moment at which a timeline shows it. Noon UTC of a day is that day nearly everywhere.
    var shownAt: Timestamp {
        switch self {
        case .days(let first, _): return Timestamp(milliseconds: Int64(first.number) * 86_400_000) + .hours(12)
        case .times(let start, _, let zone): return zone.moment(start)
        }
    }

    /// Beginning and end in milliseconds of the calendar, whatever the zone: what lists are ordered by.
    var order: (start: Int64, end: Int64) {
        switch self {
        case .days(let first, let last):
            return (Int64(first.number) * 86_400_000, Int64(last.number + 1) * 86_400_000)
        case .times(let start, let end, _): return (start.minutes * 60_000, end.minutes * 60_000)
        }
    }
}
