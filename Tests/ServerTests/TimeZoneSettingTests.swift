import Testing
import Work

@testable import Server

@Suite struct `the time zone of the brokerage` {
    @Test func `is one that there is, or the server does not start`() throws {
        #expect(try ServerConfiguration.read(environment: [:]).clients.timeZone.name == "America/New_York")
        let named = try ServerConfiguration.read(environment: ["TIME_ZONE": "Pacific/Kiritimati"])
        #expect(named.work.timeZone.name == "Pacific/Kiritimati")
        for name in ["Mars/Olympus", "EST", "GMT+5", "america/new_york"] {
            #expect(throws: ConfigurationFailure.self, "\(name)") {
                try ServerConfiguration.read(environment: ["TIME_ZONE": name])
            }
        }
    }
}
