import Core
import Testing

@testable import Server

@Suite struct `durations as text` {
    @Test(
        arguments: [
            ("15m", .minutes(15)), ("7d", .days(7)), ("12h", .hours(12)), ("30s", .seconds(30)), ("45", .seconds(45)),
            ("250ms", .milliseconds(250)), ("0", .zero), ("0m", .zero), ("007m", .minutes(7)),
            ("36525d", .days(36_525)),
        ] as [(String, Duration)])
    func `are read`(text: String, duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "m", "-5m", "+5m", "1.5h", "5 m", " 5m", "5m ", "5M", "5min", "5m5s", "1e3s", "0x10s", "36526d", "NaN",
        "99999999999999999999s", "9223372036854775807d", "3153600001s", "\u{0665}m", "\u{FF15}m", "5\u{0}m", "1y", "m5",
    ])
    func `that are none are refused`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        arguments: [
            (.minutes(15), "15m"), (.days(7), "7d"), (.hours(25), "25h"), (.seconds(90), "90s"),
            (.milliseconds(1_500), "1500ms"), (.hours(24), "1d"),
        ] as [(Duration, String)])
    func `are written in the largest unit that fits`(duration: Duration, text: String) {
        #expect(DurationText.text(duration) == text)
        #expect(DurationText.parse(text) == duration)
    }

    @Test func `come back as they were`() {
        for milliseconds in stride(from: Int64(0), through: 100_000_000, by: 77_777) {
            let duration = Duration.milliseconds(milliseconds)
            #expect(DurationText.parse(DurationText.text(duration)) == duration)
        }
    }
}
