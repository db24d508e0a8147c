import Dispatch
package import Storage
import Synchronization

import class GRDB.DatabaseQueue

/// The product's tables in one SQLite file.
///
/// One connection writes, several read. Transactions run on a queue of their own, and those that wait at the same moment share one durable
/// commit. A single `SELECT` starts on the caller's thread, which saves two changes of thread: they cost more than most queries. One that
/// takes longer than ``moment`` starts over on a reader's queue, so that it does not block a thread of Swift's tasks.
package final class SQLiteDatabase: Storage.Database {
    /// How many jobs may wait or run; past it callers get ``StorageError/overloaded``.
    private static let capacity = 10_000

    /// How long a read may run on the caller's thread. A page of a list takes a tenth of it.
    private static let moment = Duration.milliseconds(1)

    private let writer: DatabaseQueue
    private let writing: SQLiteConnection
    private let isClosed = Mutex(false)
    private let admission = Admission(capacity: capacity)
    private let writes = GroupCommit()
    private let reads: ReaderLanes
    private let long = LongStatements()

    /// Opens the file at `path`, whose folder must exist; makes it, readable by its owner only, when it is not there.
    ///
    /// A statement that runs longer than `queryTimeout` is cut off with ``StorageError/timedOut``. Throws
    /// ``StorageError/unavailable(_:)`` when the file cannot be opened, ``StorageError/failed(_:)`` when it is no database.
    package init(path: String, queryTimeout: Duration) throws {
        let file = SQLiteFile(path: path)
        writer = try file.writer()
        do {
            writing = try writer.unsafeRead { try SQLiteConnection($0, queryTimeout: queryTimeout) }
        } catch {
            throw StorageError(error)
        }
        reads = ReaderLanes(file, queryTimeout: queryTimeout)
    }

    package var dialect: SQLDialect { .sqlite }

    /// The one connection that writes and those that read, together.
    package var load: DatabaseLoad {
        let (readers, writer) = (reads.load, writes.load)
        return DatabaseLoad(
            size: ReaderLanes.count + 1, inUse: readers.inUse + (writer.isBusy ? 1 : 0),
            waiting: readers.waiting + writer.waiting, refused: admission.count.refused)
    }

    /// Runs `body` in one transaction; see ``Storage/Database/transaction(_:)``.
    package func transaction<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> T
    ) async throws -> T {
        try admission.enter()
        defer { admission.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            guard writes.enqueue(WriteJob(body, tell: continuation)) else { return }
            writer.asyncWriteWithoutTransaction { [self] _ in writes.drain(writing) }
        }
    }

    /// Runs `body` over one snapshot; see ``Storage/Database/read(_:)``.
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

    /// Runs one `SELECT`. `isShort` makes no difference: how long it takes shows when it runs.
    package func rows(_ statement: SQL, isShort: Bool) async throws -> [Row] {
        let statement = statement.rendered(for: .sqlite)
        return try await select(statement.text) { connection, limit in try connection.rows(statement, within: limit) }
    }

    /// Runs one `SELECT` and reads its rows in place; see ``Storage/Database/reduce(_:isShort:into:_:)``.
    package func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        let statement = statement.rendered(for: .sqlite)
        return try await select(statement.text) { connection, limit in
            var value = start()
            try connection.forEachRow(of: statement, within: limit) { row in try body(&value, row) }
            return value
        }
    }

    /// Runs the statements as one transaction, which shares its commit anyway; see ``Storage/Database/batch(_:locking:)``.
    package func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]] {
        try await transaction { session in try statements.map { try session.rows($0) } }
    }

    /// Waits for what is under way, then lets the connections go. Once: whoever closes it again only waits.
    package func close() async {
        await admission.close()
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        let (writer, writing, reads) = (writer, writing, reads)
        await withCheckedContinuation { continuation in
            // Waits for the writer and syncs the file, so it has a thread of its own. That it fails would mean a
            // statement still runs, which the admission has ruled out.
            DispatchQueue(label: "gatehouse.sqlite.close").async {
                reads.close()
                writing.finish()
                // So that the file alone, without its log, is a whole backup of a stopped server.
                try? writer.writeWithoutTransaction { database in _ = try database.checkpoint(.truncate) }
                try? writer.close()
                continuation.resume()
            }
        }
    }

    /// Runs `work` for the statement `text`: on this thread if it ends within a moment, else on a reader's queue.
    private func select<T: Sendable>(
        _ text: String, _ work: @escaping @Sendable (SQLiteConnection, _ limit: Duration?) throws -> T
    ) async throws -> T {
        if let value = try inAMoment(text, work) { return value }
        return try await onReader { connection in try work(connection, nil) }
    }

    /// `nil` when `work` takes longer than a moment, may be expected to, or no lane is free.
    private func inAMoment<T>(_ text: String, _ work: (SQLiteConnection, Duration?) throws -> T) throws -> T? {
        guard !long.skips(text) else { return nil }
        try admission.enter()
        defer { admission.leave() }
        guard let lane = reads.take() else { return nil }
        defer { reads.giveBack(lane) }
        do {
            return try work(try lane.connection(), Self.moment)
        } catch StorageError.timedOut {
            long.insert(text)
            return nil
        }
    }

    /// Runs `work` on a connection that cannot write. Not undone or cut short by cancellation.
    private func onReader<T: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws -> T
    ) async throws -> T {
        try admission.enter()
        defer { admission.leave() }
        return try await withCheckedThrowingContinuation { continuation in
            reads.submit { lane in continuation.resume(with: Result { try work(lane.connection()) }) }
        }
    }
}
