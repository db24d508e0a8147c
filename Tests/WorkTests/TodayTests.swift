import Accounts
import CRM
import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Work

/// One part of an answer of Today, decoded.
struct TodayAnswer: Decodable {
    struct Part: Decodable {
        let data: [Item]
        let hasMore: Bool
    }

    struct Item: Decodable, Hashable {
        var name: String?
        var title: String?
        var clientName: String?
        var day: String?
        var kind: String?
        var years: Int?
        var secondsWaiting: Int?
        var days: Int?
    }

    let date: String
    let timeZone: String
    let overdueTasks: Part
    let dueTasks: Part
    let appointments: Part
    let newLeads: Part
    let celebrations: Part
    let notContacted: Part
}

@Suite struct `today` {
    @Test(arguments: DatabaseKind.available)
    func `tells apart what is late, what is due, and what is another day's, by the reader's clock`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            for (name, due) in [
                ("yesterday", "2026-03-08"), ("all day", "2026-03-09"), ("nine", "2026-03-09T09:00"),
                ("five", "2026-03-09T17:00"), ("tomorrow", "2026-03-10"), ("midnight", "2026-03-10T00:00"),
            ] {
                try await office.task(office.ana, name) {
                    if due.contains("T") { $0.dueTime = .set(due) } else { $0.dueDay = .set(due) }
                }
            }
            try await office.task(office.owner, "somebody else's") { $0.dueDay = .set("2026-03-09") }
            for (title, start) in [
                ("fair", "2026-03-08"), ("showing", "2026-03-09T23:30"), ("other day", "2026-03-10T00:00"),
            ] {
                try await office.appointment(office.ana, title, at: start) {
                    if title == "fair" { $0.endDay = .set("2026-03-11") }
                }
            }
            // Ten in the morning in New York.
            try office.go(to: "2026-03-09T14:00:00Z")
            let here = try await office.today(office.ana)
            #expect(here.date == "2026-03-09" && here.timeZone == "America/New_York")
            #expect(here.overdueTasks.data.map(\.name) == ["yesterday", "nine"])
            #expect(here.dueTasks.data.map(\.name) == ["all day", "five"])
            #expect(here.appointments.data.map(\.title) == ["fair", "showing"])
            // Four in the morning of the next day in Kiritimati, and four of the same in Honolulu.
            try await office.live(office.ana, in: "Pacific/Kiritimati")
            let east = try await office.today(office.ana)
            #expect(east.date == "2026-03-10")
            #expect(east.overdueTasks.data.map(\.name) == ["yesterday", "all day", "nine"])
            #expect(east.dueTasks.data.map(\.name) == ["five", "tomorrow", "midnight"])
            #expect(east.appointments.data.map(\.title) == ["fair", "showing", "other day"])
            try await office.live(office.ana, in: "Pacific/Honolulu")
            let west = try await office.today(office.ana)
            #expect(west.date == "2026-03-09")
            #expect(west.dueTasks.data.map(\.name) == ["all day", "five", "midnight"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `new leads are those with whom nobody spoke, with the time that they wait`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Old", "Lead")
            office.time.advance(by: .days(40))
            let first = try await office.client(office.ana, "First", "Lead")
            office.time.advance(by: .seconds(90))
            let second = try await office.client(office.ana, "Second", "Lead")
            try await office.client(office.ben, "Ben's", "Lead") { $0.collaborators = [office.ana.userID] }
            office.time.advance(by: .seconds(5))
            #expect(
                try await office.today(office.ana).newLeads.data.map {
                    [$0.clientName, $0.secondsWaiting?.description]
                }
                    == [["Second Lead", "5"], ["First Lead", "95"]])
            // An enquiry is no contact, a call is.
            for (kind, client) in [(TimelineEntry.Kind.enquiry, first), (.call, second)] {
                let entry = TimelineEntry(
                    kind, of: client.id, id: office.time.world.identifier(), at: office.time.now, by: office.ana.userID,
                    body: "", now: office.time.now)
                try await office.database.transaction { try TimelineTable.insert(entry, in: $0) }
            }
            #expect(try await office.today(office.ana).newLeads.data.map(\.clientName) == ["First Lead"])
            #expect(try await office.today(office.owner).newLeads.data.isEmpty, "a day is one's own")
            // A merge of both was spoken with; taken back, the first was not.
            let merge = try await office.merged(office.ana, first.id, with: second.id)
            #expect(try await office.today(office.ana).newLeads.data.isEmpty)
            _ = try await office.book.undoMerge(office.ana, merge)
            #expect(try await office.today(office.ana).newLeads.data.map(\.clientName) == ["First Lead"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `birthdays and anniversaries of the next week come in their order, over the end of the year too`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            for (name, day) in [
                ("A", "1980-12-28"), ("B", "--01-03"), ("C", "1990-01-04"), ("D", "2000-12-27"), ("E", "1970-12-29"),
            ] {
                try await office.client(office.ana, name, "") { $0.birthday = day }
            }
            try await office.client(office.ana, "F", "") {
                $0.anniversaries = [
                    Anniversary(
                        label: "closing",
                        date: PartialDate(year: 2020, month: 1, day: 1) ?? PartialDate(daysSince1970: 0))
                ]
            }
            try office.go(to: "2026-12-28T17:00:00Z")
            let expected = [
                "A 2026-12-28 46", "E 2026-12-29 56", "F 2027-01-01 7", "B 2027-01-03 –", "C 2027-01-04 37",
            ]
            for scope in [office.ana, office.owner] {
                let found = try await office.today(scope).celebrations.data.map {
                    "\($0.clientName ?? "") \($0.day ?? "") \($0.years?.description ?? "–")"
                }
                #expect(found == expected)
            }
            #expect(try await office.today(office.ben).celebrations.data.isEmpty)
        }
    }

    @Test func `29 February is celebrated on the 28th where there is no 29th`() throws {
        func ranges(_ day: String) throws -> [ClosedRange<Int>] {
            Celebrations.ranges(from: try #require(CalendarDay(day)))
        }
        #expect(try ranges("2026-02-21") == [221...229])
        #expect(try ranges("2026-02-20") == [220...227])
        #expect(try ranges("2028-02-21") == [221...228])
        #expect(try ranges("2026-03-01") == [301...308])
        #expect(try ranges("2026-02-28") == [228...307])
        #expect(try ranges("2026-12-26") == [1226...1231, 101...102])
        #expect(try ranges("2026-12-24") == [1224...1231])
        #expect(Celebrations.next(229, from: try #require(CalendarDay("2026-02-21"))).text == "2026-02-28")
        #expect(Celebrations.next(229, from: try #require(CalendarDay("2028-02-21"))).text == "2028-02-29")
    }

    @Test(arguments: DatabaseKind.available)
    func `clients of a stage come back when nobody spoke with them for its interval`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let intervals = StageIntervals(database: office.database)
            let both = [StageInterval(stage: "Nurture", days: 30), StageInterval(stage: "Leads", days: 7)]
            #expect(
                try await intervals.replace(office.owner, with: both)
                    == .changed([both[1], both[0]]), "in the order of the stages")
            #expect(try await intervals.replace(office.ana, with: []) == .forbidden)
            let wrong = [
                StageInterval(stage: "None", days: 0), StageInterval(stage: "Leads", days: 1),
                StageInterval(stage: "Leads", days: 1),
            ]
            guard case .invalid(let problems) = try await intervals.replace(office.owner, with: wrong) else {
                throw Office.Unexpected()
            }
            #expect(
                problems.map(\.field) == ["intervals[0].stage", "intervals[0].days", "intervals[2].stage"])
            let lead = try await office.client(office.ana, "Lead", "") { $0.stage = "Leads" }
            try await office.client(office.ana, "Nurtured", "") { $0.stage = "Nurture" }
            try await office.client(office.ana, "Buyer", "") { $0.stage = "Buyers" }
            office.time.advance(by: .days(8))
            #expect(try await office.today(office.ana).notContacted.data.map(\.clientName) == ["Lead"])
            let entry = TimelineEntry(
                .call, of: lead.id, id: office.time.world.identifier(), at: office.time.now, by: office.ana.userID,
                body: "", now: office.time.now)
            try await office.database.transaction { try TimelineTable.insert(entry, in: $0) }
            #expect(try await office.today(office.ana).notContacted.data.isEmpty)
            office.time.advance(by: .days(23))
            #expect(
                try await office.today(office.ana).notContacted.data.map { "\($0.clientName ?? "") \($0.days ?? 0)" }
                    == ["Nurtured 31", "Lead 23"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `each part is bounded, and says that there is more`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<52 {
                try await office.task(office.ana, "\(number)") { $0.dueDay = .set("2025-12-31") }
                if number < 21 { try await office.client(office.ana, "Lead", "\(number)") }
            }
            let today = try await office.today(office.ana)
            #expect(today.overdueTasks.data.count == 50 && today.overdueTasks.hasMore)
            #expect(today.newLeads.data.count == 20 && today.newLeads.hasMore)
            #expect(today.dueTasks.data.isEmpty && !today.dueTasks.hasMore)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a task of a client out of reach is not on it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ben) { $0.collaborators = [office.ana.userID] }
            try await office.task(office.ana, "Call", for: client.id) { $0.dueDay = .set("2026-01-01") }
            #expect(try await office.today(office.ana).dueTasks.data.map(\.name) == ["Call"])
            var patch = ClientPatch()
            patch.collaborators = .set([])
            _ = try await office.book.patch(office.ben, client.id, patch)
            #expect(try await office.today(office.ana).dueTasks.data.isEmpty)
        }
    }
}

extension Office {
    /// Somebody's day.
    func today(_ scope: Scope) async throws -> TodayAnswer {
        let today = Today(database: database, world: time.world, settings: settings, parts: WorkToday.parts)
        return try JSONDecoder().decode(TodayAnswer.self, from: Data(try await today.json(scope).bytes))
    }
}
