import Testing

@testable import Work

@Suite struct `what comes back` {
    private func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    /// The next so many days.
    private func days(
        _ frequency: TaskRepeat.Frequency, every interval: Int = 1, from start: String, until: String? = nil,
        _ count: Int
    ) throws -> [String] {
        let repeats = TaskRepeat(
            frequency, interval: interval, until: try until.map { try day($0) }, from: try day(start))
        var (here, found): (CalendarDay, [String]) = (try day(start), [])
        for _ in 0..<count {
            guard let next = repeats.next(after: here, notBefore: here) else { break }
            found.append(next.text)
            here = next
        }
        return found
    }

    @Test func `comes every so many days and weeks`() throws {
        #expect(try days(.daily, from: "2026-02-27", 3) == ["2026-02-28", "2026-03-01", "2026-03-02"])
        #expect(try days(.daily, every: 10, from: "2026-12-25", 2) == ["2027-01-04", "2027-01-14"])
        #expect(try days(.weekly, every: 2, from: "2026-03-01", 2) == ["2026-03-15", "2026-03-29"])
    }

    @Test func `the 31st is the last day of a shorter month, and the 31st again`() throws {
        #expect(
            try days(.monthly, from: "2026-01-31", 4) == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"])
        #expect(try days(.monthly, every: 3, from: "2025-11-30", 2) == ["2026-02-28", "2026-05-30"])
        #expect(try days(.monthly, every: 5, from: "2026-10-31", 2) == ["2027-03-31", "2027-08-31"])
    }

    @Test func `29 February is the 28th in three years of four`() throws {
        #expect(
            try days(.yearly, from: "2028-02-29", 5) == [
                "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29", "2033-02-28",
            ])
        #expect(try days(.yearly, every: 4, from: "2096-02-29", 2) == ["2100-02-28", "2104-02-29"])
    }

    @Test func `ends with its last day`() throws {
        #expect(try days(.monthly, from: "2026-01-31", until: "2026-03-31", 9) == ["2026-02-28", "2026-03-31"])
        #expect(try days(.daily, from: "2026-01-31", until: "2026-01-31", 9) == [])
    }

    @Test func `what lay undone for weeks is due again today or later, and once`() throws {
        let daily = TaskRepeat(.daily, from: try day("2026-01-01"))
        #expect(daily.next(after: try day("2026-01-01"), notBefore: try day("2026-02-10"))?.text == "2026-02-10")
        let monthly = TaskRepeat(.monthly, from: try day("2020-01-31"))
        #expect(monthly.next(after: try day("2020-01-31"), notBefore: try day("2026-02-10"))?.text == "2026-02-28")
    }
}
