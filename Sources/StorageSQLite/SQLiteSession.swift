import Storage

/// The session that a transaction's body is given.
///
/// The first failed statement ends the transaction, even if the body catches the error: PostgreSQL works that way, and SQLite by itself
/// would keep the statements around the failed one.
final class SQLiteSession: SQLSession {
    private let connection: SQLiteConnection
    /// The first failure of a statement.
    private(set) var failure: StorageError?

    init(_ connection: SQLiteConnection) { self.connection = connection }

    func rows(_ statement: SQL) throws -> [Row] {
        try keepingFailure { try connection.rows(statement.rendered(for: .sqlite)) }
    }

    func run(_ statement: SQL) throws { _ = try changes(statement) }

    func changes(_ statement: SQL) throws -> Int {
        try keepingFailure { try connection.changes(statement.rendered(for: .sqlite)) }
    }

    /// One statement for all of them, which is compiled once: to write and read a text of a hundred rows costs as much as to write the rows.
    func insert(_ rows: [SQL], into table: SQL) throws {
        try keepingFailure { try connection.insert(rows, into: table) }
    }

    func announce(_ message: String, on channel: Channel) throws {}

    private func keepingFailure<T>(_ body: () throws -> T) throws -> T {
        if let failure { throw failure }
        do {
            return try body()
        } catch {
            let failure = StorageError(error)
            self.failure = failure
            throw failure
        }
    }
}
