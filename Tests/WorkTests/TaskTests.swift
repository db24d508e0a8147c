import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `tasks` {
    @Test(arguments: DatabaseKind.available)
    func `a due day is that day in Honolulu and in Kiritimati`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.live(office.ana, in: "Pacific/Honolulu")
            try await office.live(office.ben, in: "Pacific/Kiritimati")
            let client = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            let made = try await office.task(office.ana, "Send keys", for: client.id) { $0.dueDay = .set("2026-03-08") }
            // At noon UTC it is 02:00 of the 8th in Honolulu, and 02:00 of the 9th in Kiritimati.
            try office.go(to: "2026-03-08T12:00:00Z")
            for (scope, isLate) in [(office.ana, false), (office.ben, true)] {
                guard case .done(let task, let clock) = try await office.tasks.get(scope, made.id) else {
                    throw Office.Unexpected()
                }
                #expect(task.due == .day(try #require(CalendarDay("2026-03-08"))))
                #expect(clock.isOver(task.due) == isLate)
                let state: TaskQuery.State = isLate ? .overdue : .today
                let other: TaskQuery.State = isLate ? .today : .overdue
                #expect(try await office.names(scope, TaskQuery(state: state)) == ["Send keys"])
                #expect(try await office.names(scope, TaskQuery(state: other)).isEmpty)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a due time keeps its clock, and its moment follows the clocks`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let weekly = try await office.task(office.ana, "Weekly call") {
                $0.dueTime = .set("2026-03-04T09:00")
                $0.repeats = .set(TaskPatch.RepeatDraft("weekly"))
            }
            #expect(weekly.due.moment?.iso8601 == "2026-03-04T14:00:00.000Z")
            try office.go(to: "2026-03-04T14:30:00Z")
            let done = try office.task(await office.tasks.complete(office.ana, weekly.id))
            let next = try office.task(await office.tasks.get(office.ana, try #require(done.nextID)))
            #expect(next.due == .time(try #require(LocalTime("2026-03-11T09:00")), .standard))
            #expect(next.due.moment?.iso8601 == "2026-03-11T13:00:00.000Z")
            // Whoever moves to another zone moves none of it.
            try await office.live(office.ana, in: "Europe/Berlin")
            #expect(try office.task(await office.tasks.get(office.ana, next.id)).due == next.due)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a zone that does not exist is refused, and an hour that is skipped or doubled is not`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            func outcome(_ time: String, _ zone: String) async throws -> TaskBook.Outcome {
                try await office.tasks.create(
                    office.ana,
                    TaskPatch(name: "Call") {
                        $0.dueTime = .set(time)
                        $0.timeZone = .set(zone)
                    })
            }
            #expect(
                office.refused(try await outcome("2026-03-08T09:00", "Mars/Olympus")) == ["timeZone unknown_choice"])
            let skipped = try office.task(await outcome("2026-03-08T02:30", "America/New_York"))
            #expect(skipped.due.moment?.iso8601 == "2026-03-08T07:30:00.000Z")
            let doubled = try office.task(await outcome("2026-11-01T01:30", "America/New_York"))
            #expect(doubled.due.moment?.iso8601 == "2026-11-01T05:30:00.000Z")
            let unknown = try await office.settings.change(office.ana, timeZone: "Mars/Olympus")
            #expect(unknown == .invalid([UserSettings.unknownZone("timeZone")]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `every wrong field is named at once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let outcome = try await office.tasks.create(
                office.ana,
                TaskPatch(name: " ") {
                    $0.clientId = office.time.world.identifier()
                    $0.type = .set("Sing")
                    $0.dueDay = .set("2026-02-29")
                    $0.reminderMinutes = .set(-5)
                    $0.repeats = .set(TaskPatch.RepeatDraft("hourly", interval: 0, until: "never"))
                })
            #expect(
                office.refused(outcome) == [
                    "clientId unknown_client", "type unknown_choice", "name required", "dueDay invalid_date",
                    "reminderMinutes out_of_range", "repeat.frequency unknown_choice", "repeat.interval out_of_range",
                    "repeat.until invalid_date", "reminderMinutes not_permitted", "repeat not_permitted",
                ])
            for (day, time) in [("2026-03-01", "2026-03-01T09:00"), ("1999-12-31", ""), ("", "2300-01-01T09:00")] {
                let outcome = try await office.tasks.create(
                    office.ana,
                    TaskPatch(name: "Call") {
                        if !day.isEmpty { $0.dueDay = .set(day) }
                        if !time.isEmpty { $0.dueTime = .set(time) }
                    })
                #expect(
                    office.refused(outcome) == [day == "1999-12-31" ? "dueDay invalid_date" : "dueTime invalid_date"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a task of a client is seen by whoever reaches the client, and given to nobody else`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let made = try await office.task(office.owner, "Call Jane", for: client.id) {
                $0.assignedTo = .set(office.ana.userID)
            }
            #expect(try await office.names(office.ana) == ["Call Jane"])
            #expect(try await office.names(office.owner) == ["Call Jane"])
            for stranger in [office.ben, office.lender] {
                #expect(try await office.names(stranger).isEmpty)
                #expect(try await office.names(stranger, TaskQuery(client: client.id)).isEmpty)
                #expect(try await office.tasks.get(stranger, made.id) == .notFound)
                #expect(try await office.tasks.complete(stranger, made.id) == .notFound)
                #expect(try await office.tasks.remove(stranger, made.id) == .notFound)
                #expect(try await office.tasks.change(stranger, made.id, TaskPatch(name: "Stolen")) == .notFound)
            }
            let nobody: AccountID = office.time.world.identifier()
            for user in [office.ben.userID, nobody] {
                let outcome = try await office.tasks.change(
                    office.ana, made.id, TaskPatch(name: "Call") { $0.assignedTo = .set(user) })
                #expect(office.refused(outcome) == ["assignedTo unknown_account"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a task without a client is that of its people, owner and admin`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let made = try await office.task(office.ana, "Order signs") { $0.assignedTo = .set(office.ben.userID) }
            for scope in [office.ana, office.ben, office.owner] {
                #expect(try await office.names(scope) == ["Order signs"])
            }
            #expect(try await office.names(office.lender).isEmpty)
            #expect(try await office.tasks.get(office.lender, made.id) == .notFound)
            let outcome = try await office.tasks.create(
                office.lender, TaskPatch(name: "Probe") { $0.assignedTo = .set(office.ana.userID) })
            #expect(office.refused(outcome) == ["assignedTo not_permitted"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `to complete one tells the timeline once, and to reopen it takes that back`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let made = try await office.task(office.ana, "Call Jane", for: client.id) { $0.dueDay = .set("2026-01-02") }
            @Sendable func told() async throws -> [String] {
                try await office.database.rows(
                    "SELECT body FROM timeline_entry WHERE client_id = \(client.id) AND deleted_at IS NULL"
                ).map { try $0.get("body") }
            }
            async let first = office.tasks.complete(office.ana, made.id)
            async let second = office.tasks.complete(office.owner, made.id)
            let both = [try office.task(await first), try office.task(await second)]
            #expect(both[0].completedBy == both[1].completedBy && both[0].completedAt != nil)
            #expect(try await told() == ["Call Jane"])
            #expect(try await office.names(office.ana, TaskQuery(client: client.id, state: .done)) == ["Call Jane"])
            #expect(try await office.names(office.ana).isEmpty)
            #expect(try office.task(await office.tasks.reopen(office.ana, made.id)).completedAt == nil)
            #expect(try await told().isEmpty)
            _ = try await office.tasks.complete(office.ana, made.id)
            #expect(try await told() == ["Call Jane"])
            _ = try await office.tasks.remove(office.ana, made.id)
            #expect(try await told().isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what comes back is there once, and goes away when its cause is opened again`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            let made = try await office.task(office.ana, "Rent") {
                $0.dueDay = .set("2028-02-29")
                $0.repeats = .set(TaskPatch.RepeatDraft("yearly"))
            }
            let done = try office.task(await office.tasks.complete(office.ana, made.id))
            let next = try office.task(await office.tasks.get(office.ana, try #require(done.nextID)))
            #expect(next.due.day?.text == "2029-02-28")
            _ = try await office.tasks.complete(office.ana, made.id)
            #expect(try await office.names(office.ana).count == 1)
            _ = try await office.tasks.reopen(office.ana, made.id)
            #expect(try await office.tasks.get(office.ana, next.id) == .notFound)
            // One that somebody has touched stays.
            let again = try office.task(await office.tasks.complete(office.ana, made.id))
            let kept = try #require(again.nextID)
            _ = try await office.tasks.change(office.ana, kept, TaskPatch(name: "Rent, higher"))
            _ = try await office.tasks.reopen(office.ana, made.id)
            #expect(try await office.names(office.ana) == ["Rent", "Rent, higher"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a change of an older version is refused`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let made = try await office.task(office.ana)
            let changed = try office.task(
                await office.tasks.change(office.ana, made.id, TaskPatch(name: "Text"), expectedVersions: [1]))
            #expect(changed.version == 2)
            let late = try await office.tasks.change(
                office.ana, made.id, TaskPatch(name: "Mail"), expectedVersions: [1])
            #expect(late == .versionMismatch)
            #expect(try await office.tasks.remove(office.ana, made.id, expectedVersions: [1]) == .versionMismatch)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a list is walked to its end, the soonest first and what is never due last`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let other = try await office.client(office.ben) { $0.collaborators = [office.ana.userID] }
            for (name, due) in [("3", "2026-05-01"), ("1", "2026-01-05"), ("5", ""), ("2", "2026-02-01T09:00")] {
                try await office.task(office.ana, name, for: client.id) {
                    if due.contains("T") { $0.dueTime = .set(due) } else if !due.isEmpty { $0.dueDay = .set(due) }
                }
            }
            try await office.task(office.ben, "4", for: other.id) { $0.dueDay = .set("2026-06-01") }
            try await office.task(office.ana, "0") {
                $0.assignedTo = .set(office.ben.userID)
                $0.dueDay = .set("2026-01-01")
            }
            for scope in [office.ana, office.owner] {
                var (query, walked): (TaskQuery, [String]) = (TaskQuery(), [])
                query.limit = 2
                while true {
                    guard case .page(let json, let next) = try await office.tasks.list(scope, query) else {
                        throw Office.Unexpected()
                    }
                    walked += try JSONNames.read(json)
                    guard let next else { break }
                    query.cursor = next
                }
                #expect(walked == ["0", "1", "2", "3", "4", "5"])
            }
            #expect(try await office.names(office.ana, TaskQuery(client: other.id)) == ["4"])
            #expect(try await office.names(office.ana, TaskQuery(assignedTo: office.ben.userID)) == ["0", "4"])
            var stolen = TaskQuery(state: .open)
            stolen.limit = 2
            guard case .page(_, let cursor) = try await office.tasks.list(office.ana, stolen) else { return }
            stolen.cursor = cursor
            stolen.state = .done
            guard case .invalidCursor = try await office.tasks.list(office.ana, stolen) else {
                throw Office.Unexpected()
            }
        }
    }
}
