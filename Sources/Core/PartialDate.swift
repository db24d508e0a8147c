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
        // Two hyphens stand for the year.
        let isWithoutYear = text.utf8.first == UInt8(ascii: "-")
        var (digits, position) = (0, isWithoutYear ? 5 : 0)
        for byte in isWithoutYear ? text.utf8.dropFirst(2) : text.utf8[...] {
            switch position {
            case 4, 7:
                guard byte == UInt8(ascii: "-") else { return nil }
            case ..<10:
                guard (48...57).contains(byte) else { return nil }
                digits = digits * 10 + Int(byte - 48)
            default: return nil
            }
            position += 1
        }
        guard position == 10, !isWithoutYear || text.hasPrefix("--") else { return nil }
        self.init(year: isWithoutYear ? nil : digits / 10000, month: digits / 100 % 100, day: digits % 100)
    }

    /// `1985-04-12`, or `--04-12` without a year (ISO 8601:2000; vCard writes the same).
    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        appendYear(to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(month, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(day, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `19850412`, or `--0412` without a year: the form of vCard 4.0.
    package var basicText: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8)
        appendYear(to: &bytes)
        if year == nil { bytes.append(UInt8(ascii: "-")) }
        Self.append(month, to: &bytes)
        Self.append(day, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The year in four digits, or a hyphen.
    private func appendYear(to bytes: inout [UInt8]) {
        guard let year else { return bytes.append(UInt8(ascii: "-")) }
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
    }

    private static func append(_ pair: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: 48 + pair / 10 % 10))
        bytes.append(UInt8(truncatingIfNeeded: 48 + pair % 10))
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
