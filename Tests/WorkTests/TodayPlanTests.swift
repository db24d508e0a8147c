import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the plans of today` {
    @Test(arguments: DatabaseKind.available)
    func `each part reads an index of the reader`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            try await expectIndexes(office, office.owner)
            try await expectIndexes(office, office.ana)
        }
    }

    private func expectIndexes(_ office: Office, _ scope: Scope) async throws {
        let parts = Self.parts(for: scope, at: office.time.now)
        for place in parts.indices {
            let plan = try await office.plan(parts[place].statement).joined(separator: "\n")
            #expect(plan.contains(parts[place].index), "\(plan)")
            for read in ["Seq Scan", "SCAN task", "SCAN appointment", "SCAN client", "SCAN day", "SCAN mine"] {
                #expect(!plan.contains(read), "\(plan)")
            }
        }
    }

    /// The statement of each part, and the index that it reads.
    private static func parts(for scope: Scope, at now: Timestamp) -> [(index: String, statement: SQL)] {
        let reader = TodayReader(
            scope: scope, clock: TaskClock(now: now, zone: .standard),
            intervals: [StageInterval(stage: "Leads", days: 7), StageInterval(stage: "Nurture", days: 30)])
        let indexes: [(any TodayPart, String)] = [
            (OverdueTasks(), "task_open_by_assignee"), (DueTasks(), "task_open_by_assignee"),
            (TodayAppointments(), "appointment_attendee_by_user"), (NewLeads(), "client_waiting"),
            (Celebrations(), "client_day_by_reader"), (NotContacted(), "client_by_contact"),
        ]
        return indexes.compactMap { part, index in part.statement(for: reader).map { (index, $0) } }
    }

    @Test(arguments: DatabaseKind.available)
    func `a list of tasks reads an index of the client, the person or the reader`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            let client: ClientID = office.time.world.identifier()
            let clock = TaskClock(now: office.time.now, zone: .standard)
            for state in TaskQuery.State.allCases {
                let which = state == .done ? "task_done" : "task_open"
                let cases: [(Scope, TaskQuery, String)] = [
                    (office.owner, TaskQuery(state: state), which),
                    (office.owner, TaskQuery(client: client, state: state), "\(which)_by_client"),
                    (office.ana, TaskQuery(client: client, state: state), "\(which)_by_client"),
                    (office.ana, TaskQuery(assignedTo: office.ben.userID, state: state), "\(which)_by_assignee"),
                    // Of three people each has enough of them that one reads as well along the order of all.
                    (office.ana, TaskQuery(state: state), which),
                ]
                for (scope, query, index) in cases {
                    let plan = try await office.plan(TaskListRows(scope, query, clock).statement)
                    #expect(plan.contains { $0.contains(index) }, "\(state) \(scope.role): \(plan)")
                    #expect(
                        !plan.contains { $0.contains("Seq Scan on task") || $0.contains("SCAN task\n") },
                        "\(state) \(scope.role): \(plan)")
                }
            }
        }
    }

    private func fill(_ office: Office) async throws {
        _ = try await office.book.seedDemo(
            count: 1500, assignedTo: [office.ana.userID, office.ben.userID, office.owner.userID])
        let (ids, now) = ((0..<2000).map { _ in office.time.world.identifier(WorkTaskID.self) }, office.time.now)
        let people = [office.ana.userID, office.ben.userID, office.owner.userID]
        try await office.database.transaction { session in
            let clients = try session.rows("SELECT id FROM client").map { try $0.get("id", as: ClientID.self) }
            for (number, id) in ids.enumerated() {
                let client = number % 4 == 0 ? nil : clients[number % clients.count]
                var task = WorkTask(id, for: client, by: people[number % 3], at: now)
                task.due = .day(CalendarDay(number: 20_400 + number % 300))
                try TaskTable.insert(task, in: session)
                guard number % 2 == 0 else { continue }
                var done = task
                done.completedAt = now + .seconds(number)
                try TaskTable.update(done, from: task, in: session)
            }
        }
        // PostgreSQL does this by itself after a minute; SQLite plans without it.
        if office.database.dialect == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
    }
}

extension Office {
    /// The lines of the plan for a statement.
    func plan(_ statement: SQL) async throws -> [String] {
        let dialect = database.dialect
        return try await database.transaction { session in
            guard dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            // Some of the tables fit on one page of the disk, where an index is no gain yet.
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
    }
}
