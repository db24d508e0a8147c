package import Core
import NIOPosix
package import Storage
import Synchronization

/// The product's tables in PostgreSQL, or in an engine that speaks its protocol and dialect.
///
/// Whatever speaks to the server runs on one of the database's own threads, one job or group per thread and connection at a time:
/// nothing that blocks ever runs on the threads of Swift's tasks. There the rows are decoded too, except the few of a short read that went
/// through ``SharedReads``: those are decoded by the task that asked.
package final class PostgresDatabase: Database {
    /// How many connections group commits may use at once, and how many shared reads. Either is off where that would be more than half of all.
    private static let lanes = 2

    private let pool: ConnectionPool
    private let threads: NIOThreadPool
    private let admission: Admission
    private let configuration: PostgresConfiguration
    private let groups: GroupCommit
    private let sharedReads: SharedReads
    /// How many jobs are in groups, or in the queue for one.
    private let sharing = Atomic<Int>(0)
    private let listeners = Mutex<[PostgresListener]>([])

    private init(_ configuration: PostgresConfiguration, world: World) throws {
        self.configuration = configuration
        pool = try ConnectionPool(configuration, world: world)
        threads = NIOThreadPool(numberOfThreads: configuration.poolMaximum)
        admission = Admission(capacity: configuration.poolMaximum + configuration.longestQueue)
        groups = GroupCommit(lanes: Self.lanes)
        sharedReads = SharedReads(lanes: Self.lanes, queryTimeout: configuration.queryTimeout)
        threads.start()
    }

    /// Connects: the configured minimum of connections is open when this returns.
    ///
    /// Throws ``StorageError/failed(_:)`` when the URL cannot be read, and ``StorageError/unavailable(_:)`` with the server's
    /// or libpq's reason when it is not let in. Neither holds a password.
    package static func connect(_ configuration: PostgresConfiguration, world: World) async throws -> PostgresDatabase {
        let database = try PostgresDatabase(configuration, world: world)
        do {
            try await database.onThread { pool in try pool.fill() }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    package var dialect: SQLDialect { .postgres }

    private var sharesCommits: Bool { configuration.poolMaximum >= 2 * Self.lanes }
    private var sharesReads: Bool { configuration.poolMaximum >= 4 * Self.lanes }

    /// The connections in use are counted by the pool. Waiting are the jobs for which there is no thread, and those whose group was not sent yet.
    package var load: DatabaseLoad {
        let (underWay, refused) = admission.count
        let size = configuration.poolMaximum
        let waiting = max(0, underWay - sharing.load(ordering: .relaxed) - size) + groups.waiting + sharedReads.waiting
        return DatabaseLoad(size: size, inUse: pool.inUse, waiting: waiting, refused: refused)
    }

    /// Runs `body` in one transaction; see ``Storage/Database/transaction(_:)``.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> T
    ) async throws -> T {
        try await onThread { pool in try PostgresTransaction(pool: pool).run("BEGIN", body) }
    }

    /// Runs `body` over one snapshot; see ``Storage/Database/read(_:)``.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        try await onThread { pool in
            try PostgresTransaction(pool: pool).run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
        }
    }

    /// Runs one `SELECT`; see ``Storage/Database/rows(_:isShort:)``.
    package func rows(_ statement: SQL, isShort: Bool) async throws -> [Row] {
        if isShort, sharesReads {
            let result = try await share(statement)
            return try result.rows(result.columns())
        }
        return try await onThread { pool in
            try PostgresTransaction(pool: pool).tryingAgain { connection in try connection.rows(statement) }
        }
    }

    /// Runs one `SELECT` and reads its rows in place; see ``Storage/Database/reduce(_:isShort:into:_:)``.
    package func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        @Sendable func reduce(_ result: PostgresResult) throws -> T {
            var value = start()
            try PostgresRowInPlace.forEach(of: result) { row in try body(&value, row) }
            return value
        }
        if isShort, sharesReads { return try reduce(try await share(statement)) }
        return try await onThread { pool in
            try PostgresTransaction(pool: pool).tryingAgain { connection in
                try reduce(connection.execute(PostgresConnection.Call(statement)).result)
            }
        }
    }

    /// Runs the statements as one transaction; see ``Storage/Database/batch(_:locking:)``.
    package func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]] {
        guard !statements.isEmpty else { return [] }
        if let row, sharesCommits { return try await share(statements, row) }
        return try await onThread { pool in
            try PostgresTransaction(pool: pool).tryingAgain { connection in try connection.batch(statements) }
        }
    }

    /// What is announced on `channel`; see ``Storage/Database/announcements(on:)``.
    package func announcements(on channel: Channel) -> AsyncStream<Announcement>? {
        let listener = PostgresListener(configuration, channel: channel)
        listeners.withLock { $0.append(listener) }
        return AsyncStream { hearer in listener.start(hearer) }
    }

    /// Waits for what is under way, then lets the connections go.
    package func close() async {
        for listener in listeners.withLock({ $0 }) { listener.stop() }
        await admission.close()
        let pool = pool
        await withCheckedContinuation { continuation in
            threads.submit { _ in
                pool.drain()
                continuation.resume()
            }
        }
        // It only fails when the threads have ended already.
        try? await threads.shutdownGracefully()
    }

    /// Runs the statements in a group commit with those of others that wait.
    private func share(_ statements: [SQL], _ row: [UInt8]) async throws -> [[Row]] {
        try await amongOthers { [pool, groups, threads] finish in
            groups.enqueue(GroupCommit.Job(statements: statements, row: row, finish: finish)) {
                threads.submit { state in
                    guard case .active = state else { return groups.fail(Self.closed) }
                    groups.drain(pool) { job in
                        Self.run(pool, threads, finish: job.finish) { try $0.batch(job.statements) }
                    }
                }
            }
        }
    }

    /// Runs one `SELECT` in a pipeline with those of others that wait.
    private func share(_ statement: SQL) async throws -> PostgresResult {
        try await amongOthers { [pool, sharedReads, threads] finish in
            @Sendable func runAlone(_ job: SharedReads.Job) {
                Self.run(pool, threads, finish: job.finish) { try job.run(on: $0) }
            }
            sharedReads.enqueue(SharedReads.Job(statement: statement, finish: finish), alone: runAlone) {
                threads.submit { state in
                    guard case .active = state else { return sharedReads.fail(Self.closed) }
                    sharedReads.drain(pool, alone: runAlone)
                }
            }
        }
    }

    /// Waits until the callback that `start` is given is called, which happens once.
    private func amongOthers<T: Sendable>(
        _ start: (@escaping @Sendable (Result<T, any Error>) -> Void) -> Void
    ) async throws -> T {
        try admission.enter()
        sharing.wrappingAdd(1, ordering: .relaxed)
        defer {
            sharing.wrappingSubtract(1, ordering: .relaxed)
            admission.leave()
        }
        return try await withCheckedThrowingContinuation { continuation in
            start { continuation.resume(with: $0) }
        }
    }

    /// Runs `work` by itself, on the next thread that is free.
    private static func run<T>(
        _ pool: ConnectionPool, _ threads: NIOThreadPool, finish: @escaping @Sendable (Result<T, any Error>) -> Void,
        _ work: @escaping @Sendable (PostgresConnection) throws -> T
    ) {
        threads.submit { state in
            guard case .active = state else { return finish(.failure(closed)) }
            finish(Result { try PostgresTransaction(pool: pool).tryingAgain(work) })
        }
    }

    private static var closed: StorageError { .unavailable("the database is closed") }

    /// Runs `work` on a thread of the driver. Once it is in the queue there, cancellation of the caller's task changes nothing.
    private func onThread<T: Sendable>(_ work: @escaping @Sendable (ConnectionPool) throws -> T) async throws -> T {
        try admission.enter()
        defer { admission.leave() }
        let pool = pool
        return try await withCheckedThrowingContinuation { continuation in
            threads.submit { state in
                guard case .active = state else {
                    return continuation.resume(throwing: Self.closed)
                }
                continuation.resume(with: Result { try work(pool) })
            }
        }
    }
}
