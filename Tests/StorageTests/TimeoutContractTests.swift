import Storage
import TestSupport
import Testing

@Suite struct `how busy a database is` {
    @Test(arguments: DatabaseKind.available)
    func `is told while a transaction runs and others wait, and after`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            #expect(database.load.inUse == 0)
            #expect(database.load.size > 1)
            let (started, held) = (Signal(), Signal())
            let first = Task {
                try await database.transaction { _ in
                    started.set()
                    held.wait()
                }
            }
            await started.hasBeenSet()
            #expect(database.load.inUse == 1)
            #expect(database.load.waiting == 0)
            let others = (0...database.load.size).map { _ in Task { try await database.transaction { _ in } } }
            if kind == .sqlite {
                // One writes, so all others wait.
                while database.load.waiting < others.count { await Task.yield() }
                #expect(database.load.inUse == 1)
            }
            held.set()
            try await first.value
            for other in others { try await other.value }
            #expect(database.load.waiting == 0)
            #expect(database.load.refused == 0)
        }
    }
}

@Suite struct `a statement that runs too long` {
    /// Never ends.
    private static let endless: SQL = """
        WITH RECURSIVE step (n) AS (SELECT 1 UNION ALL SELECT n + 1 - 1 FROM step) SELECT count(*) AS n FROM step
        """

    /// The tables are made without a hurry; the limit is far above what a busy machine needs for a statement that does end.
    private func opened(_ place: TestDatabase) async throws -> any Database {
        let unhurried = try await place.open()
        try await unhurried.setUp(Tables.counters)
        await unhurried.close()
        return try await place.open(queryTimeout: .milliseconds(500))
    }

    @Test(arguments: DatabaseKind.available)
    func `is cut off, and the database goes on`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let database = try await opened(place)
            await #expect(throws: StorageError.timedOut) { _ = try await database.rows(Self.endless) }
            await #expect(throws: StorageError.timedOut) {
                _ = try await database.read { session in try session.rows(Self.endless) }
            }
            await #expect(throws: StorageError.timedOut) { _ = try await database.batch([Self.endless]) }
            #expect(try await database.counters() == 0)
            await database.close()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes no other transaction with it`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let database = try await opened(place)
            let timedOut = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        do {
                            try await database.transaction { session in
                                try session.run("INSERT INTO counter (name, value) VALUES (\("\(number)"), 0)")
                                guard number % 10 == 5 else { return }
                                // A statement that writes: SQLite rolls back everything when it cuts one off.
                                _ = try session.changes(
                                    "INSERT INTO counter (name, value) SELECT 'x', n FROM (" + Self.endless + ") AS e")
                            }
                            return false
                        } catch StorageError.timedOut {
                            return true
                        }
                    }
                }
                return try await group.reduce(into: 0) { count, timedOut in count += timedOut ? 1 : 0 }
            }
            #expect(timedOut == 4)
            #expect(try await database.counters() == 36)
            await database.close()
        }
    }
}
