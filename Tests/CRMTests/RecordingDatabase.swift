import Storage
import Synchronization

/// A database that remembers what it was asked outside transactions, and counts the transactions.
final class RecordingDatabase: Database {
    private let database: any Database
    private let asked = Mutex<[SQL]>([])
    private let opened = Mutex(0)

    init(_ database: any Database) { self.database = database }

    /// The single statements so far.
    var statements: [SQL] { asked.withLock { $0 } }
    /// The transactions and batches so far.
    var transactions: Int { opened.withLock { $0 } }

    var dialect: SQLDialect { database.dialect }

    var load: DatabaseLoad { database.load }

    func transaction<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        opened.withLock { $0 += 1 }
        return try await database.transaction(body)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        opened.withLock { $0 += 1 }
        return try await database.read(body)
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
