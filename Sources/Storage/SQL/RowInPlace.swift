package import Core

/// The row that a running statement stands on, read by position and without a copy. Valid only until the next row.
///
/// For long lists on hot paths, where making values of the columns costs more than the query; see
/// ``Database/reduce(_:isShort:into:_:)``. A column of another kind than asked for throws ``StorageError/unexpectedColumn(_:)``: the
/// schema and the code disagree.
package protocol RowInPlace {
    /// Whether the column holds no value.
    func isNull(_ column: Int) -> Bool
    /// The column's whole number.
    func integer(_ column: Int) throws -> Int64
    /// Lends the bytes of a text, of ``SQLType/bytes``, or the 16 of an identifier.
    func withBytes(_ column: Int, _ body: (Span<UInt8>) throws -> Void) throws
}

extension RowInPlace {
    /// A copy of the column's bytes.
    package func bytes(_ column: Int) throws -> [UInt8] {
        var copy: [UInt8] = []
        try withBytes(column) { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe copy = Array($0) } }
        return copy
    }

    /// A copy of the column's text.
    package func text(_ column: Int) throws -> String {
        var text = ""
        try withBytes(column) { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe text = String(decoding: $0, as: UTF8.self) }
        }
        return text
    }

    /// The column's identifier.
    package func identifier<Entity>(_ column: Int, of entity: Entity.Type = Entity.self) throws -> Identifier<Entity> {
        guard let identifier = Identifier<Entity>(bytes: try bytes(column)) else {
            throw StorageError.unexpectedColumn("\(column)")
        }
        return identifier
    }

    /// The column's moment.
    package func moment(_ column: Int) throws -> Timestamp { Timestamp(milliseconds: try integer(column)) }
}

extension JSONWriter {
    /// Writes a member that is the text of a column, or `null`.
    package mutating func member(_ name: StaticString, textOf column: Int, in row: any RowInPlace) throws {
        key(name)
        if row.isNull(column) { return null() }
        try row.withBytes(column) { string(utf8: $0) }
    }

    /// Writes a member that is JSON as this program stored it in a column.
    package mutating func member(_ name: StaticString, jsonOf column: Int, in row: any RowInPlace) throws {
        key(name)
        try row.withBytes(column) { json(trusted: $0) }
    }

    /// Writes the members of the JSON object of a column, as stored by this program, among those of the object that is open.
    package mutating func members(ofJSON column: Int, in row: any RowInPlace) throws {
        try row.withBytes(column) { members(trusted: $0) }
    }

    /// Writes a member that is the whole number of a column, or `null`.
    package mutating func member(_ name: StaticString, integerOf column: Int, in row: any RowInPlace) throws {
        key(name)
        if row.isNull(column) { null() } else { number(try row.integer(column)) }
    }

    /// Writes a member that is the identifier of a column, or `null`.
    package mutating func member(_ name: StaticString, identifierOf column: Int, in row: any RowInPlace) throws {
        key(name)
        if row.isNull(column) { return null() }
        try row.withBytes(column) { bytes in
            guard identifier(bytes: bytes) else { throw StorageError.unexpectedColumn("\(column)") }
        }
    }

    /// Writes a member that is the moment of a column, or `null`.
    package mutating func member(_ name: StaticString, momentOf column: Int, in row: any RowInPlace) throws {
        key(name)
        if row.isNull(column) { null() } else { moment(try row.moment(column)) }
    }
}
