import CPostgres
import Storage

/// What the server answered to one statement. Freed with the last reference.
///
/// `@unchecked Sendable`: it never changes, and libpq lets any thread read or free it. The thread of the driver that received it decodes it,
/// except when a shared read handed it to the task that asked.
@safe final class PostgresResult: @unchecked Sendable {
    /// `nil` when libpq had nothing: it ran out of memory, or the connection is gone.
    private let handle: OpaquePointer?

    /// Takes over a result of libpq.
    init(_ handle: OpaquePointer?) { unsafe self.handle = unsafe handle }

    deinit { unsafe PQclear(handle) }

    private var status: ExecStatusType { unsafe PQresultStatus(handle) }

    /// Whether the statement was carried out.
    var isSuccess: Bool { status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY }

    /// Whether this is no answer but the end of a pipeline.
    var isPipelineEnd: Bool { status == PGRES_PIPELINE_SYNC }

    /// Whether the server skipped the statement because one before it in its pipeline failed.
    var isPassedOver: Bool { status == PGRES_PIPELINE_ABORTED }

    /// What was done, such as `UPDATE 3`.
    var tag: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

    /// How many rows an `INSERT`, `UPDATE`, `DELETE` or `MERGE` changed; 0 for anything else.
    var changes: Int {
        let tag = tag
        guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(where: { tag.hasPrefix($0) }) else { return 0 }
        return unsafe PQcmdTuples(handle).flatMap { unsafe Int(String(cString: $0)) } ?? 0
    }

    /// The server's reason; `nil` when it gave none.
    var failure: PostgresFailure? {
        guard let message = field("M") else { return nil }
        return PostgresFailure(state: field("C") ?? "", message: message, constraint: field("n"))
    }

    /// A field of the error message, by the letter that the protocol has for it.
    private func field(_ letter: Unicode.Scalar) -> String? {
        unsafe PQresultErrorField(handle, Int32(letter.value)).map { unsafe String(cString: $0) }
    }

    /// The names of the columns.
    func columns() -> ColumnNames {
        let count = unsafe PQnfields(handle)
        return ColumnNames(
            (0..<count).map { column in unsafe PQfname(handle, column).map { unsafe String(cString: $0) } ?? "" })
    }

    /// The rows under `columns`. Throws ``StorageError/failed(_:)`` for a type that the product does not use.
    func rows(_ columns: ColumnNames) throws -> [Row] {
        let width = unsafe PQnfields(handle)
        let types = (0..<width).map { column in unsafe PQftype(handle, column) }
        return try (0..<(unsafe PQntuples(handle))).map { row in
            var values: [SQLValue] = []
            values.reserveCapacity(Int(width))
            for column in 0..<width {
                values.append(try value(row, column, type: types[Int(column)]))
            }
            return Row(columns: columns, values: values)
        }
    }

    /// How many rows there are.
    var count: Int32 { unsafe PQntuples(handle) }

    /// The OID of the column's type.
    func type(_ column: Int32) -> UInt32 { unsafe PQftype(handle, column) }

    /// Whether there is no value.
    func isNull(_ row: Int32, _ column: Int32) -> Bool { unsafe PQgetisnull(handle, row, column) == 1 }

    /// Lends a value's bytes, in PostgreSQL's binary form.
    func withBytes<T>(_ row: Int32, _ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T {
        let length = unsafe Int(PQgetlength(handle, row, column))
        let start = unsafe UnsafeRawPointer(PQgetvalue(handle, row, column))?.assumingMemoryBound(to: UInt8.self)
        return try unsafe body(UnsafeBufferPointer(start: start, count: length))
    }

    /// One value. Throws ``StorageError/failed(_:)`` for a type that the product does not use.
    func value(_ row: Int32, _ column: Int32) throws -> SQLValue { try value(row, column, type: type(column)) }

    private func value(_ row: Int32, _ column: Int32, type: UInt32) throws -> SQLValue {
        if isNull(row, column) { return .null }
        guard let value = unsafe withBytes(row, column, { bytes in unsafe ResultValue.decode(bytes, type: type) })
        else {
            let name = unsafe PQfname(handle, column).map { unsafe String(cString: $0) } ?? ""
            throw StorageError.failed("the column \(name) is of type \(type) of PostgreSQL, which cannot be read")
        }
        return value
    }
}
