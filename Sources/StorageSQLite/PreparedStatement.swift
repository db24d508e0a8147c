import GRDBSQLite
import Storage

/// A statement that SQLite has compiled for one connection. Used only by whoever has that connection.
@safe final class PreparedStatement {
    let handle: OpaquePointer
    private var known: (columns: ColumnNames, recompilations: Int32)?

    /// Compiles `text`, which must be one statement. Throws SQLite's reason, which names no values.
    init(_ text: String, on connection: OpaquePointer) throws {
        var statement: OpaquePointer?
        var hasMore = false
        let code = unsafe text.withCString { start in
            var end: UnsafePointer<CChar>?
            let code = unsafe sqlite3_prepare_v3(
                connection, start, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, &end)
            hasMore = unsafe end.map { unsafe String(cString: $0).contains { !$0.isWhitespace } } ?? false
            return code
        }
        guard code == SQLITE_OK else {
            let message = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) }
            throw StorageError(resultCode: code, message: message ?? "error of SQLite")
        }
        guard let compiled = unsafe statement, !hasMore else {
            unsafe _ = sqlite3_finalize(statement)
            throw StorageError.failed("a text that is not one statement")
        }
        unsafe handle = unsafe compiled
    }

    deinit { unsafe _ = sqlite3_finalize(handle) }

    /// The names of the columns of the row on which the statement stands: read once, and shared by all rows of all runs.
    var columns: ColumnNames {
        // SQLite compiles a statement again by itself after a change of the schema; the names may then be others.
        let recompilations = unsafe sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
        if let known, known.recompilations == recompilations { return known.columns }
        let names = (0..<(unsafe sqlite3_column_count(handle))).map { index in
            unsafe sqlite3_column_name(handle, index).map { unsafe String(cString: $0) } ?? ""
        }
        let columns = ColumnNames(names)
        known = (columns, recompilations)
        return columns
    }
}

/// The statements that one connection has compiled, by their text.
struct PreparedStatements {
    /// Texts that a program of ours writes are few; lists of values of many lengths could still pile up.
    private static let limit = 512

    private var compiled: [String: PreparedStatement] = [:]

    /// The compiled form of `text`.
    mutating func statement(_ text: String, on connection: OpaquePointer) throws -> PreparedStatement {
        if let known = compiled[text] { return known }
        if compiled.count >= Self.limit { compiled = [:] }
        let statement = try unsafe PreparedStatement(text, on: connection)
        compiled[text] = statement
        return statement
    }

    /// Lets all of them go, which must come before the connection is closed.
    mutating func removeAll() { compiled = [:] }
}
