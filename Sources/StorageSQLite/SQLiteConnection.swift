import GRDBSQLite
import Storage

import class GRDB.Database

/// One connection to the file, spoken to through SQLite's own interface: values go straight into the statement and
/// come straight out of it.
///
/// `@unchecked Sendable`: one thread at a time uses it. The writing one is used on GRDB's serial queue alone, and a reading
/// one by whoever has taken its ``ReaderLane``.
@safe final class SQLiteConnection: @unchecked Sendable {
    private let handle: OpaquePointer
    private let deadline: Deadline
    private let queryTimeout: Duration
    private var prepared = PreparedStatements()

    /// Throws ``StorageError/unavailable(_:)`` when `database` is closed. It must stay open for as long as this is used.
    init(_ database: GRDBDatabase, queryTimeout: Duration) throws {
        guard let handle = unsafe database.sqliteConnection else {
            throw StorageError.unavailable("the database is closed")
        }
        unsafe self.handle = unsafe handle
        self.queryTimeout = queryTimeout
        deadline = unsafe Deadline(on: handle)
    }

    /// Whether a transaction is open. SQLite ends one by itself when the disk is full, a read or write of the file fails,
    /// or a writing statement is interrupted.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// A statement as SQLite reads it.
    typealias Rendered = (text: String, values: [SQLValue])

    /// Runs one statement and returns its rows. `limit` cuts it off earlier than the time limit of every statement.
    func rows(_ sql: Rendered, within limit: Duration? = nil) throws -> [Row] {
        var rows: [Row] = []
        try run(sql, within: limit) { statement in
            var columns: ColumnNames?
            while try unsafe step(statement.handle) {
                let names = columns ?? statement.columns
                columns = names
                rows.append(Row(columns: names, values: unsafe SQLiteValues.read(statement.handle)))
            }
        }
        return rows
    }

    /// Runs one statement and shows `body` its rows in place, one after the other; `limit` as with ``rows(_:within:)``.
    func forEachRow(
        of sql: Rendered, within limit: Duration?, _ body: (any RowInPlace) throws -> Void
    ) throws {
        try run(sql, within: limit) { statement in
            let row = unsafe SQLiteRowInPlace(statement.handle)
            while try unsafe step(statement.handle) { try body(row) }
        }
    }

    /// Runs one statement and returns how many rows it changed, those changed by cascades not counted.
    func changes(_ sql: Rendered) throws -> Int {
        let before = unsafe sqlite3_total_changes64(handle)
        try run(sql, within: nil) { statement in
            while try unsafe step(statement.handle) {}
        }
        // The counter keeps the value of the last INSERT, UPDATE or DELETE; only a moved total says it was this one.
        guard unsafe sqlite3_total_changes64(handle) != before else { return 0 }
        return unsafe Int(sqlite3_changes64(handle))
    }

    /// Inserts rows of one text, one after the other.
    func insert(_ rows: [SQL], into table: SQL) throws {
        guard let first = rows.first else { return }
        let text = ("INSERT INTO \(table) VALUES \(first)" as SQL).rendered(for: .sqlite).text
        let statement = try unsafe prepared.statement(text, on: handle)
        defer {
            unsafe _ = sqlite3_reset(statement.handle)
            unsafe _ = sqlite3_clear_bindings(statement.handle)
            deadline.stop()
        }
        let count = unsafe Int(sqlite3_bind_parameter_count(statement.handle))
        deadline.start(queryTimeout)
        for row in rows {
            var bound = 0
            let isAlike = try row.forEachValue(besides: first) { value, place in
                let code = try unsafe SQLiteValues.bind(value, to: statement.handle, at: Int32(place))
                guard code == SQLITE_OK else { throw failure(code) }
                bound = place
            }
            guard isAlike, bound == count else { throw StorageError.failed("rows of several texts in one insert") }
            while try unsafe step(statement.handle) {}
            unsafe _ = sqlite3_reset(statement.handle)
        }
    }

    /// Runs a word of transaction control, without a time limit.
    func control(_ text: String) throws {
        let statement = try unsafe prepared.statement(text, on: handle)
        defer { unsafe _ = sqlite3_reset(statement.handle) }
        deadline.stop()
        while try unsafe step(statement.handle) {}
    }

    /// Lets the compiled statements go; the connection cannot be closed while there are any.
    func finish() { prepared.removeAll() }

    private func run(_ sql: Rendered, within limit: Duration?, _ body: (PreparedStatement) throws -> Void) throws {
        let (text, values) = sql
        let statement = try unsafe prepared.statement(text, on: handle)
        defer {
            unsafe _ = sqlite3_reset(statement.handle)
            unsafe _ = sqlite3_clear_bindings(statement.handle)
            deadline.stop()
        }
        guard unsafe sqlite3_bind_parameter_count(statement.handle) == values.count else {
            throw StorageError.failed("the statement has another number of placeholders than of values")
        }
        for (index, value) in values.enumerated() {
            let code = try unsafe SQLiteValues.bind(value, to: statement.handle, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
        deadline.start(min(limit ?? queryTimeout, queryTimeout))
        try body(statement)
    }

    /// Whether there is a (further) row.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch unsafe sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> StorageError {
        let message = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) }
        return StorageError(resultCode: code, message: message ?? "error of SQLite")
    }
}
