import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite(.enabled(if: ICalendar.isThere, "needs /usr/bin/python3 with icalendar (Debian: python3-icalendar)"))
struct `a calendar that another program reads` {
    private static let zones = [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca",
    ]

    @Test(arguments: zones)
    func `has every moment right across both changes of the clocks, by its own rules of the zone`(name: String)
        throws
    {
        let zone = try #require(Zone(name))
        let year = Timestamp(seconds: 1_767_225_600)..<Timestamp(seconds: 1_798_761_600)
        let changes = zone.changes(in: year)
        #expect(changes.count == 2)
        var tasks: [WorkTask] = []
        for change in changes {
            let day = zone.day(change)
            for ahead in -8...8 {
                for minute in [9 * 60, 23 * 60 + 30, 5] {
                    tasks.append(Self.task(tasks.count, .time(LocalTime(day.adding(ahead), minute: minute), zone)))
                }
            }
        }
        let events = try ICalendar.events(CalendarText(home: zone, tasks: tasks, appointments: []).bytes)
        #expect(events.count == tasks.count)
        for (event, task) in zip(events, tasks) {
            guard let moment = task.due.moment, case .time(let time, _) = task.due else { continue }
            // Of a time that the clocks show twice this reader takes the second, where RFC 5545 §3.3.5 and we have the first.
            if [30, 60].contains(where: { zone.local(moment + .minutes($0)) == time }) { continue }
            let expected = moment.iso8601.replacing(".000Z", with: "Z")
            #expect(event.start == expected, "\(name) \(time.text)")
            // What the zones of the system say of a time that is skipped is Python's matter.
            if zone.local(moment) == time { #expect(event.bySystem == expected, "\(name) \(time.text)") }
        }
    }

    @Test func `has whole days as days, for whoever reads it`() throws {
        let day = try #require(CalendarDay("2028-02-29"))
        for home in ["Pacific/Honolulu", "Pacific/Kiritimati"] {
            let text = CalendarText(home: try #require(Zone(home)), tasks: [Self.task(0, .day(day))], appointments: [])
            let event = try #require(try ICalendar.events(text.bytes).first)
            #expect([event.start, event.end] == ["2028-02-29", "2028-03-01"])
        }
    }

    @Test func `has its texts as they were typed, however long and in whatever script`() throws {
        let long = String(repeating: "Über-lange Zeile mit 日本語, 🏡; und \\ Strichen. ", count: 20)
            .trimmingSuffix(while: { $0 == " " })
        var task = Self.task(0, .day(try #require(CalendarDay("2026-03-09"))), name: "Call; \"Jane\", at\\home")
        task.note = "\(String(long))\nSecond line\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Forged"
        let events = try ICalendar.events(CalendarText(home: .standard, tasks: [task], appointments: []).bytes)
        #expect(events.count == 1)
        #expect(events.first?.summary == task.name)
        #expect(events.first?.description == task.note)
        #expect(events.first?.uid == "task-\(task.id)@gatehouse")
    }

    @Test(arguments: DatabaseKind.available)
    func `has what its owner has to do and where they have to be, and nothing that they do not reach`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            try await office.task(office.ana, "Call", for: jane.id) { $0.dueTime = .set("2026-03-09T09:00") }
            try await office.task(office.ana, "Keys") { $0.dueDay = .set("2026-03-10") }
            try await office.task(office.ana, "Some day")
            let done = try await office.task(office.ana, "Done") { $0.dueDay = .set("2026-03-10") }
            _ = try await office.tasks.complete(office.ana, done.id)
            try await office.task(office.ben, "Ben's", for: jane.id) { $0.dueDay = .set("2026-03-10") }
            try await office.appointment(office.ana, "Showing", with: [jane.id], at: "2026-07-01T10:00") {
                $0.timeZone = .set("America/Chicago")
                $0.location = .set("1 Main Street, Springfield")
                $0.attendees = .set([office.ana.userID, office.ben.userID])
            }
            try await office.appointment(office.ana, "Fair", at: "2026-05-01") { $0.endDay = .set("2026-05-03") }
            let ana = try await office.calendar(office.ana)
            #expect(
                ana.map { "\($0.summary) \($0.start) \($0.end ?? "–") \($0.location ?? "")" } == [
                    "Call (Jane Doe) 2026-03-09T13:00:00Z – ", "Keys 2026-03-10 2026-03-11 ",
                    "Fair 2026-05-01 2026-05-04 ",
                    "Showing (Jane Doe) 2026-07-01T15:00:00Z 2026-07-01T16:00:00Z 1 Main Street, Springfield",
                ])
            #expect(try await office.calendar(office.ben).map(\.summary) == ["Ben's (Jane Doe)", "Showing (Jane Doe)"])
            var patch = ClientPatch()
            patch.collaborators = .set([])
            _ = try await office.book.patch(office.ana, jane.id, patch)
            #expect(try await office.calendar(office.ben).isEmpty)
        }
    }

    private static func task(_ number: Int, _ due: TaskDue, name: String = "Call") -> WorkTask {
        let now = Timestamp(seconds: 1_767_268_800)
        var task = WorkTask(
            WorkTaskID(high: 1, low: UInt64(number)), for: nil, by: AccountID(high: 0, low: 1), at: now)
        task.name = name
        task.due = due
        return task
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> SubSequence {
        var text = self[...]
        while let last = text.last, isCut(last) { text.removeLast() }
        return text
    }
}

extension Office {
    var feed: CalendarFeed {
        CalendarFeed(database: database, world: time.world, settings: settings, origin: "http://office.example")
    }

    /// The token in the address of somebody's calendar, which is new.
    func token(_ scope: Scope) async throws -> String {
        let url = try await feed.create(scope).url
        guard url.hasPrefix("http://office.example/calendar/"), url.hasSuffix(".ics"),
            let last = url.split(separator: "/").last
        else { throw Unexpected() }
        return String(last.dropLast(4))
    }

    /// Somebody's calendar, as another program reads it.
    func calendar(_ scope: Scope) async throws -> [ICalendar.Event] {
        guard let document = try await feed.document(try await token(scope)) else { throw Unexpected() }
        return try ICalendar.events(document.bytes)
    }
}
