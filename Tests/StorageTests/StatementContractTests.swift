import Storage
import TestSupport
import Testing

@Suite struct `statements` {
    @Test(arguments: DatabaseKind.available)
    func `insert or update and return the row`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for expected in 1...3 {
                let row = try await database.transaction { session in
                    try session.row(
                        """
                        INSERT INTO counter (name, value) VALUES ('n', 1)
                        ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value
                        RETURNING name, value
                        """)
                }
                #expect(try row?.get("value") == expected)
            }
            let nothing = try await database.transaction { session in
                try session.rows(
                    "INSERT INTO counter (name, value) VALUES ('n', 9) ON CONFLICT DO NOTHING RETURNING value")
            }
            #expect(nothing.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `update on a condition and say who won`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('generation', 1)")
            let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await database.batch([
                            """
                            UPDATE counter SET value = value + 1 WHERE name = 'generation' AND value = 1
                            RETURNING value
                            """
                        ])[0].count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(winners == 1)
            #expect(try await database.counter("generation") == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that violate a constraint say so`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('a', 1)")
            let violations: [SQL] = [
                "INSERT INTO counter (name, value) VALUES ('a', 2)",
                "INSERT INTO counter (name, value) VALUES ('b', \(nil as Int?))",
                "INSERT INTO counter (name, value) VALUES ('b', 1000000)",
            ]
            for statement in violations {
                let error = await #expect(throws: StorageError.self) {
                    try await database.transaction { session in _ = try session.changes(statement) }
                }
                guard case .constraintViolated(let name) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(!name.isEmpty)
            }
            let check = await #expect(throws: StorageError.self) { _ = try await database.batch([violations[2]]) }
            guard case .constraintViolated(let name) = check else { throw Refusal() }
            #expect(name.contains("value_is_small"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that make no sense fail without harm`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            for _ in 0..<3 {
                let error = await #expect(throws: StorageError.self) { _ = try await database.rows("SELEKT 1") }
                guard case .failed = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                await #expect(throws: StorageError.self) { _ = try await database.batch(["SELECT 1 AS a", "SELEKT"]) }
                await #expect(throws: StorageError.self) { _ = try await database.rows("SELECT 1; SELECT 2") }
            }
            let rows = try await database.rows("SELECT 1 AS one")
            #expect(rows.count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `read through a changed table give its new columns`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let database = try await place.open(maximum: 1)
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('a', 1)")
            let everything: SQL = "SELECT * FROM counter"
            #expect(try await database.rows(everything).first?.get("value") == 1)
            _ = try await database.read { session in try session.rows(everything) }
            try await database.setUp("ALTER TABLE counter ADD COLUMN extra BIGINT DEFAULT 5")
            #expect(try await database.rows(everything).first?.get("extra") == 5)
            try await database.setUp("ALTER TABLE counter RENAME COLUMN extra TO other")
            #expect(try await database.read { try $0.row(everything) }?.get("other") == 5)
            #expect(try await database.rows(everything).first?.get("other") == 5)
            #expect(try await database.batch([everything])[0].first?.get("other") == 5)
            await database.close()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a thousand different texts do not pile up`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.transaction { session in
                for length in 1...600 {
                    let list = (1...length).map { "\($0)" as SQL }.joined(separator: ", ")
                    let row = try session.row("SELECT count(*) AS n FROM (SELECT 1 WHERE 1 IN (" + list + ")) AS t")
                    #expect(try row?.get("n") == 1)
                }
            }
            #expect(try await database.rows("SELECT 1 AS one").count == 1)
        }
    }
}
