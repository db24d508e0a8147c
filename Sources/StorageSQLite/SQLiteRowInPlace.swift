import GRDBSQLite
import Storage

/// The row that a running statement stands on.
@safe final class SQLiteRowInPlace: RowInPlace {
    private let statement: OpaquePointer

    init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

    func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) throws -> Int64 {
        guard unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_INTEGER else {
            throw StorageError.unexpectedColumn("\(column)")
        }
        return unsafe sqlite3_column_int64(statement, Int32(column))
    }

    func withBytes(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws {
        let type = unsafe sqlite3_column_type(statement, Int32(column))
        guard type == SQLITE_TEXT || type == SQLITE_BLOB else { throw StorageError.unexpectedColumn("\(column)") }
        let start = unsafe sqlite3_column_blob(statement, Int32(column))
        let count = unsafe Int(sqlite3_column_bytes(statement, Int32(column)))
        let bytes = unsafe UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: count)
        try body(unsafe bytes.span)
    }
}
