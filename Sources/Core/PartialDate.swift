/// A day, perhaps of no known year: a birthday that somebody told without their age.
package struct PartialDate: Sendable, Hashable, Codable {
    package var year: Int?
    package var month: Int
    package var day: Int

    /// `nil` for a day that no calendar has; without a year, 29 February exists.
    package init?(year: Int? = nil, month: Int, day: Int) {
        guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            year.map({ (1...9999).contains($0) }) ?? true
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    private static func days(in month: Int, of year: Int?) -> Int {
        switch month {
        case 2:
            guard let year else { return 29 }
            return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Reads the form of ``text``; `nil` for anything else.
    package init?(_ text: String) {
        let isWithoutYear = text.hasPrefix("--")
        let parts = (isWithoutYear ? text.dropFirst(2)[...] : text[...])
            .split(separator: "-", omittingEmptySubsequences: false)
        let digits = isWithoutYear ? [2, 2] : [4, 2, 2]
        let numbers = zip(parts, digits).compactMap { part, count in
            part.utf8.count == count && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard parts.count == digits.count, numbers.count == digits.count else { return nil }
        self.init(
            year: isWithoutYear ? nil : numbers[0], month: numbers[numbers.count - 2], day: numbers[numbers.count - 1])
    }

    /// `1985-04-12`, or `--04-12` without a year (ISO 8601:2000; vCard writes the same).
    package var text: String {
        let year = year.map { Self.padded($0, 4) } ?? "-"
        return "\(year)-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    /// `19850412`, or `--0412` without a year: the form of vCard 4.0.
    package var basicText: String {
        (year.map { Self.padded($0, 4) } ?? "--") + Self.padded(month, 2) + Self.padded(day, 2)
    }

    /// The number in so many digits, with zeros before it.
    package static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension PartialDate {
    /// Days since 1970-01-01; a day without a year is one of the year 2000. (Howard Hinnant's `days_from_civil`.)
    package var daysSince1970: Int {
        let shifted = (year ?? 2000) - (month <= 2 ? 1 : 0)
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day so many days after 1970-01-01.
    package init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
