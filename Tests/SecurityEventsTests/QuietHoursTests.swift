import Core
import SecurityEvents
import Testing

@Suite struct `quiet hours` {
    /// 2026-01-01T12:00:00Z.
    private static let noon = Timestamp(seconds: 1_767_268_800)

    @Test(
        arguments: [
            ("11:00", "13:00", "UTC", 60), ("12:00", "12:01", "UTC", 1), ("11:00", "12:00", "UTC", nil),
            ("12:30", "13:00", "UTC", nil), ("22:00", "06:00", "UTC", nil), ("06:00", "05:00", "UTC", 17 * 60),
            // One in the afternoon in Berlin, nine in the evening in Tokyo.
            ("13:00", "14:00", "Europe/Berlin", 60), ("12:00", "13:00", "Europe/Berlin", nil),
            ("20:00", "07:00", "Asia/Tokyo", 600), ("07:00", "08:30", "America/New_York", 90),
        ] as [(String, String, String, Int?)])
    func `end by the clocks of their zone`(from: String, to: String, zone: String, minutes: Int?) throws {
        let quiet = try #require(QuietHours(from: from, to: to, zone: zone))
        #expect(quiet.end(around: Self.noon) == minutes.map { Self.noon + .minutes($0) })
    }

    @Test(arguments: [
        ("24:00", "06:00", "UTC"), ("22:60", "06:00", "UTC"), ("22", "06:00", "UTC"), ("2:00", "06:00", "UTC"),
        ("22:00", "22:00", "UTC"), ("22:00", "06:00", "Mars/Olympus"), ("22:00", "06:00", ""),
        ("-1:00", "06:00", "UTC"),
        ("22:00:00", "06:00", "UTC"), ("", "", "UTC"), ("22:00", "06:00", "../../etc/passwd"),
    ])
    func `are such as clocks show`(from: String, to: String, zone: String) {
        #expect(QuietHours(from: from, to: to, zone: zone) == nil)
    }

    @Test func `know every minute of a day`() throws {
        for from in stride(from: 0, to: 1440, by: 37) {
            for to in stride(from: 1, to: 1440, by: 41) where from != to {
                let quiet = try #require(QuietHours(from: from, to: to, zone: "UTC"))
                for minute in stride(from: 0, to: 1440, by: 59) {
                    let moment = Timestamp(seconds: 1_767_225_600 + Int64(minute * 60 + 7))
                    guard let end = quiet.end(around: moment) else { continue }
                    let left = end - moment
                    #expect(left > .zero && left <= .hours(24))
                    #expect((end.seconds / 60 % 1440) == Int64(to))
                }
            }
        }
    }
}
