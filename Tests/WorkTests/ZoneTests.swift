import Core
import TestSupport
import Testing

@testable import Work

@Suite struct `time zones` {
    private func zone(_ name: String) throws -> Zone { try #require(Zone(name)) }
    private func time(_ text: String) throws -> LocalTime { try #require(LocalTime(text)) }
    private func utc(_ name: String, _ text: String) throws -> String { try zone(name).moment(time(text)).iso8601 }

    @Test func `are those of the IANA database, spelt as there`() {
        for name in [
            "America/New_York", "Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC", "US/Eastern",
            "America/Argentina/Buenos_Aires",
        ] {
            #expect(Zone(name)?.name == name)
        }
        for name in [
            "", "Mars/Olympus", "EST", "GMT+5", "america/new_york", "New York", "../etc/passwd", "/", "+05:00",
            String(repeating: "A/", count: 400),
        ] {
            #expect(Zone(name) == nil, "\(name)")
        }
    }

    @Test func `nine o'clock stays nine o'clock across both changes of the clocks`() throws {
        #expect(try utc("America/New_York", "2026-03-07T09:00") == "2026-03-07T14:00:00.000Z")
        #expect(try utc("America/New_York", "2026-03-08T09:00") == "2026-03-08T13:00:00.000Z")
        #expect(try utc("America/New_York", "2026-10-31T09:00") == "2026-10-31T13:00:00.000Z")
        #expect(try utc("America/New_York", "2026-11-01T09:00") == "2026-11-01T14:00:00.000Z")
        #expect(try utc("Australia/Lord_Howe", "2026-07-01T09:00") == "2026-06-30T22:30:00.000Z")
        #expect(try utc("Pacific/Kiritimati", "2026-07-01T09:00") == "2026-06-30T19:00:00.000Z")
        #expect(try utc("Pacific/Honolulu", "2026-07-01T09:00") == "2026-07-01T19:00:00.000Z")
    }

    @Test func `an hour that the clocks skip is that much later`() throws {
        // Two becomes three.
        #expect(try utc("America/New_York", "2026-03-08T01:59") == "2026-03-08T06:59:00.000Z")
        #expect(try utc("America/New_York", "2026-03-08T02:00") == "2026-03-08T07:00:00.000Z")
        #expect(try utc("America/New_York", "2026-03-08T02:30") == "2026-03-08T07:30:00.000Z")
        #expect(try utc("America/New_York", "2026-03-08T03:00") == "2026-03-08T07:00:00.000Z")
        let newYork = try zone("America/New_York")
        #expect(newYork.local(newYork.moment(try time("2026-03-08T02:30"))).text == "2026-03-08T03:30")
        // Half an hour, and a whole day that Samoa left out.
        let lordHowe = try zone("Australia/Lord_Howe")
        #expect(lordHowe.local(lordHowe.moment(try time("2026-10-04T02:15"))).text == "2026-10-04T02:45")
        let apia = try zone("Pacific/Apia")
        #expect(apia.local(apia.moment(try time("2011-12-30T12:00"))).text == "2011-12-31T12:00")
    }

    @Test func `an hour that the clocks show twice is the first`() throws {
        #expect(try utc("America/New_York", "2026-11-01T01:30") == "2026-11-01T05:30:00.000Z")
        #expect(try utc("America/New_York", "2026-11-01T02:00") == "2026-11-01T07:00:00.000Z")
        #expect(try utc("Europe/London", "2026-10-25T01:30") == "2026-10-25T00:30:00.000Z")
        #expect(try utc("Australia/Lord_Howe", "2026-04-05T01:45") == "2026-04-04T14:45:00.000Z")
    }

    @Test func `a moment is a time of each wall, and back again`() throws {
        for name in ["America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Europe/Berlin", "UTC"] {
            let zone = try zone(name)
            for day in stride(from: 0, to: 800, by: 3) {
                let moment = Timestamp(seconds: 1_767_268_800 + Int64(day) * 86_400)
                #expect(zone.moment(zone.local(moment)) == moment, "\(name) \(day)")
            }
        }
    }

    @Test func `a day of 23 hours and one of 25 hours are whole days`() throws {
        let newYork = try zone("America/New_York")
        func length(_ day: String) throws -> Duration {
            let range = newYork.moments(of: try #require(CalendarDay(day)))
            return range.upperBound - range.lowerBound
        }
        #expect(try length("2026-03-08") == .hours(23))
        #expect(try length("2026-11-01") == .hours(25))
        #expect(try length("2026-06-01") == .hours(24))
        // Midnight itself is skipped in Beirut.
        let beirut = try zone("Asia/Beirut").moments(of: try #require(CalendarDay("2026-03-29")))
        #expect(beirut.upperBound - beirut.lowerBound == .hours(23))
    }

    @Test func `the changes of the clocks of a year are found to the second`() throws {
        let year = Timestamp(seconds: 1_767_225_600)..<Timestamp(seconds: 1_798_761_600)
        #expect(
            try zone("America/New_York").changes(in: year).map(\.iso8601) == [
                "2026-03-08T07:00:00.000Z", "2026-11-01T06:00:00.000Z",
            ])
        #expect(try zone("Africa/Casablanca").changes(in: year).count == 2)
        #expect(try zone("Asia/Tokyo").changes(in: year).isEmpty)
    }

    @Test func `days are read and written, and no others`() throws {
        for text in ["2026-01-31", "2028-02-29", "2000-02-29", "1999-12-31"] {
            #expect(CalendarDay(text)?.text == text)
        }
        for text in ["2026-02-29", "2026-13-01", "--02-28", "2026-1-1", "2026-01-31T00:00", "", "2026-00-10"] {
            #expect(CalendarDay(text) == nil, "\(text)")
        }
        for text in ["2026-01-31T24:00", "2026-01-31 09:00", "2026-01-31T9:00", "2026-01-31T09:00Z", "T09:00"] {
            #expect(LocalTime(text) == nil, "\(text)")
        }
        #expect(LocalTime("2026-01-31T09:05:00")?.text == "2026-01-31T09:05")
        #expect(
            LocalTime("2026-03-09T09:00")?.sentence(in: .standard) == "Monday, 9 March 2026, 09:00 (America/New_York)")
    }
}
