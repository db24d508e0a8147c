import Storage

/// What a transaction's body speaks to. After the first failed statement nothing more is sent: the server would refuse it.
final class PostgresSession: SQLSession {
    private let connection: PostgresConnection
    /// The first failure of a statement.
    private(set) var failure: PostgresFailure?

    init(_ connection: PostgresConnection) { self.connection = connection }

    func rows(_ statement: SQL) throws -> [Row] { try keepingFailure { try connection.rows(statement) } }

    @discardableResult
    func run(_ statement: SQL) throws -> Int { try keepingFailure { try connection.changes(statement) } }

    func announce(_ message: String, on channel: Channel) throws {
        _ = try rows("SELECT pg_notify(\(channel.rawValue) || \(Self.channelSuffix), \(message))")
    }

    /// Keeps two installations in one database apart: the channels of PostgreSQL know no schemas.
    static let channelSuffix: SQL = "'_' || left(md5(current_schema()), 8)"

    private func keepingFailure<T>(_ body: () throws -> T) throws -> T {
        if let failure { throw failure.storageError }
        do {
            return try body()
        } catch let failure as PostgresFailure {
            self.failure = failure
            throw failure.storageError
        }
    }
}
