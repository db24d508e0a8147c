/// A time of day, perhaps with its distance from UTC: `10:00`, `10:00:00.000+0000`, `3:45 PM`, `10:00:00Z`.
struct DayTime: Hashable {
    var milliseconds = 0
    var minutesEast: Int?

    /// Midnight for nothing; `nil` for anything else that is no time.
    init?(_ text: Substring.UTF8View) {
        var rest = text
        func drop(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }
        func number(_ most: Int) -> Int? {
            let digits = rest.prefix(most).prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            return Int(Substring(digits))
        }
        if rest.allSatisfy({ $0 == 32 }) { return }
        guard var hours = number(2), drop(UInt8(ascii: ":")), let minutes = number(2), minutes < 60 else { return nil }
        var seconds = 0
        if drop(UInt8(ascii: ":")) {
            guard let read = number(2), read <= 60 else { return nil }
            seconds = min(59, read)
        }
        if drop(UInt8(ascii: ".")) || drop(UInt8(ascii: ",")) {
            let digits = rest.prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            milliseconds =
                Int(Substring(digits.prefix(3))).map { $0 * [100, 10, 1][max(0, min(digits.count, 3) - 1)] } ?? 0
        }
        while drop(32) {}
        if let half = rest.first.map({ $0 | 0x20 }), half == UInt8(ascii: "a") || half == UInt8(ascii: "p") {
            rest = rest.dropFirst()
            guard rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "m"), (1...12).contains(hours) else { return nil }
            rest = rest.dropFirst()
            hours = hours % 12 + (half == UInt8(ascii: "p") ? 12 : 0)
        }
        while drop(32) {}
        guard hours < 24 else { return nil }
        milliseconds += ((hours * 60 + minutes) * 60 + seconds) * 1000
        guard let sign = rest.first else { return }
        rest = rest.dropFirst()
        if sign | 0x20 == UInt8(ascii: "z")
            || (sign | 0x20 == UInt8(ascii: "u") && Substring(rest).lowercased() == "tc")
        {
            minutesEast = 0
            return
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let east = number(2), east <= 14 else {
            return nil
        }
        _ = drop(UInt8(ascii: ":"))
        minutesEast = (east * 60 + (number(2) ?? 0)) * (sign == UInt8(ascii: "-") ? -1 : 1)
        if !rest.isEmpty { return nil }
    }
}
