import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the demo` {
    @Test(arguments: DatabaseKind.available)
    func `is the middle of a working week`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            office.time.advance(by: .days(500))
            _ = try await office.book.seedDemo(count: 200, assignedTo: [office.ana.userID, office.ben.userID])
            let week = DemoWeek(
                database: office.database, world: office.time.world, cursorKey: Office.cursorKey,
                mailbox: office.mailbox, settings: office.settings)
            let made = try await week.fill(owner: office.owner, agents: [office.ana, office.ben])
            #expect(made.entries > 100 && made.tasks > 10 && made.appointments > 3)
            #expect(made.listings == 6)
            #expect(made.deals == 28)
            func count(_ statement: SQL) async throws -> Int { try await office.database.rows(statement)[0].get("n") }
            #expect(
                try await count("SELECT COUNT(DISTINCT stage_id) AS n FROM deal")
                    == count("SELECT COUNT(*) AS n FROM deal_stage"))
            #expect(try await count("SELECT COUNT(*) AS n FROM plan_enrolment") == 12)
            let day = try await Today(
                database: office.database, world: office.time.world, settings: office.settings, parts: WorkToday.parts
            ).json(office.ana)
            #expect(!day.bytes.isEmpty)
        }
    }
}
