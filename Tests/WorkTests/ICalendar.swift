import Foundation

/// The package `icalendar` of PyPI, which reads our calendars as another program would.
enum ICalendar {
    private static let python = "/usr/bin/python3"

    /// Whether it can be run. `GATEHOUSE_REQUIRE_ICALENDAR` makes the tests fail instead of being skipped.
    static let isThere: Bool = {
        if ProcessInfo.processInfo.environment["GATEHOUSE_REQUIRE_ICALENDAR"] != nil { return true }
        return (try? run("import icalendar", on: [])) != nil
    }()

    /// One entry, as it was read.
    struct Event: Decodable, Hashable {
        let uid: String
        let summary: String
        var description: String?
        var location: String?
        /// A day, or the moment in UTC to which the zone in the calendar leads.
        let start: String
        var end: String?
        /// The same moment by the zones of the system.
        var bySystem: String?
    }

    /// Reads a calendar. Zones are renamed, so that the reader knows of none but by what the calendar says of it.
    static func events(_ bytes: [UInt8]) throws -> [Event] {
        let printed = try run(
            """
            import datetime, json, re, sys, zoneinfo
            from icalendar import Calendar
            raw = sys.stdin.buffer.read()
            assert max(len(line) for line in raw.split(b"\\r\\n")) <= 75
            assert b"\\n" not in raw.replace(b"\\r\\n", b"")
            plain = raw.replace(b"\\r\\n ", b"")
            renamed = re.sub(rb"TZID([:=])", rb"TZID\\1Unheard-Of-", plain)
            found = []
            for event, known in zip(Calendar.from_ical(renamed).walk("VEVENT"), Calendar.from_ical(raw).walk("VEVENT")):
                def shown(name):
                    if name not in event: return None
                    value = event[name].dt
                    if isinstance(value, datetime.datetime):
                        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                    return value.isoformat()
                zone = known["DTSTART"].params.get("TZID")
                system = None
                if zone:
                    local = known["DTSTART"].dt.replace(tzinfo=zoneinfo.ZoneInfo(zone))
                    system = local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                text = lambda name: str(event[name]) if name in event else None
                found.append({"uid": text("UID"), "summary": text("SUMMARY"), "description": text("DESCRIPTION"),
                    "location": text("LOCATION"), "start": shown("DTSTART"), "end": shown("DTEND"), "bySystem": system})
            print(json.dumps(found))
            """, on: bytes)
        return try JSONDecoder().decode([Event].self, from: printed)
    }

    private static func run(_ script: String, on input: [UInt8]) throws -> Data {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("calendar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("calendar.ics")
        try Data(input).write(to: file)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return printed
    }

    struct Failed: Error {
        let status: Int32
    }
}
