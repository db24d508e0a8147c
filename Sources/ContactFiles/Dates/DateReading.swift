package import Core

/// Reads dates as people and programs write them.
package struct DateReading: Sendable, Hashable {
    /// How to read a column of which nothing proves the order.
    package var order: DateOrder
    /// The year in which the file is read, by which a year of two digits is read (``Century``).
    package var currentYear: Int
    /// The zone of moments that name none, in minutes east of UTC.
    package var minutesEast: Int

    package init(order: DateOrder = .monthFirst, currentYear: Int, minutesEast: Int = 0) {
        self.order = order
        self.currentYear = currentYear
        self.minutesEast = minutesEast
    }

    /// Which year two digits stand for.
    package enum Century: Sendable {
        /// The last one that is not in the future: of a birthday.
        case past
        /// The one that is nearest to now: of a day that may be yet to come.
        case nearest
    }

    /// Whether a program wrote this for *no date*: `0/0/00` of Outlook, `0000-00-00` of databases.
    package static func isNone(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 == UInt8(ascii: "0") || " /-.:T".utf8.contains($0) }
    }

    /// The day that a text names, `nil` when it names none: `1985-04-12`, `19850412`, `4/12/85`, `12.04.1985`, `Apr 12, 1985`,
    /// `12 April 1985`, and without a year `--04-12`, `--0412`, `4/12`, `April 12`. A time behind it is not looked at.
    package func date(_ text: String, in order: DateOrder? = nil, century: Century = .past) -> PartialDate? {
        let parts = DateWords(text)
        return parts.isBroken ? nil : date(parts, in: order ?? self.order, century)
    }

    private func date(_ parts: DateWords, in order: DateOrder, _ century: Century) -> PartialDate? {
        func ordered(_ first: Int, _ second: Int, _ year: Int?) -> PartialDate? {
            // A number over twelve is no month, whatever the rest of the file says.
            let isDayFirst = order == .dayFirst ? second <= 12 : first > 12
            return PartialDate(year: year, month: isDayFirst ? second : first, day: isDayFirst ? first : second)
        }
        if parts.hasNoYear { return yearless(parts) }
        switch parts.words {
        case (.whole(let all), .nothing, .nothing):
            return PartialDate(year: all / 10000, month: all / 100 % 100, day: all % 100)
        case (.year(let year), .short(let month), .short(let day)),
            (.year(let year), .month(let month), .short(let day)):
            return PartialDate(year: year, month: month, day: day)
        case (.short(let first), .short(let second), .year(let year)):
            return ordered(first, second, year)
        case (.short(let first), .short(let second), .short(let year)):
            return ordered(first, second, full(year, century))
        case (.short(let first), .short(let second), .nothing):
            return ordered(first, second, nil)
        case (.month(let month), .short(let day), .year(let year)),
            (.short(let day), .month(let month), .year(let year)):
            return PartialDate(year: year, month: month, day: day)
        case (.month(let month), .short(let day), .short(let year)),
            (.short(let day), .month(let month), .short(let year)):
            return PartialDate(year: full(year, century), month: month, day: day)
        case (.month(let month), .short(let day), .nothing), (.short(let day), .month(let month), .nothing):
            return PartialDate(month: month, day: day)
        default:
            return nil
        }
    }

    private func yearless(_ parts: DateWords) -> PartialDate? {
        switch parts.words {
        case (.short(let month), .short(let day), .nothing): PartialDate(month: month, day: day)
        case (.year(let both), .nothing, .nothing): PartialDate(month: both / 100, day: both % 100)
        default: nil
        }
    }

    private func full(_ year: Int, _ century: Century) -> Int {
        let same = currentYear / 100 * 100 + year
        switch century {
        case .past: return same > currentYear ? same - 100 : same
        case .nearest: return same > currentYear + 50 ? same - 100 : same < currentYear - 50 ? same + 100 : same
        }
    }

    /// The moment that a text names, in milliseconds since 1970; midnight when it names only a day.
    package func moment(_ text: String, in order: DateOrder? = nil) -> Int64? {
        let parts = DateWords(text)
        guard !parts.isBroken, let day = date(parts, in: order ?? self.order, .past), day.year != nil,
            let time = DayTime(parts.time)
        else { return nil }
        let minutes = time.minutesEast ?? minutesEast
        return Int64(day.daysSince1970) * 86_400_000 + Int64(time.milliseconds) - Int64(minutes) * 60_000
    }

    /// A moment in ISO 8601, in UTC to the millisecond.
    static func text(of milliseconds: Int64) -> String { Timestamp(milliseconds: milliseconds).iso8601 }
}
