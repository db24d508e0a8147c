import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the plans of filters` {
    private func fill(_ office: Office) async throws {
        try await `a filter of clients`.fields(office)
        _ = try await office.book.seedDemo(count: 1500, assignedTo: [office.ana.userID, office.ben.userID])
        for number in 0..<30 {
            try await office.client(office.ana, "Rare \(number)") {
                $0.tags = ["ocelot"]
                $0.source = "Billboard"
                $0.price = 7
                $0.collaborators = [office.lender.userID]
                $0.customFields = [
                    "note": .text("Likes gardens"), "score": .number(5), "closeDate": .text("2026-01-31"),
                ]
            }
        }
        if office.database.dialect == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
    }

    private func plan(_ office: Office, _ statement: SQL) async throws -> [String] {
        try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
    }

    private func names(_ line: String, _ index: String) -> Bool {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == index }
    }

    @Test(arguments: DatabaseKind.available)
    func `count and list few clients of the whole book along the index of what is asked`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            try await fill(office)
            let day = try #require(PartialDate("2026-01-01"))
            let cases: [(FilterCondition, String)] = [
                (FilterCondition(.tag, .isOne(of: ["ocelot"])), "client_match_by_value"),
                (FilterCondition(.source, .isOne(of: ["Billboard"])), "client_by_source"),
                (FilterCondition(.assignedTo, .isPerson(of: [.account(office.admin.userID)])), "client_by_assignee"),
                (
                    FilterCondition(.collaborator, .isPerson(of: [.account(office.lender.userID)])),
                    "client_collaborator_by_user"
                ),
                (FilterCondition(.price, .number(.less, 10)), "client_by_price"),
                (FilterCondition(.lastActivityAt, .recent(days: 36_000, isWithin: false)), "client_by_activity"),
                (FilterCondition(.createdAt, .recent(days: 36_000, isWithin: false)), "client_by_creation"),
                (FilterCondition(.updatedAt, .recent(days: 36_000, isWithin: false)), "client_by_update"),
                (FilterCondition(.custom("note"), .isOne(of: ["likes gardens"])), "client_custom_by_text"),
                (
                    FilterCondition(.custom("closeDate"), .day(isBefore: false, day)),
                    "client_custom_by_text"
                ),
                (FilterCondition(.custom("score"), .number(.atLeast, 5)), "client_custom_by_number"),
            ]
            for (condition, index) in cases {
                let recording = RecordingDatabase(office.database)
                let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
                var query = ClientQuery()
                query.filter = .every([.condition(condition), .condition(FilterCondition(.email, .isEmpty(true)))])
                guard case .page = try await book.list(office.owner, query) else { throw Office.Unexpected() }
                #expect(recording.statements.count == 2)
                for statement in recording.statements {
                    let lines = try await plan(office, statement)
                    #expect(lines.contains { names($0, index) }, "\(condition.field.name): \(lines)")
                }
                guard kind == .sqlite, !index.hasPrefix("client_by") else { continue }
                let list = try await plan(office, recording.statements[1])
                #expect(list.contains { names($0, "sqlite_autoindex_client_1") }, "looked up one by one: \(list)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of an agent read the agent's rows, in their order, and no index of the whole book`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            let conditions: [FilterCondition] = [
                FilterCondition(.tag, .isOne(of: ["ocelot"])), FilterCondition(.source, .isOne(of: ["Billboard"])),
                FilterCondition(.price, .number(.less, 10)),
                FilterCondition(.assignedTo, .isPerson(of: [.account(office.ben.userID)])),
                FilterCondition(.lastActivityAt, .recent(days: 36_000, isWithin: false)),
            ]
            for condition in conditions {
                let recording = RecordingDatabase(office.database)
                let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
                var query = ClientQuery()
                query.filter = .condition(condition)
                guard case .page = try await book.list(office.ana, query) else { throw Office.Unexpected() }
                #expect(recording.statements.count == 1)
                let lines = try await plan(office, recording.statements[0])
                #expect(lines.contains { $0.contains("client_reader_") }, "\(lines)")
                let ofBook = ["client_by_source", "client_by_price", "client_by_activity", "client_by_assignee"]
                guard kind == .postgres else {
                    #expect(!lines.contains { line in ofBook.contains { names(line, $0) } }, "\(lines)")
                    continue
                }
                // Of a table as small as this one PostgreSQL may read all of any index, but never seek in it what is asked.
                let columns = ["source", "assigned_to", "COALESCE"]
                #expect(
                    !lines.contains { line in line.contains("Index Cond") && columns.contains { line.contains($0) } },
                    "\(lines)")
            }
        }
    }
}
