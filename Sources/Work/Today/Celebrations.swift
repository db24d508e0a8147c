import CRM
import Core
import Storage

/// Birthdays and anniversaries of the caller's clients, today and in the next days, the nearest first.
struct Celebrations: TodayPart {
    let member: StaticString = "celebrations"
    let most = 30
    /// How many days ahead.
    static let ahead = 7

    func statement(for reader: TodayReader) -> SQL? {
        let limit = most + 1
        return """
            SELECT * FROM (\(ClientDays.coming(reader.scope, in: Self.ranges(from: reader.clock.today), limit: limit))) AS day
            ORDER BY place, month_day, client_id \(.limit(limit))
            """
    }

    /// The days as month × 100 + day, in one piece, or in two across the end of the year. Who was born on 29 February is celebrated on the 28th where
    /// there is no 29th.
    static func ranges(from today: CalendarDay) -> [ClosedRange<Int>] {
        let last = today.adding(ahead)
        let (begin, end) = (monthDay(today), monthDay(last))
        let through = isLastOfFebruary(last) ? 229 : end
        return begin <= end ? [begin...through] : [begin...1231, 101...through]
    }

    private static func monthDay(_ day: CalendarDay) -> Int { day.date.month * 100 + day.date.day }

    /// Whether it is 28 February of a year without a 29th.
    private static func isLastOfFebruary(_ day: CalendarDay) -> Bool {
        monthDay(day) == 228 && monthDay(day.adding(1)) == 301
    }

    /// The first such day from `today` on.
    static func next(_ monthDay: Int, from today: CalendarDay) -> CalendarDay {
        for ahead in 0...366 {
            let day = today.adding(ahead)
            if Self.monthDay(day) == monthDay || monthDay == 229 && isLastOfFebruary(day) { return day }
        }
        return today
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows {
            try list.object { item in
                let day = Self.next(try row.get("month_day"), from: reader.clock.today)
                let label: String = try row.get("label")
                let year: Int? = try row.optional("year")
                try item.client(row, "client_id")
                item.member("kind", try row.get("kind", as: String.self))
                item.member("label", label.isEmpty ? nil : label)
                item.member("day", day.text)
                item.member("daysAhead", Int64(day.number - reader.clock.today.number))
                item.member("years", year.flatMap { year in day.date.year.map { Int64($0 - year) } })
            }
        }
    }
}
