import Storage
import Synchronization

/// A database that remembers what it was asked, outside and inside of transactions, and counts these.
final class RecordingDatabase: Database {
    private let database: any Database
    private let asked = Mutex<[SQL]>([])
    private let askedInside = Mutex<[SQL]>([])
    private let opened = Mutex(0)

    init(_ database: any Database) { self.database = database }

    /// The single statements so far.
    var statements: [SQL] { asked.withLock { $0 } }
    /// The statements inside of transactions so far whose rows somebody read.
    var statementsInside: [SQL] { askedInside.withLock { $0 } }
    /// The transactions and batches so far.
    var transactions: Int { opened.withLock { $0 } }

    /// Forgets what was asked inside of transactions so far.
    func forget() { askedInside.withLock { $0 = [] } }

    var dialect: SQLDialect { database.dialect }

    var load: DatabaseLoad { database.load }

    func transaction<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        opened.withLock { $0 += 1 }
        return try await database.transaction { session in
            try body(
                RecordingSession(session: session) { statement in self.askedInside.withLock { $0.append(statement) } })
        }
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        opened.withLock { $0 += 1 }
        return try await database.read { session in
            try body(
                RecordingSession(session: session) { statement in self.askedInside.withLock { $0.append(statement) } })
        }
    }

    func rows(_ statement: SQL, isShort: Bool) async throws -> [Row] {
        asked.withLock { $0.append(statement) }
        return try await database.rows(statement, isShort: isShort)
    }

    func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        asked.withLock { $0.append(statement) }
        return try await database.reduce(statement, isShort: isShort, into: start(), body)
    }

    func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]] {
        opened.withLock { $0 += 1 }
        return try await database.batch(statements, locking: row)
    }

    func close() async { await database.close() }
}

/// A transaction whose questions are told.
private struct RecordingSession: SQLSession {
    let session: any SQLSession
    let tell: (SQL) -> Void

    func rows(_ statement: SQL) throws -> [Row] {
        tell(statement)
        return try session.rows(statement)
    }

    func answers(to statements: [SQL]) throws -> [[Row]] {
        statements.forEach(tell)
        return try session.answers(to: statements)
    }

    func changes(_ statement: SQL) throws -> Int { try session.changes(statement) }
    func run(_ statement: SQL) throws { try session.run(statement) }
    func insert(_ rows: [SQL], into table: SQL) throws { try session.insert(rows, into: table) }
    func announce(_ message: String, on channel: Channel) throws { try session.announce(message, on: channel) }
    func leaveFlushToNext() throws { try session.leaveFlushToNext() }
}
