import Core
import Storage
import StoragePostgres
import Synchronization
import TestSupport
import Testing

/// What only a database at the other end of a wire can do.
@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `PostgreSQL` {
    private static let backend: SQL = "SELECT pg_backend_pid() AS pid"

    /// Ends the backend `pid` from another connection, and waits until it is gone.
    private static func end(_ pid: Int, from killer: any Database) async throws {
        _ = try await killer.rows("SELECT pg_terminate_backend(\(pid)::int, 5000) AS done")
    }

    /// Two databases on one place: the first has a single connection.
    private func withTwo(_ body: (any Database, any Database) async throws -> Void) async throws {
        try await withTestDatabase(.postgres) { place in
            let database = try await place.open(maximum: 1)
            let other = try await place.open(maximum: 1)
            try await database.setUp(Tables.counters)
            let result: Result<Void, any Error>
            do { result = .success(try await body(database, other)) } catch { result = .failure(error) }
            await database.close()
            await other.close()
            try result.get()
        }
    }

    @Test func `ending a connection at rest goes unnoticed`() async throws {
        try await withTwo { database, killer in
            for _ in 0..<3 {
                let pid: Int = try #require(try await database.rows(Self.backend).first).get("pid")
                try await Self.end(pid, from: killer)
                let next: Int = try #require(try await database.rows(Self.backend).first).get("pid")
                #expect(next != pid)
            }
            let pid: Int = try #require(try await database.rows(Self.backend).first).get("pid")
            try await Self.end(pid, from: killer)
            try await database.transaction { session in
                _ = try session.changes("INSERT INTO counter (name, value) VALUES ('a', 1)")
            }
            #expect(try await database.counter("a") == 1)
        }
    }

    @Test func `ending a connection inside a transaction is an error, and the next call works`() async throws {
        try await withTwo { database, killer in
            let started = Signal()
            let ended = Signal()
            let pid: Int = try #require(try await database.rows(Self.backend).first).get("pid")
            let writing = Task {
                try await database.transaction { session in
                    _ = try session.changes("INSERT INTO counter (name, value) VALUES ('a', 1)")
                    started.set()
                    ended.wait()
                    try session.run("INSERT INTO counter (name, value) VALUES ('b', 1)")
                }
            }
            await started.hasBeenSet()
            try await Self.end(pid, from: killer)
            ended.set()
            let error = await #expect(throws: StorageError.self) { _ = try await writing.value }
            guard case .unavailable = error else { throw Refusal() }
            #expect(try await database.counters() == 0)
            await #expect(throws: StorageError.self) {
                _ = try await database.batch(["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"])
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test func `transactions that lock each other out are run again`() async throws {
        try await withTestDatabase(.postgres) { place in
            let database = try await place.open()
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('a', 0), ('b', 0)")
            let holdsFirst = (Signal(), Signal())
            async let one = Self.increment(["a", "b"], database, set: holdsFirst.0, await: holdsFirst.1)
            async let other = Self.increment(["b", "a"], database, set: holdsFirst.1, await: holdsFirst.0)
            // At least the loser of the first round came again; by chance they may have met once more.
            #expect(try await max(one, other) >= 2)
            #expect(try await database.counter("a") == 2)
            #expect(try await database.counter("b") == 2)
            await database.close()
        }
    }

    /// Adds 1 to each of `names` in order, in one transaction, and returns how often that was tried. The first time it
    /// goes on to the second name only when the other transaction holds that one.
    private static func increment(
        _ names: [String], _ database: any Database, set mine: Signal, await theirs: Signal
    ) async throws -> Int {
        let tries = Tries()
        return try await database.transaction { session in
            let isFirst = tries.count.withLock { count in
                count += 1
                return count == 1
            }
            for (index, name) in names.enumerated() {
                // Asked for its answer, and so sent at once.
                _ = try session.changes("UPDATE counter SET value = value + 1 WHERE name = \(name)")
                if index == 0, isFirst {
                    mine.set()
                    theirs.wait()
                }
            }
            return tries.count.withLock { $0 }
        }
    }

    private final class Tries: Sendable {
        let count = Mutex(0)
    }

    @Test func `more jobs than may wait are turned away at once`() async throws {
        try await withTestDatabase(.postgres) { place in
            let database = try await place.open(maximum: 1, longestQueue: 2)
            let started = Signal()
            let go = Signal()
            let holder = Task {
                try await database.read { _ in
                    started.set()
                    go.wait()
                }
            }
            await started.hasBeenSet()
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        do {
                            _ = try await database.rows("SELECT 1 AS one")
                            return true
                        } catch StorageError.overloaded {
                            return false
                        }
                    }
                }
                // Eight are turned away while the one connection is held; then the two that wait get their turn.
                var served = 0
                var refused = 0
                while let isServed = try await group.next() {
                    if isServed { served += 1 } else { refused += 1 }
                    if refused == 8 { go.set() }
                }
                return (served, refused)
            }
            #expect(outcomes == (2, 8))
            try await holder.value
            await database.close()
        }
    }

    @Test func `a password never shows in an error`() async throws {
        let urls = [
            "postgres://ana:hunter2hunter2@127.0.0.1:1/none", "postgres://ana:hunter2hunter2@[::1/none",
            "host=127.0.0.1 port=1 user=ana password=hunter2hunter2 nonsense=1", "hunter2hunter2",
        ]
        for url in urls {
            let configuration = PostgresConfiguration(url: Secret(url), queryTimeout: .seconds(1))
            #expect(!"\(configuration)".contains("hunter2"))
            let error = await #expect(throws: StorageError.self) {
                _ = try await PostgresDatabase.connect(configuration, world: .live)
            }
            #expect(!String(describing: error).contains("hunter2"))
        }
    }

    @Test func `that cannot be reached is left alone for a while`() async throws {
        let time = TestWorld()
        let unreachable = PostgresConfiguration(
            url: Secret("postgres://127.0.0.1:1/none"), poolMinimum: 0, queryTimeout: .seconds(1))
        let database = try await PostgresDatabase.connect(unreachable, world: time.world)
        for _ in 0..<3 {
            let error = await #expect(throws: StorageError.self) { _ = try await database.rows("SELECT 1 AS one") }
            guard case .unavailable(let reason) = error else { throw Refusal() }
            #expect(reason.contains("127.0.0.1"))
            time.advance(by: .seconds(1))
        }
        await database.close()
    }

    @Test func `closes connections that were not needed for long`() async throws {
        try await withTestDatabase(.postgres) { place in
            let time = TestWorld()
            let database = try await place.open(maximum: 4, world: time.world)
            let watcher = try await place.open(maximum: 1)
            let gates = (0..<4).map { _ in (Signal(), Signal()) }
            let pids = try await withThrowingTaskGroup(of: Int.self) { group in
                for (started, go) in gates {
                    group.addTask {
                        try await database.read { session in
                            started.set()
                            go.wait()
                            return try #require(try session.row(Self.backend)).get("pid")
                        }
                    }
                }
                for (started, _) in gates { await started.hasBeenSet() }
                for (_, go) in gates { go.set() }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(pids).count == 4)
            time.advance(by: .minutes(6))
            _ = try await database.rows("SELECT 1 AS one")
            _ = try await database.rows("SELECT 1 AS one")
            var alive = 4
            for _ in 0..<200 where alive > 1 {
                let list = pids.map { "\($0)" as SQL }.joined(separator: ", ")
                let row = try await watcher.rows(
                    "SELECT count(*) AS n FROM pg_stat_activity WHERE pid IN (" + list + ")"
                ).first
                alive = try #require(row).get("n")
            }
            #expect(alive == 1)
            await database.close()
            await watcher.close()
        }
    }
}
