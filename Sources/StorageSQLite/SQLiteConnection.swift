import GRDBSQLite
import Storage

import class GRDB.Statement

/// One connection to the file, spoken to through SQLite's own interface: values go straight into the statement and
/// come straight out of it.
///
/// `@unchecked Sendable`: GRDB gives every connection a serial queue, and nothing here runs on another.
@safe final class SQLiteConnection: @unchecked Sendable {
    private let database: GRDBDatabase
    private let handle: OpaquePointer
    private let deadline: Deadline
    private var prepared: PreparedStatements

    /// Throws ``StorageError/unavailable(_:)`` when `database` is closed.
    init(_ database: GRDBDatabase, queryTimeout: Duration) throws {
        guard let handle = unsafe database.sqliteConnection else {
            throw StorageError.unavailable("the database is closed")
        }
        self.database = database
        unsafe self.handle = unsafe handle
        deadline = unsafe Deadline(queryTimeout, on: handle)
        prepared = PreparedStatements(database)
    }

    /// Whether a transaction is open. SQLite ends one by itself when the disk is full, a read or write of the file fails,
    /// or a writing statement is interrupted.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// Runs one statement and returns its rows.
    func rows(_ sql: SQL) throws -> [Row] {
        var rows: [Row] = []
        try run(sql) { statement, text in
            var columns: ColumnNames?
            while try unsafe step(statement.sqliteStatement) {
                let names = columns ?? prepared.columns(of: statement, text: text)
                columns = names
                rows.append(Row(columns: names, values: unsafe SQLiteValues.read(statement.sqliteStatement)))
            }
        }
        return rows
    }

    /// Runs one statement and returns how many rows it changed, those changed by cascades not counted.
    func changes(_ sql: SQL) throws -> Int {
        let before = unsafe sqlite3_total_changes64(handle)
        try run(sql) { statement, _ in
            while try unsafe step(statement.sqliteStatement) {}
        }
        // The counter keeps the value of the last INSERT, UPDATE or DELETE; only a moved total says it was this one.
        guard unsafe sqlite3_total_changes64(handle) != before else { return 0 }
        return unsafe Int(sqlite3_changes64(handle))
    }

    /// Runs a word of transaction control, without a time limit.
    func control(_ text: String) throws {
        let statement = try prepared.statement(text)
        defer { unsafe _ = sqlite3_reset(statement.sqliteStatement) }
        deadline.stop()
        while try unsafe step(statement.sqliteStatement) {}
    }

    private func run(_ sql: SQL, _ body: (Statement, String) throws -> Void) throws {
        let (text, values) = sql.rendered(for: .sqlite)
        let statement = try prepared.statement(text)
        defer {
            unsafe _ = sqlite3_reset(statement.sqliteStatement)
            unsafe _ = sqlite3_clear_bindings(statement.sqliteStatement)
            deadline.stop()
        }
        guard unsafe sqlite3_bind_parameter_count(statement.sqliteStatement) == values.count else {
            throw StorageError.failed("the statement has another number of placeholders than of values")
        }
        for (index, value) in values.enumerated() {
            let code = try unsafe SQLiteValues.bind(value, to: statement.sqliteStatement, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
        deadline.start()
        try body(statement, text)
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
