/// The handle with which a transaction's body speaks to the database. Valid only inside that body.
package protocol SQLSession {
    /// Runs one statement and returns its rows (of a `SELECT`, or of a `RETURNING`).
    func rows(_ statement: SQL) throws -> [Row]
    /// Runs the statements in order, each as it would run by itself, and returns the rows of each; on PostgreSQL in one round trip.
    func answers(to statements: [SQL]) throws -> [[Row]]
    /// Runs one statement and returns how many rows it changed.
    func changes(_ statement: SQL) throws -> Int
    /// Runs one statement whose answer nobody needs. It is executed before whatever is run next. On PostgreSQL it is buffered and sent with
    /// that statement, or with the commit, so its failure may only be thrown there.
    func run(_ statement: SQL) throws
    /// Inserts rows into one table. `table` is its name with the columns in parentheses; each row is a list of values in parentheses, and all
    /// are of one text: `"(\\(id), NULLIF(\\(source), ''))"`. Like ``run(_:)`` nobody needs an answer.
    func insert(_ rows: [SQL], into table: SQL) throws
    /// Tells the other nodes `message` on `channel` when, and only if, the transaction is committed. At most 8,000 bytes.
    ///
    /// Does nothing on SQLite, which has one node; a second process there finds out by looking.
    func announce(_ message: String, on channel: Channel) throws
    /// Lets the commit of this transaction return before the write-ahead log is flushed to disk (`synchronous_commit = off`). A crash of the
    /// database may undo it, but not once a later transaction has committed that did wait for its flush. So it is for changes of which nobody
    /// is told before such a later transaction. Changes nothing on SQLite.
    func leaveFlushToNext() throws
}

/// Where nodes tell each other of changes; see ``Database/announcements(on:)``.
package enum Channel: String, Sendable, CaseIterable {
    /// Sessions that were ended: their identities, separated by spaces. Also accounts whose address was changed, each with
    /// `address:` in front, and accounts whose API keys were, with `api-keys:`.
    case revokedSessions = "gatehouse_revoked"
}

/// What a node hears on a channel.
package enum Announcement: Sendable, Hashable {
    case message(String)
    /// The connection was down, or has just been opened: announcements may have been missed, so read the state again.
    case gap
}

extension SQLSession {
    /// Runs them one after the other.
    package func answers(to statements: [SQL]) throws -> [[Row]] { try statements.map { try rows($0) } }

    /// Writes them in statements of up to 128 rows. Their numbers are powers of two, so that the texts are few and are compiled once for a
    /// connection.
    package func insert(_ rows: [SQL], into table: SQL) throws {
        var rest = rows[...]
        var size = 128
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            try run("INSERT INTO \(table) VALUES \(rest.prefix(size).joined(separator: ", "))")
            rest = rest.dropFirst(size)
        }
    }

    /// Does nothing: every commit waits for the disk.
    package func leaveFlushToNext() throws {}

    /// Runs one statement and returns its first row, if there is one.
    package func row(_ statement: SQL) throws -> Row? { try rows(statement).first }
}

/// A database that holds the product's tables: SQLite or PostgreSQL, told apart only by the few words of
/// ``SQLDialect``.
///
/// No method is undone by the cancellation of the task that called it: a client that hangs up cannot take back a
/// lock-out or a revocation that its own request brought about.
package protocol Database: Sendable {
    /// Which database this is.
    var dialect: SQLDialect { get }

    /// Runs `body` in one transaction that may write.
    ///
    /// `body` is synchronous, so nothing of ours interleaves with it. What it *throws* rolls everything back; an outcome that must
    /// survive (a revocation, a failure count) is *returned*. `body` may run a second time when PostgreSQL
    /// reports a deadlock, so it must have no effect but on the session it is given.
    func transaction<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T

    /// Runs `body` in a transaction that only reads, over one snapshot of the data; writing throws.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T

    /// Runs one `SELECT`: one round trip.
    ///
    /// `isShort` promises that it finds a few rows by an index, however large the table is, and waits for no lock. On PostgreSQL short reads
    /// that wait at the same moment share a round trip (`docs/round-trips.md`), so a slow one delays the others.
    func rows(_ statement: SQL, isShort: Bool) async throws -> [Row]

    /// Runs one `SELECT` and calls `body` for each row, which it reads in the driver's memory.
    ///
    /// For lists on hot paths: nothing is copied that `body` does not copy. It runs on a thread of the driver or, if the read is short, on
    /// that of the caller's task, so it must not block. It may start over, with `start` made anew and the first row. `isShort` is that of
    /// ``rows(_:isShort:)``.
    func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T

    /// Runs the statements in order as one transaction and returns the rows of each: one round trip.
    ///
    /// For hot paths, where a later statement depends on an earlier one through SQL itself. If the statements lock exactly one row, which
    /// they may insert first, pass its key as `row`: then the batches of several callers may share a round trip and a commit (group commit). Nobody is
    /// answered before that commit is on disk, and a batch that fails does not make the others fail.
    func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]]

    /// What is announced on `channel` from now on, by this node too; a ``Announcement/gap`` comes first. `nil` where there are no
    /// other nodes (SQLite). Ends when the reader stops, or when the database is closed.
    func announcements(on channel: Channel) -> AsyncStream<Announcement>?

    /// How busy it is now; asks the database nothing.
    var load: DatabaseLoad { get }

    /// Waits for what is under way, then lets the connections go.
    func close() async
}

extension Database {
    /// Runs one `SELECT` of whatever length.
    package func rows(_ statement: SQL) async throws -> [Row] { try await rows(statement, isShort: false) }

    /// Runs one `SELECT` of whatever length and reads its rows in place.
    package func reduce<T: Sendable>(
        _ statement: SQL, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        try await reduce(statement, isShort: false, into: start(), body)
    }

    /// Runs the statements in order as one transaction of their own; see ``batch(_:locking:)``.
    package func batch(_ statements: [SQL]) async throws -> [[Row]] { try await batch(statements, locking: nil) }

    /// No other nodes.
    package func announcements(on channel: Channel) -> AsyncStream<Announcement>? { nil }
}
