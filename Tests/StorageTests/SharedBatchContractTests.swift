import Storage
import TestSupport
import Testing

@Suite struct `batches that lock one row each` {
    @Test(arguments: DatabaseKind.available)
    func `of many callers are each carried out once`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for row in 0..<4 { try await database.fill(row) }
            let answers = await inParallel(200) { turn in
                try await database.batch(Self.increment(turn % 4), locking: [UInt8(turn % 4)])
            }
            for row in 0..<4 {
                let seen = try answers.enumerated().filter { $0.offset % 4 == row }.map {
                    try $0.element.get().first?.first?.get("value", as: Int.self)
                }
                // Each has seen those before it, and nobody has seen a value twice.
                #expect(seen.compactMap(\.self).sorted() == Array(1...50))
            }
            #expect(try await database.rows("SELECT name FROM counter WHERE name LIKE 'event%'").count == 200)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fail alone`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            for row in 0..<100 { try await database.fill(row) }
            let answers = await inParallel(100) { turn in
                let wrong: [SQL] = turn % 10 == 3 ? ["INSERT INTO counter (name, value) VALUES ('row0', 1)"] : []
                return try await database.batch(Self.increment(turn) + wrong, locking: [UInt8(turn)])
            }
            for (turn, answer) in answers.enumerated() {
                switch answer {
                case .success: #expect(turn % 10 != 3)
                case .failure(StorageError.constraintViolated): #expect(turn % 10 == 3)
                case .failure(let error): throw error
                }
            }
            let changed = try await database.rows("SELECT name FROM counter WHERE name LIKE 'row%' AND value = 1")
            #expect(changed.count == 90)
        }
    }

    @Test(.enabled(if: DatabaseKind.available.contains(.postgres)))
    func `share commits on PostgreSQL`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.setUp(Tables.counters)
            for row in 0..<100 { try await database.fill(row) }
            let answers = await inParallel(100) { turn in
                try await database.batch(
                    Self.increment(turn) + ["SELECT pg_current_xact_id()::text AS id"], locking: [UInt8(turn)])
            }
            let transactions = try answers.map { try $0.get().last?.first?.get("id", as: String.self) }
            #expect(Set(transactions).count < 100)
        }
    }

    @Test(.enabled(if: DatabaseKind.available.contains(.postgres)))
    func `wait alone for a row that somebody holds`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.setUp(Tables.counters)
            for row in 0..<20 { try await database.fill(row) }
            let (held, go) = (Signal(), Signal())
            let holder = Task {
                try await database.transaction { session in
                    _ = try session.changes("UPDATE counter SET value = value + 10 WHERE name = 'row0'")
                    held.set()
                    go.wait()
                }
            }
            await held.hasBeenSet()
            async let stuck = database.batch(Self.increment(0), locking: [0])
            // Those of all others are answered though the row is held all the while.
            let answers = await inParallel(19) { turn in
                try await database.batch(Self.increment(turn + 1), locking: [UInt8(turn + 1)])
            }
            #expect(try answers.map { try $0.get().first?.count } == Array(repeating: 1, count: 19))
            go.set()
            try await holder.value
            #expect(try await stuck.first?.first?.get("value") == 11)
        }
    }

    private static func increment(_ row: Int) -> [SQL] {
        [
            "UPDATE counter SET value = value + 1 WHERE name = \("row\(row)") RETURNING value",
            """
            INSERT INTO counter (name, value)
            SELECT 'event ' || name || ' ' || CAST(value AS TEXT), 0 FROM counter WHERE name = \("row\(row)")
            """,
        ]
    }
}

extension Database {
    fileprivate func fill(_ row: Int) async throws {
        _ = try await batch(["INSERT INTO counter (name, value) VALUES (\("row\(row)"), 0)"])
    }
}
