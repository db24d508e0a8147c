import Dispatch
package import Storage
import Synchronization

import class GRDB.DatabasePool

/// The product's tables in one SQLite file.
///
/// One connection writes, several read; each runs on a serial queue of its own, never on the threads of Swift's tasks.
/// Transactions that arrive together share one durable commit.
package final class SQLiteDatabase: Storage.Database {
    /// How many jobs may wait or run; past it callers get ``StorageError/overloaded``.
    private static let capacity = 10_000

    private let pool: DatabasePool
    private let queryTimeout: Duration
    private let admission = Admission(capacity: capacity)
    private let writes = GroupCommit()
    private let reads: ReaderLanes
    private let connections = Mutex<[ObjectIdentifier: SQLiteConnection]>([:])

    /// Opens the file at `path`, whose folder must exist; makes it, readable by its owner only, when it is not there.
    ///
    /// A statement that runs longer than `queryTimeout` is cut off with ``StorageError/timedOut``. Throws
    /// ``StorageError/unavailable(_:)`` when the file cannot be opened, ``StorageError/failed(_:)`` when it is no database.
    package init(path: String, queryTimeout: Duration) throws {
        pool = try SQLiteFile(path: path).pool()
        reads = ReaderLanes(pool)
        self.queryTimeout = queryTimeout
    }

    package var dialect: SQLDialect { .sqlite }

    /// Runs `body` in one transaction; see ``Storage/Database/transaction(_:)``.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> T
    ) async throws -> T {
        try admission.enter()
        defer { admission.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            guard writes.enqueue(WriteJob(body, tell: continuation)) else { return }
            pool.asyncWriteWithoutTransaction { [self] database in
                do {
                    writes.drain(try connection(database))
                } catch {
                    writes.fail(StorageError(error))
                }
            }
        }
    }

    /// Runs `body` over one unchanging picture; see ``Storage/Database/read(_:)``.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        try await onReader { connection in
            try connection.control("BEGIN DEFERRED")
            // Nothing was written, so there is nothing that ending the transaction could fail to keep.
            defer { try? connection.control("ROLLBACK") }
            let session = SQLiteSession(connection)
            let value = try body(session)
            if let failure = session.failure { throw failure }
            return value
        }
    }

    /// Runs one `SELECT`.
    package func rows(_ statement: SQL) async throws -> [Row] {
        try await onReader { connection in try connection.rows(statement) }
    }

    /// Runs the statements as one transaction; see ``Storage/Database/batch(_:)``.
    package func batch(_ statements: [SQL]) async throws -> [[Row]] {
        try await transaction { session in try statements.map { try session.rows($0) } }
    }

    /// Waits for what is under way, then lets the connections go.
    package func close() async {
        await admission.close()
        let pool = pool
        await withCheckedContinuation { continuation in
            // Waits for connections and syncs the file, so it has a thread of its own. That it fails would mean a
            // statement still runs, which the admission has ruled out.
            DispatchQueue(label: "gatehouse.sqlite.close").async {
                // So that the file alone, without its log, is a whole backup of a stopped server.
                try? pool.writeWithoutTransaction { database in _ = try database.checkpoint(.truncate) }
                try? pool.close()
                continuation.resume()
            }
        }
    }

    /// Runs `work` on a connection that cannot write. Not undone or cut short by cancellation.
    private func onReader<T: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws -> T
    ) async throws -> T {
        try admission.enter()
        defer { admission.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            reads.submit { [self] result in
                continuation.resume(
                    with: Result {
                        let database: GRDBDatabase
                        do { database = try result.get() } catch { throw StorageError(error) }
                        return try work(try connection(database))
                    })
            }
        }
    }

    /// What we know of `database`; made when it is first used. Kept for good, as GRDB keeps the connection.
    private func connection(_ database: GRDBDatabase) throws -> SQLiteConnection {
        try connections.withLock { connections in
            if let known = connections[ObjectIdentifier(database)] { return known }
            let connection = try SQLiteConnection(database, queryTimeout: queryTimeout)
            connections[ObjectIdentifier(database)] = connection
            return connection
        }
    }
}
