import Storage
import TestSupport
import Testing

@Suite struct `a transaction` {
    @Test(arguments: DatabaseKind.available)
    func `that throws leaves nothing behind`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            await #expect(throws: Refusal()) {
                try await database.transaction { session in
                    try session.run("INSERT INTO counter (name, value) VALUES ('a', 1)")
                    throw Refusal()
                }
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that returns a refusal keeps what it did`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let outcome = try await database.transaction { session -> Result<Int, Refusal> in
                try session.run("INSERT INTO counter (name, value) VALUES ('failures', 1)")
                return .failure(Refusal())
            }
            #expect(outcome == .failure(Refusal()))
            #expect(try await database.counter("failures") == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `sees its own changes and counts them`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let (changes, total) = try await database.transaction { session -> ([Int], Int?) in
                var changes: [Int] = []
                changes.append(try session.changes("INSERT INTO counter (name, value) VALUES ('a', 1), ('b', 2)"))
                changes.append(try session.changes("UPDATE counter SET value = value + 1 WHERE value > 5"))
                changes.append(try session.changes("UPDATE counter SET value = value + 1"))
                changes.append(try session.changes("CREATE TABLE other (x BIGINT)"))
                let total: Int? = try session.row("SELECT sum(value) AS n FROM counter")?.get("n")
                changes.append(try session.changes("DELETE FROM counter WHERE name = 'a'"))
                changes.append(try session.changes("DELETE FROM counter WHERE name = 'a'"))
                return (changes, total)
            }
            #expect(changes == [2, 0, 2, 0, 1, 0])
            #expect(total == 5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that fails in a crowd takes no other with it`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let failed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        do {
                            try await database.transaction { session in
                                try session.run("INSERT INTO counter (name, value) VALUES (\("\(number)"), 0)")
                                if number % 7 == 3 { throw Refusal() }
                                if number % 7 == 5 {
                                    try session.run("INSERT INTO counter (name, value) VALUES ('0', 0)")
                                }
                                if number % 7 == 6 {
                                    try session.run("UPDATE counter SET value = 1000000 WHERE name = \("\(number)")")
                                }
                            }
                            return false
                        } catch {
                            return true
                        }
                    }
                }
                return try await group.reduce(into: 0) { count, failed in count += failed ? 1 : 0 }
            }
            // One that repeats the key '0' may come before '0' itself; then '0' is the one that fails.
            #expect(failed == (0..<300).count { [3, 5, 6].contains($0 % 7) })
            #expect(try await database.counters() >= 300 - failed)
            #expect(try await database.rows("SELECT name FROM counter WHERE value <> 0").isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `loses none of 500 increments made at once`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('n', 0)")
            try await withThrowingTaskGroup { group in
                for _ in 0..<500 {
                    group.addTask {
                        try await database.transaction { session in
                            let row = try session.row(
                                "SELECT value FROM counter WHERE name = 'n' \(SQLClause.forUpdate)")
                            let value: Int = try #require(row).get("value")
                            try session.run("UPDATE counter SET value = \(value + 1) WHERE name = 'n'")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.counter("n") == 500)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not undone when its caller is cancelled`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for number in 0..<50 {
                let caller = Task {
                    unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
                    return try await database.transaction { session in
                        try session.changes("INSERT INTO counter (name, value) VALUES (\("\(number)"), 1)")
                    }
                }
                #expect(try await caller.value == 1)
            }
            #expect(try await database.counters() == 50)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is over after a failed statement, even if the error is swallowed`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            await #expect(throws: StorageError.self) {
                try await database.transaction { session in
                    try session.run("INSERT INTO counter (name, value) VALUES ('a', 1)")
                    _ = try? session.run("INSERT INTO counter (name, value) VALUES ('a', 2)")
                    _ = try? session.run("INSERT INTO counter (name, value) VALUES ('b', 3)")
                }
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `deferred checks fail alone`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(
                "CREATE TABLE parent (id BIGINT PRIMARY KEY)",
                "CREATE TABLE child (id BIGINT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
            let kept = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let isKept = try? await database.transaction { session in
                            try session.run("INSERT INTO child VALUES (\(number))")
                            if number % 2 == 0 { try session.run("INSERT INTO parent VALUES (\(number))") }
                            return true
                        }
                        return isKept ?? false
                    }
                }
                return await group.reduce(into: 0) { count, kept in count += kept ? 1 : 0 }
            }
            #expect(kept == 30)
            #expect(try await database.rows("SELECT id FROM child").count == 30)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `after closing is refused, and closing waits for what is under way`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let database = try await place.open()
            try await database.setUp(Tables.counters)
            let done = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        do {
                            try await database.transaction { session in
                                _ = try session.changes("INSERT INTO counter (name, value) VALUES (\("\(number)"), 1)")
                            }
                            return 1
                        } catch StorageError.unavailable {
                            return 0
                        }
                    }
                }
                await database.close()
                return try await group.reduce(0, +)
            }
            await #expect(throws: StorageError.unavailable("the database is closed")) {
                _ = try await database.rows("SELECT 1 AS one")
            }
            let again = try await place.open()
            #expect(try await again.counters() == done)
            await again.close()
            // Whoever closes once more finds it closed.
            await again.close()
        }
    }
}
