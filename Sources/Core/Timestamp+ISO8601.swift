extension Timestamp {
    /// The moment as `2026-01-31T09:05:00.123Z` (RFC 3339), the form of every time in the API.
    package var iso8601: String {
        var bytes: [UInt8] = []
        appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the ASCII bytes of ``iso8601``, for writers that never make a string of it.
    func appendISO8601(to bytes: inout [UInt8]) {
        // The form has four digits for the year: a moment outside 0000 to 9999 is shown as the nearest inside.
        let shown = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let day = Self.floorDivide(shown, 86_400_000)
        let inDay = shown - day * 86_400_000
        let (year, month, date) = Self.civil(fromDay: day)
        // Put together aside and appended as a whole: a check of the array for each digit would cost more than the digits.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { form in
            func digit(_ value: Int64, _ position: Int) {
                unsafe form[position] = UInt8(truncatingIfNeeded: 48 + value % 10)
            }
            func pair(_ value: Int64, _ position: Int) {
                digit(value / 10, position)
                digit(value, position + 1)
            }
            pair(year / 100, 0)
            pair(year % 100, 2)
            unsafe form[4] = UInt8(ascii: "-")
            pair(month, 5)
            unsafe form[7] = UInt8(ascii: "-")
            pair(date, 8)
            unsafe form[10] = UInt8(ascii: "T")
            pair(inDay / 3_600_000, 11)
            unsafe form[13] = UInt8(ascii: ":")
            pair(inDay / 60_000 % 60, 14)
            unsafe form[16] = UInt8(ascii: ":")
            pair(inDay / 1000 % 60, 17)
            unsafe form[19] = UInt8(ascii: ".")
            digit(inDay / 100, 20)
            pair(inDay % 100, 21)
            unsafe form[23] = UInt8(ascii: "Z")
            unsafe bytes.append(contentsOf: form)
        }
    }

    /// Reads `2026-01-31T09:05:00Z`, with or without a fraction, with `Z` or a numeric offset, or a bare date
    /// (midnight UTC). `nil` for anything else, a 30 February included: text from strangers never traps here.
    package init?(iso8601 text: some StringProtocol) {
        var scanner = DigitScanner(bytes: Array(text.utf8))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let date = scanner.number(2), (1...12).contains(month), date >= 1,
            date <= Self.daysInMonth(month, of: year)
        else { return nil }
        var total = Self.day(year: year, month: month, date: date) * 86_400_000
        if !scanner.isAtEnd {
            guard scanner.take("T") || scanner.take("t") || scanner.take(" "),
                let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2), scanner.take(":"),
                let second = scanner.number(2), hour < 24, minute < 60, second < 60
            else { return nil }
            total += ((hour * 60 + minute) * 60 + second) * 1000
            if scanner.take(".") {
                guard let fraction = scanner.fractionOfSecond() else { return nil }
                total += fraction
            }
            guard let offset = scanner.offsetMinutes(), scanner.isAtEnd else { return nil }
            total -= offset * 60_000
        }
        self.init(milliseconds: total)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    /// Days since 1970-01-01 to a date of the proleptic Gregorian calendar, counted in eras of 400 years from 1 March.
    private static func civil(fromDay day: Int64) -> (year: Int64, month: Int64, date: Int64) {
        let shifted = day + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func day(year: Int64, month: Int64, date: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        switch month {
        case 2: return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }
}

/// Reads fixed-width digits off the front of a byte string.
private struct DigitScanner {
    var bytes: [UInt8]
    var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, UInt32(bytes[index]) == character.value else { return false }
        index += 1
        return true
    }

    mutating func number(_ digits: Int) -> Int64? {
        guard index + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[index..<index + digits] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 48)
        }
        index += digits
        return value
    }

    /// One to nine digits after the point, as milliseconds, the rest cut off.
    mutating func fractionOfSecond() -> Int64? {
        var digits = 0
        var value: Int64 = 0
        while index < bytes.count, (48...57).contains(bytes[index]) {
            if digits < 3 { value = value * 10 + Int64(bytes[index] - 48) }
            digits += 1
            index += 1
        }
        guard (1...9).contains(digits) else { return nil }
        for _ in min(digits, 3)..<3 { value *= 10 }
        return value
    }

    /// `Z`, or `+hh:mm` / `-hh:mm` as minutes east of Greenwich.
    mutating func offsetMinutes() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
