import Core
import TestSupport
import Testing

@Suite struct `a moment` {
    static let written: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (4_107_456_000_000, "2100-02-28T00:00:00.000Z"),
        (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (1_767_268_800_007, "2026-01-01T12:00:00.007Z"),
    ]

    @Test(arguments: written)
    func `is written in ISO 8601 and read back`(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test func `is read back from every day of eight centuries`() {
        var wrong: [Timestamp] = []
        for day in Int64(-146_097)...146_097 {
            let moment = Timestamp(milliseconds: day * 86_400_000 + day & 0x3FFFFFF)
            if Timestamp(iso8601: moment.iso8601) != moment { wrong.append(moment) }
        }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: [
        ("2026-01-01T12:00:00Z", Int64(1_767_268_800_000)), ("2026-01-01t12:00:00z", 1_767_268_800_000),
        ("2026-01-01 12:00:00+00:00", 1_767_268_800_000), ("2026-01-01T14:30:00+02:30", 1_767_268_800_000),
        ("2025-12-31T23:00:00.5-13:00", 1_767_268_800_500), ("2026-01-01", 1_767_225_600_000),
        ("2026-01-01T12:00:00.123456789Z", 1_767_268_800_123), ("2026-01-01T12:00:00.01Z", 1_767_268_800_010),
    ])
    func `is read in the forms that people write`(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(iso8601: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2026", "2026-02-29", "2100-02-29", "2024-02-30", "2026-04-31", "2026-00-01", "2026-13-01", "2026-01-00",
        "2026-01-01T", "2026-01-01T12:00", "2026-01-01T12:00:00", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
        "2026-01-01T12:00:60Z", "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00.1234567890Z", "2026-01-01T12:00:00Zx",
        "2026-01-01T12:00:00+2:00", "2026-01-01T12:00:00+24:00", "+2026-01-01", " 2026-01-01", "２０２６-01-01",
        "99999-01-01", "2026-1-1",
    ])
    func `is not read out of anything else`(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `is read from random bytes without a trap`() {
        for text in RandomText(alphabet: "0123456789-:.TZ+ é").texts(20_000, upTo: 32) {
            if let moment = Timestamp(iso8601: text) { #expect(Timestamp(iso8601: moment.iso8601) == moment) }
        }
        for extreme in [Int64.min, .max] { #expect(!Timestamp(milliseconds: extreme).iso8601.isEmpty) }
    }

    @Test func `saturates instead of overflowing`() {
        let end = Timestamp(milliseconds: .max)
        #expect(end + .seconds(1) == end)
        #expect(Timestamp(milliseconds: .min) - .seconds(1) == Timestamp(milliseconds: .min))
        #expect(Timestamp(milliseconds: 0) + .seconds(Int64.max) == end)
        #expect(Timestamp(milliseconds: 1500) - Timestamp(milliseconds: 2000) == .milliseconds(-500))
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: -1000).seconds == -1)
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
        #expect(Duration.milliseconds(1).retryAfterSeconds == 1)
        #expect(Duration.milliseconds(-5).retryAfterSeconds == 1)
        #expect(Duration.milliseconds(1001).retryAfterSeconds == 2)
    }
}
