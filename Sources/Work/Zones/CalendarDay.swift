package import Core
package import Storage

/// A day of the calendar, without a time and without a zone: what is due on 31 January is due on 31 January for whoever looks, wherever they are.
package struct CalendarDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    package let number: Int

    /// The day so many days after 1970-01-01.
    package init(number: Int) { self.number = number }

    /// The days that somebody may plan for.
    package static let plannable = CalendarDay(year: 2000)...CalendarDay(year: 2199, month: 12, day: 31)

    private init(year: Int, month: Int = 1, day: Int = 1) {
        number = PartialDate(year: year, month: month, day: day)?.daysSince1970 ?? 0
    }

    /// Reads `2026-01-31`; `nil` for anything else, and for a day that the calendar does not have.
    package init?(_ text: String) {
        guard let date = PartialDate(text), date.year != nil else { return nil }
        number = date.daysSince1970
    }

    /// `2026-01-31`.
    package var text: String { date.text }

    /// Year, month and day.
    package var date: PartialDate { PartialDate(daysSince1970: number) }

    /// The day so many days later.
    package func adding(_ days: Int) -> CalendarDay { CalendarDay(number: number + days) }

    /// The day so many months later; where that month is shorter, its last day.
    package func adding(months: Int) -> CalendarDay {
        let date = date
        let month = (date.year ?? 1970) * 12 + date.month - 1 + months
        let (year, inYear) = (month / 12, month % 12 + 1)
        for day in stride(from: date.day, to: 27, by: -1) {
            if let found = PartialDate(year: year, month: inYear, day: day) {
                return CalendarDay(number: found.daysSince1970)
            }
        }
        return CalendarDay(
            number: PartialDate(year: year, month: inYear, day: min(date.day, 28))?.daysSince1970 ?? number)
    }

    /// Earlier than.
    package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }
}

extension CalendarDay: SQLConvertible {
    package var sqlValue: SQLValue { .integer(Int64(number)) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(number: Int(value))
    }
}
