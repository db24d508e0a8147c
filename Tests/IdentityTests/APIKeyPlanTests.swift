import Accounts
import Core
import Credentials
import Identity
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `the statements of API keys` {
    /// What the database would do, without the choice to read a small table whole.
    private static func plan(_ statement: SQL, of fixture: GateFixture) async throws -> String {
        let dialect = fixture.database.dialect
        return try await fixture.database.transaction { sql in
            switch dialect {
            case .sqlite:
                return try sql.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
                    .joined(separator: "\n")
            case .postgres:
                try sql.run("SET LOCAL enable_seqscan = off")
                return try sql.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
                    .joined(separator: "\n")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that requests and rounds wait for are answered by an index`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            let (_, key) = try await fixture.key(try await fixture.signedIn())
            let now = fixture.time.now
            let expected: [(SQL, sqlite: String, postgres: String)] = [
                (APIKeyTable.selectWithOwner(key.id), "sqlite_autoindex_api_key_1", "api_key_pkey"),
                (APIKeyTable.selectAll(of: ana.id, at: now), "api_key_by_account", "api_key_by_account"),
                (APIKeyTable.selectOwners(changedSince: now), "api_key_changed", "api_key_changed"),
            ]
            for (statement, sqlite, postgres) in expected {
                let plan = try await Self.plan(statement, of: fixture)
                #expect(plan.contains(kind == .sqlite ? sqlite : postgres), "\(plan)")
                #expect(!plan.contains("SCAN api_key") && !plan.contains("Seq Scan on api_key"), "\(plan)")
            }
        }
    }
}
