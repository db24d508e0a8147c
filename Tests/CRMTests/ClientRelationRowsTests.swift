import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the relations of clients` {
    private func rows(_ office: Office) async throws -> [String] {
        try await office.database.rows("SELECT client_id, other_id FROM client_relation ORDER BY client_id, other_id")
            .map { "\(try $0.get("client_id", as: ClientID.self)) \(try $0.get("other_id", as: ClientID.self))" }
    }

    @Test(arguments: DatabaseKind.available)
    func `follow the clients, and are made for those that were there before`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (one, other) = (try await office.client(office.ana, "A"), try await office.client(office.ana, "B"))
            let third = try await office.client(office.ana, "C") {
                $0.relationships = [
                    Relationship(kind: "knows", name: "", clientID: one.id),
                    Relationship(kind: "loves", name: "", clientID: one.id), Relationship(kind: "is", name: "Nobody"),
                ]
            }
            var patch = ClientPatch()
            patch.relationships = .set([Relationship(kind: "knows", name: "", clientID: third.id)])
            _ = try await office.patched(office.ana, other.id, patch)
            let expected = ["\(third.id) \(one.id)", "\(other.id) \(third.id)"].sorted()
            #expect(try await rows(office) == expected)
            _ = try await office.database.batch([
                "DROP TABLE client_relation", "DELETE FROM schema_migration WHERE number = 152",
            ])
            let steps = try await Migrator(IdentitySchema.migrations + CRMSchema.migrations)
                .migrate(office.database, now: office.time.now)
            #expect(steps.map(\.number) == [152])
            #expect(try await rows(office) == expected)
            patch.relationships = .clear
            _ = try await office.patched(office.ana, other.id, patch)
            #expect(try await rows(office) == ["\(third.id) \(one.id)"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `and aliases are found by an index`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let id: ClientID = office.time.world.identifier()
            let statements: [(SQL, String)] = [
                ("SELECT client_id FROM client_relation WHERE other_id IN (\(id))", "client_relation_by_other"),
                ("SELECT id FROM client_alias WHERE client_id IN (\(id))", "client_alias_by_client"),
                ("SELECT id FROM client_alias WHERE merge_id = \(id)", "client_alias_by_merge"),
                (
                    "SELECT id FROM client WHERE id = \(ClientAlias.target(of: id))",
                    kind == .postgres ? "client_alias_pkey" : "sqlite_autoindex_client_alias_1"
                ),
                (
                    "SELECT id FROM client WHERE id = \(ClientAlias.target(of: id))",
                    kind == .postgres ? "client_pkey" : "sqlite_autoindex_client_1"
                ),
                (
                    "SELECT field FROM client_merged_change WHERE client_id = \(id)",
                    kind == .postgres ? "client_merged_change_pkey" : "sqlite_autoindex_client_merged_change_1"
                ),
                ("SELECT client_id FROM client_change WHERE origin_id = \(id)", "client_change_by_origin"),
            ]
            for (statement, index) in statements {
                let lines = try await plan(office, statement)
                #expect(lines.contains { $0.contains(index) }, "\(index): \(lines)")
                #expect(
                    !lines.contains { $0.contains("SCAN client") && !$0.contains("INDEX") || $0.contains("Seq Scan") })
            }
        }
    }

    private func plan(_ office: Office, _ statement: SQL) async throws -> [String] {
        try await office.database.transaction { session in
            guard office.database.dialect == .postgres else {
                return try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
            }
            try session.run("SET LOCAL enable_seqscan = off")
            try session.run("SET LOCAL enable_bitmapscan = off")
            return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
        }
    }
}
