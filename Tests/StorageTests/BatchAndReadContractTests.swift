import Storage
import TestSupport
import Testing

@Suite struct `a batch` {
    @Test(arguments: DatabaseKind.available)
    func `returns the rows of each statement in order`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for round in 1...3 {
                let answers = try await database.batch([
                    "INSERT INTO counter (name, value) VALUES (\("n\(round)"), \(round)) RETURNING value",
                    "UPDATE counter SET value = value + 1",
                    "SELECT name, value FROM counter ORDER BY name",
                ])
                #expect(answers.map(\.count) == [1, 0, round])
                #expect(try answers[2].last?.get("value") == round + 1)
            }
            #expect(try await database.batch([]).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is kept whole or not at all`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for _ in 0..<2 {
                let error = await #expect(throws: StorageError.self) {
                    _ = try await database.batch([
                        "INSERT INTO counter (name, value) VALUES ('a', 1)",
                        "INSERT INTO counter (name, value) VALUES ('a', 2)",
                        "INSERT INTO counter (name, value) VALUES ('b', 3)",
                    ])
                }
                guard case .constraintViolated = error else { throw Refusal() }
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can hang a later statement on an earlier one`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('generation', 1)")
            for expected in [1, 0] {
                let answers = try await database.batch([
                    "UPDATE counter SET value = 2 WHERE name = 'generation' AND value = 1 RETURNING value",
                    """
                    INSERT INTO counter (name, value) SELECT 'event', 1 FROM counter
                    WHERE name = 'generation' AND value = 2 ON CONFLICT DO NOTHING RETURNING name
                    """,
                ])
                #expect(answers.map(\.count) == [expected, expected])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refused by a check at its end leaves nothing`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(
                "CREATE TABLE parent (id BIGINT PRIMARY KEY)",
                "CREATE TABLE child (id BIGINT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
            let error = await #expect(throws: StorageError.self) {
                _ = try await database.batch(["INSERT INTO child VALUES (1)", "SELECT id FROM child"])
            }
            guard case .constraintViolated = error else { throw Refusal() }
            #expect(try await database.rows("SELECT id FROM child").isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of much data both ways goes through`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let block = [UInt8](repeating: 1, count: 200_000)
            let answers = try await database.batch((0..<50).map { _ in "SELECT \(block) AS block" })
            let sizes = try answers.map { try $0.first?.get("block", as: [UInt8].self).count }
            #expect(sizes == Array(repeating: block.count, count: 50))
        }
    }
}

@Suite struct `a read` {
    @Test(arguments: DatabaseKind.available)
    func `sees one picture while others write`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('n', 0)")
            let started = Signal()
            let written = Signal()
            let reading = Task {
                try await database.read { session in
                    let first: Int = try #require(try session.row("SELECT value FROM counter")).get("value")
                    started.set()
                    written.wait()
                    let second: Int = try #require(try session.row("SELECT value FROM counter")).get("value")
                    return [first, second]
                }
            }
            await started.hasBeenSet()
            try await database.transaction { session in _ = try session.changes("UPDATE counter SET value = 7") }
            written.set()
            #expect(try await reading.value == [0, 0])
            #expect(try await database.counter("n") == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cannot write`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            await #expect(throws: StorageError.self) {
                try await database.read { session in
                    _ = try session.changes("INSERT INTO counter (name, value) VALUES ('a', 1)")
                }
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of thousands at once is answered each with its own rows`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<4000 {
                    group.addTask {
                        let row = try await database.rows("SELECT \(number) + 0 AS n").first
                        return try row?.get("n") != number
                    }
                }
                return try await group.reduce(into: 0) { count, isWrong in count += isWrong ? 1 : 0 }
            }
            #expect(wrong == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `passes on what its body throws`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            await #expect(throws: Refusal()) { try await database.read { _ in throw Refusal() } }
            let row = try await database.read { session in try session.row("SELECT 1 AS one") }
            #expect(try row?.get("one") == 1)
        }
    }
}
