import Core

/// Durations as the seed writes them: `15m`, `7d`, `12h`, `30s`; a bare number is in seconds.
enum DurationText {
    /// Reads one; `nil` for anything else, a negative or an absurd one (over 100 years) included.
    static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), !digits.isEmpty, number <= 3_153_600_000 else { return nil }
        let duration: Duration
        switch text.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "", "s": duration = .seconds(number)
        case "m": duration = .minutes(number)
        case "h": duration = .hours(number)
        case "d": duration = .days(number)
        default: return nil
        }
        return duration <= .days(36_525) ? duration : nil
    }

    /// The shortest text that reads as `duration`.
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where milliseconds >= size && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}
