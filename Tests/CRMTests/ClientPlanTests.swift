import Accounts
import CRM
import Core
import Identity
import Storage
import TestSupport
import Testing

@Suite struct `the plans of the client list` {
    private static let orders: [(ClientSort, String)] = [
        (.createdAt, "creation"), (.newestFirst, "creation"), (.updatedAt, "update"), (.lastUpdatedFirst, "update"),
        (.lastName, "name"), (.lastNameReversed, "name"), (.lastActivityAt, "activity"),
        (.lastActiveFirst, "activity"), (.price, "price"), (.highestPriceFirst, "price"),
    ]

    @Test(arguments: DatabaseKind.available)
    func `a page reads the index that has reader, stage and order together`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            for (sort, order) in Self.orders {
                let cases: [(Scope, String?, String)] = [
                    (office.owner, nil, "client_by_\(order)"), (office.owner, "Leads", "client_stage_by_\(order)"),
                    (office.ana, nil, "client_reader_by_\(order)"),
                    (office.ana, "Leads", "client_reader_stage_by_\(order)"),
                ]
                for (scope, stage, index) in cases {
                    var query = ClientQuery()
                    query.sort = sort
                    query.stage = stage
                    // The first page and one after it.
                    for _ in 0..<2 {
                        let (plan, next) = try await plan(office, scope, query)
                        #expect(plan.contains { names($0, index) }, "\(sort), \(scope.role): \(plan)")
                        #expect(
                            !plan.contains { $0.contains("Sort") || $0.contains("TEMP B-TREE") }, "\(sort): \(plan)")
                        #expect(plan.contains { isIndexOfTotals($0) }, "\(sort): \(plan)")
                        query.cursor = next
                        #expect(next != nil)
                    }
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an agent's page looks up by identity the few clients that it shows`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            let (plan, _) = try await plan(office, office.ana, ClientQuery())
            let lookUp = kind == .sqlite ? "sqlite_autoindex_client_1" : "client_pkey"
            #expect(plan.contains { names($0, lookUp) }, "\(plan)")
            #expect(!plan.contains { $0.contains("Hash") || $0.contains("SCAN client") }, "\(plan)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a filtered total is counted along the reader's rows, and not beyond the bound`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            try await fill(office)
            var query = ClientQuery()
            query.source = "Zillow"
            let (plan, _) = try await plan(office, office.ana, query)
            #expect(plan.filter { $0.contains("client_reader_") }.count >= 2, "\(plan)")
            if kind == .postgres { #expect(plan.filter { $0.contains("Limit") }.count == 2, "\(plan)") }
        }
    }

    @Test(arguments: DatabaseKind.available.filter { $0 == .postgres })
    func `a page is planned once for a connection and not each time`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await fill(office)
            for scope in [office.owner, office.ana] {
                let statement = try await statement(office, scope, ClientQuery()).sql
                let plans = try await office.database.transaction { session in
                    // PostgreSQL plans the first five runs for their values, and then compares.
                    for _ in 0..<12 { _ = try session.rows(statement) }
                    return try session.rows(
                        """
                        SELECT generic_plans, custom_plans FROM pg_prepared_statements
                        WHERE statement LIKE '%ORDER BY%LIMIT 21%'
                        """
                    ).map { [try $0.get("generic_plans", as: Int.self), try $0.get("custom_plans")] }
                }
                #expect(plans.contains { $0[0] >= 7 && $0[1] <= 5 }, "\(scope.role): \(plans)")
            }
        }
    }

    private func fill(_ office: Office) async throws {
        _ = try await office.book.seedDemo(
            count: 1500, assignedTo: [office.ana.userID, office.ben.userID, office.admin.userID])
        // PostgreSQL does this by itself after a minute; SQLite plans without it.
        if office.database.dialect == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
    }

    /// What is asked for a page, and the cursor of the next one.
    private func statement(
        _ office: Office, _ scope: Scope, _ query: ClientQuery
    ) async throws -> (sql: SQL, next: String?) {
        let recording = RecordingDatabase(office.database)
        let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
        guard case .page(let page) = try await book.list(scope, query) else { throw Office.Unexpected() }
        return (try #require(recording.statements.last), page.nextCursor)
    }

    /// The lines of the plan for a page, and the cursor of the next one.
    private func plan(
        _ office: Office, _ scope: Scope, _ query: ClientQuery
    ) async throws -> (lines: [String], next: String?) {
        let (statement, next) = try await statement(office, scope, query)
        let lines = try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            // The totals fit on one page of the disk, where an index is no gain yet.
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
        return (lines, next)
    }

    private func names(_ line: String, _ index: String) -> Bool {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == index }
    }

    private func isIndexOfTotals(_ line: String) -> Bool {
        names(line, "client_total_pkey") || names(line, "sqlite_autoindex_client_total_1")
    }
}
