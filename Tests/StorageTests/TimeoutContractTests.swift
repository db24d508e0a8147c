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

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `is told in connections, of which several short reads share one`() async throws {
        try await withTestDatabase(.postgres) { place in
            let (database, watcher) = (try await place.open(), try await place.open(maximum: 2))
            var isSeen = false
            // They share one for a quarter of a second at most, which a busy machine can miss.
            for _ in 0..<5 where !isSeen { isSeen = try await Self.seesTwoShared(by: 6, database, watcher) }
            #expect(isSeen)
            while database.load.inUse > 0 { await Task.yield() }
            await database.close()
            await watcher.close()
        }
    }

    /// Whether two connections were in use, as the server and `database` say, while `readers` and one more waited for an answer.
    private static func seesTwoShared(
        by readers: Int, _ database: any Database, _ watcher: any Database
    ) async throws -> Bool {
        let (held, go) = (Signal(), Signal())
        let late: SQL = "SELECT pg_advisory_xact_lock_shared(hashtext(current_schema()))"
        let holder = Task {
            try await watcher.transaction { session in
                _ = try session.rows("SELECT pg_advisory_xact_lock(hashtext(current_schema()))")
                held.set()
                go.wait()
            }
        }
        await held.hasBeenSet()
        func atTheLock() async throws -> Int {
            try #require(
                try await watcher.rows(
                    """
                    SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                        AND CAST(objid AS BIGINT) = CAST(hashtext(current_schema()) AS BIGINT) & 4294967295
                    """
                ).first
            ).get("n")
        }
        let first = Task { try await database.rows(late, isShort: true).count }
        var isWaiting = false
        for _ in 0..<5_000 where !isWaiting { isWaiting = try await atTheLock() > 0 }
        guard isWaiting else {
            // It was broken off before anybody looked.
            go.set()
            try await holder.value
            _ = await first.result
            return false
        }
        let others = Task { await inParallel(readers) { _ in try await database.rows(late, isShort: true).count } }
        var (isSeen, count) = (false, 1)
        while !isSeen, count <= 2 {
            let before = database.load.inUse
            count = try await atTheLock()
            isSeen = count == 2 && before == 2 && database.load.inUse == 2
        }
        go.set()
        try await holder.value
        _ = try await first.value
        for answer in await others.value { _ = try answer.get() }
        return isSeen
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
