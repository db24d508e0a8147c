package import Storage
import Synchronization

/// Stands before a database, counts what reaches it, and can do something in the middle of a batch.
package final class WatchedDatabase: Database {
    private let database: any Database
    private let calls = Mutex(0)
    private let asked = Mutex(0)
    private let exchanged = Mutex(0)
    private let batched = Mutex<[Int]>([])
    private let duringBatch = Mutex<(@Sendable () throws -> Void)?>(nil)

    /// Before `database`.
    package init(_ database: any Database) { self.database = database }

    /// How many round trips there were.
    package var roundTrips: Int { calls.withLock { $0 } }
    /// How many statements there were, those inside transactions too.
    package var statements: Int { asked.withLock { $0 } }
    /// How many times a transaction waited for an answer of the database, its commit not counted.
    package var exchanges: Int { exchanged.withLock { $0 } }
    /// How many statements each batch had.
    package var batches: [Int] { batched.withLock { $0 } }

    /// From now on `action` runs before each batch; what it throws is what the batch throws.
    package func whenBatching(_ action: (@Sendable () throws -> Void)?) { duringBatch.withLock { $0 = action } }

    package var dialect: SQLDialect { database.dialect }

    package var load: DatabaseLoad { database.load }

    package func transaction<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        count()
        return try await database.transaction { sql in try body(WatchedSession(sql, self)) }
    }

    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        count()
        return try await database.read { sql in try body(WatchedSession(sql, self)) }
    }

    package func rows(_ statement: SQL, isShort: Bool) async throws -> [Row] {
        count()
        return try await database.rows(statement, isShort: isShort)
    }

    package func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        count()
        return try await database.reduce(statement, isShort: isShort, into: start(), body)
    }

    package func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]] {
        count()
        batched.withLock { $0.append(statements.count) }
        try duringBatch.withLock { $0 }?()
        return try await database.batch(statements, locking: row)
    }

    package func close() async { await database.close() }

    fileprivate func countStatement() { asked.withLock { $0 += 1 } }

    fileprivate func countExchange() { exchanged.withLock { $0 += 1 } }

    private func count() { calls.withLock { $0 += 1 } }
}

/// A session whose statements are counted.
private final class WatchedSession: SQLSession {
    private let session: any SQLSession
    private let database: WatchedDatabase

    init(_ session: any SQLSession, _ database: WatchedDatabase) {
        self.session = session
        self.database = database
    }

    func rows(_ statement: SQL) throws -> [Row] {
        database.countStatement()
        database.countExchange()
        return try session.rows(statement)
    }

    func answers(to statements: [SQL]) throws -> [[Row]] {
        for _ in statements { database.countStatement() }
        database.countExchange()
        return try session.answers(to: statements)
    }

    func changes(_ statement: SQL) throws -> Int {
        database.countStatement()
        database.countExchange()
        return try session.changes(statement)
    }

    func run(_ statement: SQL) throws {
        database.countStatement()
        try session.run(statement)
    }

    func insert(_ rows: [SQL], into table: SQL) throws {
        database.countStatement()
        try session.insert(rows, into: table)
    }

    func announce(_ message: String, on channel: Channel) throws { try session.announce(message, on: channel) }

    func leaveFlushToNext() throws { try session.leaveFlushToNext() }
}
