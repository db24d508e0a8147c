import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `appointments` {
    @Test(arguments: DatabaseKind.available)
    func `one that ends before it begins, or lasts a year, is refused`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            func refused(_ start: String, _ end: String, zone: String? = nil) async throws -> [String] {
                office.refused(
                    try await office.appointments.create(
                        office.ana,
                        Office.patch(at: start) {
                            if start.contains("T") { $0.endTime = .set(end) } else { $0.endDay = .set(end) }
                            if let zone { $0.timeZone = .set(zone) }
                        }))
            }
            #expect(try await refused("2026-03-09T10:00", "2026-03-09T09:59") == ["endTime out_of_range"])
            #expect(try await refused("2026-03-09", "2026-03-08") == ["endDay out_of_range"])
            #expect(try await refused("2026-03-09T10:00", "2027-03-09T10:00") == ["endTime out_of_range"])
            #expect(try await refused("2026-03-09", "2027-03-08") == ["endDay out_of_range"])
            #expect(try await refused("2026-03-01", "2026-04-01") == ["endDay out_of_range"])
            #expect(try await refused("2026-03-01", "2026-03-31") == [])
            #expect(try await refused("2026-05-01T10:00", "2026-06-01T10:00") == [])
            #expect(try await refused("2026-05-01T10:00", "2026-06-01T10:01") == ["endTime out_of_range"])
            // 02:45 is 03:45 in that night, which is after 03:15.
            #expect(try await refused("2026-03-08T02:45", "2026-03-08T03:15") == ["endTime out_of_range"])
            #expect(
                try await refused("2026-03-09T10:00", "2026-03-09T11:00", zone: "Mars/Olympus") == [
                    "timeZone unknown_choice"
                ])
            #expect(try await refused("2026-02-30", "2026-03-01") == ["startDay invalid_date"])
            let mixed = try await office.appointments.create(
                office.ana, Office.patch(at: "2026-03-09") { $0.endTime = .set("2026-03-09T10:00") })
            #expect(office.refused(mixed) == ["startTime invalid_date"])
            let empty = try await office.appointments.create(office.ana, AppointmentPatch())
            #expect(office.refused(empty) == ["title required", "startTime required"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the timeline of each client tells it while it is there`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, john) = (try await office.client(office.ana), try await office.client(office.ana, "John"))
            let made = try await office.appointment(
                office.ana, "1 Main Street", with: [jane.id, john.id], at: "2026-03-09T10:00"
            ) { $0.kind = .set("showing") }
            #expect(made.time == .times(try time("2026-03-09T10:00"), try time("2026-03-09T11:00"), .standard))
            #expect(made.guests.map(\.name).sorted() == ["Jane Doe", "John Doe"])
            for id in [jane.id, john.id] { #expect(try await office.told(id) == ["showing 1 Main Street"]) }
            var patch = AppointmentPatch()
            patch.title = .set("2 Main Street")
            patch.startTime = .set("2026-03-10T15:00")
            patch.clients = .set([john.id])
            patch.outcome = .set("Liked it")
            patch.feedback = .set(Appointment.Feedback(text: "Too dark.", rating: 3))
            let moved = try office.appointment(await office.appointments.change(office.ana, made.id, patch))
            #expect(moved.time.moments?.end.iso8601 == "2026-03-10T20:00:00.000Z", "it lasts as long as before")
            #expect(try await office.told(jane.id).isEmpty)
            #expect(try await office.told(john.id) == ["showing 2 Main Street"])
            let contacts = try await office.database.rows("SELECT client_id FROM client_contact")
            #expect(try contacts.map { try $0.get("client_id", as: ClientID.self) } == [john.id])
            _ = try await office.appointments.remove(office.ana, made.id)
            #expect(try await office.told(john.id).isEmpty)
            #expect(try await office.appointments.get(office.ana, made.id) == .notFound)
            #expect(try await office.database.rows("SELECT client_id FROM client_contact").isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whoever reaches one of the clients sees it, with those clients alone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, john) = (try await office.client(office.ana), try await office.client(office.ben, "John"))
            let made = try await office.appointment(
                office.owner, "Closing", with: [jane.id, john.id], at: "2026-03-09T10:00")
            for (scope, name) in [(office.ana, "Jane Doe"), (office.ben, "John Doe")] {
                let seen = try office.appointment(await office.appointments.get(scope, made.id))
                #expect(seen.guests.map(\.name) == [name])
                // To leave out whom one sees leaves the others.
                #expect(try await office.titles(scope) == ["Closing"])
            }
            var patch = AppointmentPatch()
            patch.clients = .set([])
            let mine = try office.appointment(
                await office.appointments.change(office.owner, made.id, AppointmentPatch()))
            #expect(mine.guests.count == 2)
            let left = try office.appointment(await office.appointments.change(office.ana, made.id, patch))
            #expect(left.guests.isEmpty)
            #expect(try await office.appointments.get(office.ana, made.id) == .notFound)
            #expect(try office.appointment(await office.appointments.get(office.owner, made.id)).guests.count == 1)
            #expect(try await office.appointments.get(office.lender, made.id) == .notFound)
            #expect(try await office.titles(office.lender).isEmpty)
            #expect(try await office.titles(office.lender) { $0.client = john.id }.isEmpty)
            #expect(try await office.titles(office.lender) { $0.attendee = office.owner.userID }.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nobody attends who does not reach the clients`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana)
            let nobody: AccountID = office.time.world.identifier()
            for user in [office.ben.userID, nobody] {
                let outcome = try await office.appointments.create(
                    office.ana,
                    Office.patch(with: [jane.id], at: "2026-03-09") { $0.attendees = .set([office.ana.userID, user]) })
                #expect(office.refused(outcome) == ["attendees[1] unknown_account"])
            }
            let foreign = try await office.appointments.create(
                office.ben, Office.patch(with: [jane.id], at: "2026-03-09"))
            #expect(office.refused(foreign) == ["clients[0] unknown_client"])
            let free = try await office.appointment(office.ana, "Team", at: "2026-03-09") {
                $0.attendees = .set([office.ana.userID, office.ben.userID])
            }
            #expect(try office.appointment(await office.appointments.get(office.ben, free.id)).title == "Team")
            #expect(try await office.appointments.get(office.lender, free.id) == .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a list has the days that were asked for, by the caller's clock`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for (title, start) in [
                ("before", "2026-03-08"), ("whole", "2026-03-09"), ("late", "2026-03-09T23:30"),
                ("after", "2026-03-10T09:00"),
            ] {
                try await office.appointment(office.ana, title, at: start)
            }
            func day(_ scope: Scope) async throws -> [String] {
                try await office.titles(scope) {
                    ($0.from, $0.to) = (CalendarDay("2026-03-09"), CalendarDay("2026-03-09"))
                }
            }
            #expect(try await day(office.ana) == ["whole", "late"])
            // In London "late" is on the 10th; what lasts the whole day is on the 9th everywhere.
            try await office.live(office.owner, in: "Europe/London")
            #expect(try await day(office.owner) == ["whole"])
            try await office.live(office.owner, in: "Pacific/Kiritimati")
            #expect(try await day(office.owner) == ["whole"])
            #expect(try await office.titles(office.ana) == ["before", "whole", "late", "after"])
            var (query, walked): (AppointmentQuery, [String]) = (AppointmentQuery(), [])
            query.limit = 3
            repeat {
                guard case .page(let json, let next) = try await office.appointments.list(office.ana, query) else {
                    throw Office.Unexpected()
                }
                walked += try JSONNames.read(json, "title")
                query.cursor = next
            } while query.cursor != nil
            #expect(walked == ["before", "whole", "late", "after"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `attendees are reminded once, of the clients that they reach`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            try await office.appointment(office.ana, "1 Main Street", with: [jane.id], at: "2026-03-09T10:00") {
                $0.attendees = .set([office.ana.userID, office.ben.userID])
                $0.location = .set("1 Main Street")
                $0.reminderMinutes = .set(60)
            }
            var patch = ClientPatch()
            patch.collaborators = .set([])
            _ = try await office.book.patch(office.ana, jane.id, patch)
            try office.go(to: "2026-03-09T13:00:00Z")
            for _ in 0..<2 {
                try await AppointmentReminders(
                    database: office.database, world: office.time.world, mailbox: office.mailbox
                ).post()
            }
            let mails = try await office.mails()
            #expect(mails.map(\.address) == ["ana@example.com"])
            #expect(mails.first?.values["client"] == "Jane Doe")
            #expect(mails.first?.values["when"] == "Monday, 9 March 2026, 10:00 (America/New_York)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `merge, undoing, erasure and departure leave nothing behind`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (winner, loser) = (try await office.client(office.ana), try await office.client(office.ana))
            let both = try await office.appointment(
                office.ana, "Both", with: [winner.id, loser.id], at: "2026-03-09T10:00")
            let one = try await office.appointment(office.ana, "One", with: [loser.id], at: "2026-03-10T10:00")
            let merge = try await office.merged(office.ana, winner.id, with: loser.id)
            #expect(try office.appointment(await office.appointments.get(office.ana, both.id)).guests.count == 1)
            #expect(try await office.titles(office.ana) { $0.client = loser.id } == ["Both", "One"])
            // An edit tells the one timeline once.
            var patch = AppointmentPatch()
            patch.note = .set("Bring keys")
            _ = try await office.appointments.change(office.ana, both.id, patch)
            #expect(try await office.told(winner.id) == ["appointment Both", "appointment One"])
            _ = try await office.book.undoMerge(office.ana, merge)
            #expect(try office.appointment(await office.appointments.get(office.ana, both.id)).guests.count == 2)
            #expect(try await office.titles(office.ana) { $0.client = winner.id } == ["Both"])
            let (book, ana, ben, now) = (office.book, office.ana.userID, office.ben.userID, office.time.now)
            _ = try await office.database.transaction { try book.handOver(from: ana, to: ben, at: now, in: $0) }
            #expect(try office.appointment(await office.appointments.get(office.ben, one.id)).attendees == [ben])
            try await office.database.transaction { try AppointmentsOfClients().erase([loser.id], in: $0) }
            #expect(try await office.titles(office.owner) == ["Both"])
        }
    }

    private func time(_ text: String) throws -> LocalTime { try #require(LocalTime(text)) }
}
