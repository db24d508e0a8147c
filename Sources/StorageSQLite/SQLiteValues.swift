import GRDBSQLite
import Storage

/// Puts values into a compiled statement and takes them out.
enum SQLiteValues {
    /// Tells SQLite to keep a copy: the bytes are ours only until the call returns.
    private static var copied: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// Binds `value` to the placeholder at `index`, counted from 1, and returns SQLite's result code.
    ///
    /// Throws for text with a NUL byte. SQLite would hold it, but PostgreSQL cannot: both refuse, so that a database can
    /// be moved from one to the other.
    static func bind(_ value: SQLValue, to statement: OpaquePointer, at index: Int32) throws -> Int32 {
        switch value {
        case .null: return unsafe sqlite3_bind_null(statement, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(statement, index, number)
        case .real(let number): return unsafe sqlite3_bind_double(statement, index, number)
        case .text(var text): return try unsafe bind(&text, to: statement, at: index)
        case .bytes(let bytes): return unsafe bind(bytes, to: statement, at: index)
        case .identifier(let high, let low):
            let bytes = (high.bigEndian, low.bigEndian)
            return unsafe withUnsafeBytes(of: bytes) { buffer in
                unsafe sqlite3_bind_blob(statement, index, buffer.baseAddress, 16, copied)
            }
        }
    }

    private static func bind(_ text: inout String, to statement: OpaquePointer, at index: Int32) throws -> Int32 {
        guard !text.utf8.contains(0) else { throw StorageError.failed("text with a NUL byte cannot be stored") }
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else {
                return unsafe sqlite3_bind_text(statement, index, "", 0, copied)
            }
            return unsafe start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { start in
                unsafe sqlite3_bind_text64(
                    statement, index, start, UInt64(bytes.count), copied, UInt8(truncatingIfNeeded: SQLITE_UTF8))
            }
        }
    }

    private static func bind(_ bytes: [UInt8], to statement: OpaquePointer, at index: Int32) -> Int32 {
        // A null pointer would bind NULL, and an empty array may have one.
        guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(statement, index, 0) }
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe sqlite3_bind_blob64(statement, index, buffer.baseAddress, UInt64(buffer.count), copied)
        }
    }

    /// The values of the row that `statement` stands on.
    static func read(_ statement: OpaquePointer) -> [SQLValue] {
        let count = unsafe sqlite3_column_count(statement)
        var values: [SQLValue] = []
        values.reserveCapacity(Int(count))
        for column in 0..<count {
            switch unsafe sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: values.append(.integer(unsafe sqlite3_column_int64(statement, column)))
            case SQLITE_FLOAT: values.append(.real(unsafe sqlite3_column_double(statement, column)))
            case SQLITE_TEXT:
                let start = unsafe sqlite3_column_text(statement, column)
                let bytes = unsafe UnsafeBufferPointer(
                    start: start, count: Int(sqlite3_column_bytes(statement, column)))
                values.append(.text(unsafe String(decoding: bytes, as: UTF8.self)))
            case SQLITE_BLOB:
                let start = unsafe sqlite3_column_blob(statement, column)
                let bytes = unsafe UnsafeRawBufferPointer(
                    start: start, count: Int(sqlite3_column_bytes(statement, column)))
                values.append(.bytes(unsafe Array(bytes)))
            default: values.append(.null)
            }
        }
        return values
    }
}
