import Accounts
import Core
import Foundation
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the plans of imports and of taking back` {
    /// The index of a table by its key.
    private static func identity(_ kind: DatabaseKind, _ table: String) -> String {
        kind == .sqlite ? "sqlite_autoindex_\(table)_1" : "\(table)_pkey"
    }

    @Test(arguments: DatabaseKind.available)
    func `a row's person is looked up by the index of addresses and numbers`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, _, recording in
            var content = ClientContent()
            content.emails = [ContactPoint(value: "z@example.com")]
            content.phones = [ContactPoint(value: "+1 202 555 0143")]
            let keys = PersonKeys(ClientForms(content, home: .standard), office.time.world.identifier())
            for scope in [office.owner, office.ana] {
                try await recording.read { session in
                    var known = KnownPeople()
                    try known.find([keys], for: scope, in: session)
                }
            }
            let asked = recording.statementsInside.filter {
                $0.rendered(for: kind == .sqlite ? .sqlite : .postgres).text.contains("client_match")
            }
            #expect(asked.count == 4)
            for statement in asked {
                let plan = try await Self.plan(office, statement)
                #expect(plan.contains { Self.names($0, "client_match_by_value") }, "\(plan)")
                // SQLite finds name and identity together in the index by name; by the name alone nobody is sought.
                let indexes = [Self.identity(kind, "client")] + (kind == .sqlite ? ["client_by_name"] : [])
                #expect(plan.contains { line in indexes.contains { Self.names(line, $0) } }, "\(plan)")
                #expect(kind == .sqlite || !plan.contains { Self.names($0, "client_by_name") }, "\(plan)")
                #expect(!plan.contains(where: Self.readsAll), "\(plan)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what an import did is found by its origin`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, directory, recording in
            let desk = Imports(
                office: office, imports: Imports.worker(office, directory), directory: directory)
            let report = try await desk.imported(office.ana, "Name\n" + (1...60).map { "P\($0)\n" }.joined())
            _ = try await desk.imports.stop(office.ana, report.id, proof: try office.proof(office.ana))
            recording.forget()
            try await desk.work()
            #expect(try await desk.report(office.ana, report.id).status == "undone")
            try await Self.expectOrigins(office, recording.statementsInside, kind)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what a bulk change did is found by its origin`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, _, recording in
            let bulk = BulkChanges(book: office.book, recorder: EventRecorder(isEnabled: false))
            let ids = try await office.page(office.ana).clients.map(\.id)
            let id = try await `a bulk change`.started(
                bulk, office.owner, `a bulk change`.order(.addTags, ids: ids) { $0.tags = ["Spring"] })
            try await bulk.work()
            guard case .started = try await bulk.undo(office.owner, id) else { throw Office.Unexpected() }
            recording.forget()
            try await bulk.work()
            #expect(try await bulk.report(office.owner, id)?.change.status == .undone)
            try await Self.expectOrigins(office, recording.statementsInside, kind)
        }
    }

    /// The clients by the origin of their changes, and the history of each by its identity; none of it read as a whole.
    private static func expectOrigins(_ office: Office, _ asked: [SQL], _ kind: DatabaseKind) async throws {
        var found: [String: Int] = [:]
        for statement in asked {
            let text = statement.rendered(for: office.database.dialect).text
            guard text.hasPrefix("SELECT"), text.contains("client_change") else { continue }
            let plan = try await Self.plan(office, statement)
            let index = text.contains("DISTINCT") ? "client_change_by_origin" : identity(kind, "client_change")
            #expect(plan.contains { names($0, index) }, "\(text): \(plan)")
            #expect(!plan.contains(where: readsAll), "\(text): \(plan)")
            found[index, default: 0] += 1
        }
        #expect(found.count == 2, "\(found)")
    }

    /// An office with 1,500 clients, whose book is recorded.
    private static func open(
        _ kind: DatabaseKind,
        _ body: @escaping @Sendable (Office, URL, RecordingDatabase) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let recording = RecordingDatabase(database)
            try await Office.open(over: recording) { office in
                _ = try await office.book.seedDemo(count: 1500, assignedTo: [office.ana.userID, office.ben.userID])
                if kind == .postgres { _ = try await database.batch(["ANALYZE"]) }
                let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
                    "imports-\(UUID().uuidString)")
                defer { try? FileManager.default.removeItem(at: directory) }
                recording.forget()
                try await body(office, directory, recording)
            }
        }
    }

    private static func plan(_ office: Office, _ statement: SQL) async throws -> [String] {
        try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            // What fits on one page of the disk is read without an index otherwise.
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
    }

    private static func names(_ line: String, _ index: String) -> Bool {
        line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == index }
    }

    /// Whether the line reads a table of clients from its beginning to its end.
    private static func readsAll(_ line: String) -> Bool {
        ["client", "client_match", "client_alias", "client_change"].contains { table in
            line.hasPrefix("SCAN \(table)") && !line.hasPrefix("SCAN \(table)_")
                || line.contains("Seq Scan on \(table)")
        }
    }
}
