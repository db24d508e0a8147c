import Storage

/// The session that a transaction's body is given. After the first failed statement nothing more is sent: the server would refuse it.
///
/// Statements whose answer nobody needs (``run(_:)``) are buffered and sent in one pipeline with the next statement that has one: `BEGIN` with
/// the first, the last writes with `COMMIT`. A round trip costs more than most statements.
final class PostgresSession: SQLSession {
    /// How many statements are buffered at most, which bounds the memory that they take.
    private static let mostWaiting = 128

    private let connection: PostgresConnection
    /// What opens the transaction, until it is sent.
    private var opening: String?
    private var waiting: [SQL] = []
    /// The first failure of a statement.
    private(set) var failure: PostgresFailure?
    /// Whether the connection was lost before an answer came to the message with `BEGIN`, and without a `COMMIT` in it: so nothing was committed.
    private(set) var wasNeverOpened = false

    /// A session whose transaction begins with `opening`.
    init(_ connection: PostgresConnection, opening: String) {
        self.connection = connection
        self.opening = opening
    }

    func rows(_ statement: SQL) throws -> [Row] {
        let (result, entry) = try answer(statement)
        return try keepingFailure { try connection.rows(result, entry) }
    }

    func answers(to statements: [SQL]) throws -> [[Row]] {
        guard !statements.isEmpty else { return [] }
        if let failure { throw failure.storageError }
        waiting += statements
        return try keepingFailure {
            let answers = try exchange().answers.suffix(statements.count)
            return try answers.map { result, entry in try connection.rows(result, entry) }
        }
    }

    func changes(_ statement: SQL) throws -> Int { try answer(statement).result.changes }

    func run(_ statement: SQL) throws {
        if let failure { throw failure.storageError }
        waiting.append(statement)
        if waiting.count >= Self.mostWaiting { try keepingFailure { _ = try exchange() } }
    }

    /// PostgreSQL writes its write-ahead log in order, so the next commit that is flushed to disk flushes this one too.
    func leaveFlushToNext() throws { try run("SET LOCAL synchronous_commit = off") }

    func announce(_ message: String, on channel: Channel) throws {
        try run("SELECT pg_notify(\(channel.rawValue) || \(Self.channelSuffix), \(message))")
    }

    /// Makes the name of a channel differ from that of another installation in another schema: channels belong to the whole database.
    static let channelSuffix: SQL = "'_' || left(md5(current_schema()), 8)"

    /// Commits. Throws the ``PostgresFailure`` of a statement, whenever it was, or of the commit.
    func commit() throws {
        if let failure { throw failure }
        if opening != nil, waiting.isEmpty { return }
        do {
            guard try exchange(closing: "COMMIT").tag == "COMMIT" else {
                throw PostgresFailure(message: "PostgreSQL rolled the transaction back")
            }
        } catch let failure as PostgresFailure {
            self.failure = failure
            throw failure
        }
    }

    private func answer(_ statement: SQL) throws -> PostgresConnection.Answer {
        if let failure { throw failure.storageError }
        waiting.append(statement)
        return try keepingFailure {
            guard let answer = try exchange().answers.last else { throw connection.lastFailure() }
            return answer
        }
    }

    /// Sends the buffered statements, in one round trip.
    private func exchange(closing: String? = nil) throws -> (answers: [PostgresConnection.Answer], tag: String) {
        let (statements, opening) = (waiting, opening)
        waiting = []
        do {
            let answers = try connection.exchange(statements, opening: opening, closing: closing)
            self.opening = nil
            return answers
        } catch let failure as PostgresFailure {
            wasNeverOpened = failure.isBroken && opening != nil && closing == nil
            throw failure
        } catch {
            // Nothing was sent, and the buffer is lost: the transaction is over.
            failure = PostgresFailure(message: "\(error)")
            throw error
        }
    }

    private func keepingFailure<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let failure as PostgresFailure {
            self.failure = failure
            throw failure.storageError
        }
    }
}
