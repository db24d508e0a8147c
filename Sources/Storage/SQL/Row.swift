/// The names of a result's columns, shared by all of its rows.
package final class ColumnNames: Sendable {
    private let positions: [String: Int]

    /// The columns in order. Of two with one name the first counts.
    package init(_ names: [String]) {
        positions = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    func position(of name: String) -> Int? { positions[name] }
}

/// One row of a result.
package struct Row: Sendable {
    private let columns: ColumnNames
    private let values: [SQLValue]

    /// A row whose `values` stand in the order of `columns`.
    package init(columns: ColumnNames, values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column that is never null.
    ///
    /// Throws ``StorageError/unexpectedColumn(_:)`` when there is no such column or it holds another kind: the schema
    /// and the code disagree.
    package func get<Value: SQLConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let position = columns.position(of: column), position < values.count,
            let value = Value(sqlValue: values[position])
        else { throw StorageError.unexpectedColumn(column) }
        return value
    }

    /// The value of a column that may be null.
    package func optional<Value: SQLConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value? {
        guard let position = columns.position(of: column), position < values.count else {
            throw StorageError.unexpectedColumn(column)
        }
        if values[position] == .null { return nil }
        return try get(column) as Value
    }
}

extension Row: RowInPlace {
    package func isNull(_ column: Int) -> Bool { values[column] == .null }

    package func integer(_ column: Int) throws -> Int64 {
        guard case .integer(let number) = values[column] else { throw StorageError.unexpectedColumn("\(column)") }
        return number
    }

    package func withBytes(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws {
        switch values[column] {
        case .text(var text): try text.withUTF8 { try body(unsafe $0.span) }
        case .bytes(let bytes): try body(bytes.span)
        case .identifier(let high, let low):
            try unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes in
                try unsafe bytes.withMemoryRebound(to: UInt8.self) { try body(unsafe $0.span) }
            }
        case .null, .integer, .real: throw StorageError.unexpectedColumn("\(column)")
        }
    }
}
