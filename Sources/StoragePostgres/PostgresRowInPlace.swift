import CPostgres
import Storage

/// One row of a result after the other, read where libpq holds them.
final class PostgresRowInPlace: RowInPlace {
    private let result: PostgresResult
    /// Which row this is now.
    private var index: Int32 = 0

    private init(_ result: PostgresResult) { self.result = result }

    /// Shows `body` the rows of `result`.
    static func forEach(of result: PostgresResult, _ body: (any RowInPlace) throws -> Void) rethrows {
        let row = PostgresRowInPlace(result)
        for index in 0..<result.count {
            row.index = index
            try body(row)
        }
    }

    func isNull(_ column: Int) -> Bool { result.isNull(index, Int32(column)) }

    func integer(_ column: Int) throws -> Int64 {
        guard case .integer(let number) = try result.value(index, Int32(column)) else {
            throw StorageError.unexpectedColumn("\(column)")
        }
        return number
    }

    func withBytes(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws {
        switch result.type(Int32(column)) {
        case TypeOID.text, TypeOID.varchar, TypeOID.bytea, TypeOID.uuid:
            try unsafe result.withBytes(index, Int32(column)) { try body(unsafe $0.span) }
        default: throw StorageError.unexpectedColumn("\(column)")
        }
    }
}
