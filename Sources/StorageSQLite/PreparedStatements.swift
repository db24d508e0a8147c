import GRDBSQLite
import Storage

import class GRDB.Statement

/// The statements that one connection has compiled, by their text, with the names of their columns.
///
/// Used only on the serial queue of its connection.
@safe struct PreparedStatements {
    private struct Known {
        weak var statement: Statement?
        /// SQLite compiles a statement again by itself after a change of the schema; the names may then be others.
        var recompilations: Int32
        var columns: ColumnNames
    }

    /// Texts that a program of ours writes are few; lists of values of many lengths could still pile up.
    private static let limit = 512

    private let database: GRDBDatabase
    private var known: [String: Known] = [:]
    private var texts: Set<String> = []

    init(_ database: GRDBDatabase) { self.database = database }

    /// The compiled form of `text`, which must be one statement.
    mutating func statement(_ text: String) throws -> Statement {
        do {
            if texts.insert(text).inserted, texts.count > Self.limit {
                database.clearSchemaCache()
                known = [:]
                texts = [text]
            }
            return try database.cachedStatement(sql: text)
        } catch {
            texts.remove(text)
            throw StorageError(error)
        }
    }

    /// The columns of `statement`, which has been stepped: names read once and shared by all rows of all its runs.
    mutating func columns(of statement: Statement, text: String) -> ColumnNames {
        let recompilations = unsafe sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_REPREPARE, 0)
        if let entry = known[text], entry.statement === statement, entry.recompilations == recompilations {
            return entry.columns
        }
        let count = unsafe sqlite3_column_count(statement.sqliteStatement)
        let names = (0..<count).map { index in
            guard let name = unsafe sqlite3_column_name(statement.sqliteStatement, index) else { return "" }
            return unsafe String(cString: name)
        }
        let columns = ColumnNames(names)
        known[text] = Known(statement: statement, recompilations: recompilations, columns: columns)
        return columns
    }
}
