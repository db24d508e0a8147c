import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the plans of one client, its history, the trash and an export` {
    @Test(arguments: DatabaseKind.available)
    func `a client is one question, along its identity`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await fill(office)
            for scope in [office.owner, office.ana] {
                let (statements, transactions) = try await asked(office) { book in _ = try await book.get(scope, client)
                }
                #expect(statements.count == 1 && transactions == 0)
                try await expect(office, statements[0], index(kind, "client"))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a page of a history is one question, along the client's own changes`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await fill(office)
            for scope in [office.owner, office.ana] {
                let (statements, _) = try await asked(office) { book in
                    _ = try await book.historyJSON(scope, client, limit: 20, cursor: nil)
                }
                #expect(statements.count == 1)
                try await expect(office, statements[0], index(kind, "client_change"))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a page of the trash is read in its order`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await fill(office)
            let (statements, _) = try await asked(office) { book in _ = try await book.trashJSON(office.owner) }
            #expect(statements.count == 1)
            try await expect(office, statements[0], "client_in_trash")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a page of an export begins where the last one ended`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await fill(office)
            let recording = RecordingDatabase(office.database)
            let clients = ExportedClients(
                database: recording, visible: ClientVisibility(office.owner).ofMany, format: .jsonl, fields: [],
                addresses: [:])
            for try await _ in clients {}
            #expect(recording.statements.count > 1)
            try await expect(office, try #require(recording.statements.last), index(kind, "client"))
        }
    }

    private func fill(_ office: Office) async throws -> ClientID {
        _ = try await office.book.seedDemo(count: 1500, assignedTo: [office.ana.userID, office.ben.userID])
        let client = try await office.client(office.ana)
        for number in 0..<5 {
            var patch = ClientPatch()
            patch.background = .set("note \(number)")
            try await office.patched(office.ana, client.id, patch)
        }
        for _ in 0..<20 {
            let gone = try await office.client(office.owner, "Gone")
            _ = try await office.book.delete(office.owner, gone.id, proof: office.proof(office.owner))
        }
        if office.database.dialect == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
        return client.id
    }

    private func asked(
        _ office: Office, _ body: (ClientBook) async throws -> Void
    ) async throws -> ([SQL], transactions: Int) {
        let recording = RecordingDatabase(office.database)
        try await body(ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey))
        return (recording.statements, recording.transactions)
    }

    /// The index that a primary key makes.
    private func index(_ kind: DatabaseKind, _ table: String) -> String {
        kind == .sqlite ? "sqlite_autoindex_\(table)_1" : "\(table)_pkey"
    }

    private func expect(_ office: Office, _ statement: SQL, _ index: String) async throws {
        let lines = try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            // Little fits on few pages of the disk, where an index is no gain yet.
            try session.run("SET LOCAL enable_seqscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
        let words = lines.flatMap { $0.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init) }
        #expect(words.contains(index), "\(lines)")
        #expect(!lines.contains { $0.contains("TEMP B-TREE") || $0.contains("SCAN client ") }, "\(lines)")
    }
}
