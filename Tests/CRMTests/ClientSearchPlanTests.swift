import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the plans of a search` {
    /// A book that is too large to be read whole.
    private func open(_ kind: DatabaseKind, _ body: @escaping @Sendable (Office) async throws -> Void) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(count: 3000, assignedTo: [office.ana.userID, office.ben.userID])
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            try await body(office)
        }
    }

    private func plan(_ office: Office, _ statement: SQL) async throws -> [String] {
        try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            // So few rows are read faster than an index.
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
    }

    /// What is asked for a search, statement by statement.
    private func plans(_ office: Office, _ scope: Scope, _ search: String) async throws -> [[String]] {
        let recording = RecordingDatabase(office.database)
        var book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
        book.searchBounds = SearchBounds(
            mostRanked: 50, mostOfOwn: 100, shownOfCommon: 20, sample: 100, readOfCommon: 1000)
        var query = ClientQuery()
        query.search = search
        guard case .page = try await book.list(scope, query) else { throw Office.Unexpected() }
        var plans: [[String]] = []
        for statement in recording.statements { plans.append(try await plan(office, statement)) }
        return plans
    }

    private func names(_ plan: [String], _ index: String) -> Bool {
        plan.contains { line in
            line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == index }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the latest rows of a reader are read along the index that holds their texts`(kind: DatabaseKind) async throws
    {
        try await open(kind) { office in
            for scope in [office.owner, office.ana] {
                let plans = try await plans(office, scope, "zzqx")
                #expect(names(plans[1], "client_search_by_activity"), "\(plans[1])")
                #expect(names(plans[1], "client_search_long_by_activity"), "\(plans[1])")
                #expect(!plans[1].contains { $0.contains("Seq Scan") || $0.contains("TEMP B-TREE") }, "\(plans[1])")
                if kind == .sqlite { #expect(plans[1].contains { $0.contains("COVERING") }, "\(plans[1])") }
                // An agent's search asks that and nothing else.
                if scope == office.ana { #expect(plans.count == 3) }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a fragment that few have is found in the index of trigrams`(kind: DatabaseKind) async throws {
        try await open(kind) { office in
            let plans = try await plans(office, office.owner, "zzqx")
            #expect(plans.count == 4)
            let index = kind == .sqlite ? "client_trigram" : "client_search_by_trigram"
            #expect(names(plans[2], index), "\(plans[2])")
            if kind == .sqlite {
                #expect(plans[2].contains { $0.contains("VIRTUAL TABLE INDEX 0:M") }, "\(plans[2])")
                #expect(plans[2].contains { $0.contains("SEARCH found USING INTEGER PRIMARY KEY") }, "\(plans[2])")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the clients of a page are looked up by their identities`(kind: DatabaseKind) async throws {
        try await open(kind) { office in
            let lookUp = kind == .sqlite ? "sqlite_autoindex_client_1" : "client_pkey"
            for search in ["smith", "an"] {
                for scope in [office.owner, office.ana] {
                    let plans = try await plans(office, scope, search)
                    #expect(names(plans.last ?? [], lookUp), "\(plans)")
                }
            }
        }
    }
}
