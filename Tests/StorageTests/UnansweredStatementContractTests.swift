import Storage
import TestSupport
import Testing

@Suite struct `a statement whose answer nobody asks for` {
    @Test(arguments: DatabaseKind.available)
    func `has its effect before the next one`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let seen = try await database.transaction { session -> [Int?] in
                try session.run(Tables.counters)
                try session.run("INSERT INTO counter (name, value) VALUES ('a', 1)")
                let first: Int? = try session.row("SELECT value FROM counter")?.get("value")
                try session.run("UPDATE counter SET value = 2")
                let changed = try session.changes("UPDATE counter SET value = value + 1 WHERE value = 2")
                return [first, changed]
            }
            #expect(seen == [1, 1])
            #expect(try await database.counter("a") == 3)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fails with the next one, or with the commit`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let twice: SQL = "INSERT INTO counter (name, value) VALUES ('a', 1), ('a', 2)"
            // Again and again: what was prepared for it must be of use, or gone.
            for _ in 1...3 {
                let atNext = await #expect(throws: StorageError.self) {
                    try await database.transaction { session in
                        try session.run(twice)
                        _ = try session.rows("SELECT name FROM counter")
                    }
                }
                let atCommit = await #expect(throws: StorageError.self) {
                    try await database.transaction { session in
                        try session.run("INSERT INTO counter (name, value) VALUES ('b', 1)")
                        try session.run(twice)
                    }
                }
                for error in [atNext, atCommit] {
                    guard case .constraintViolated = error else { throw Refusal() }
                }
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `may be one of very many`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            try await database.transaction { session in
                for number in 0..<1000 {
                    try session.run("INSERT INTO counter (name, value) VALUES (\("n\(number)"), \(number))")
                }
            }
            #expect(try await database.counters() == 1000)
        }
    }
}
