import CPostgres
import Storage

/// The parameters of one statement in PostgreSQL's binary form, in one block of memory.
struct Parameters {
    private static let longestList = 65_535

    /// The type of each parameter. Part of what a prepared statement is known by.
    private(set) var types: [UInt32] = []
    private var bytes: [UInt8] = []
    /// Where each value starts; `nil` for a null.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []

    /// Writes `values` out. Throws ``StorageError/failed(_:)`` for text with a NUL byte, which PostgreSQL cannot hold, and
    /// for more values than its protocol can carry.
    init(_ values: [SQLValue]) throws {
        guard values.count <= Self.longestList else {
            throw StorageError.failed("a statement has more than \(Self.longestList) values")
        }
        types.reserveCapacity(values.count)
        offsets.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        bytes.reserveCapacity(values.count * 16 + 1)
        for value in values { try append(value) }
        // Gives even an empty value an address: a null pointer would be a null.
        bytes.append(0)
    }

    private mutating func append(_ value: SQLValue) throws {
        let start = bytes.count
        switch value {
        case .null:
            types.append(TypeOID.unspecified)
            offsets.append(nil)
            lengths.append(0)
            return
        case .integer(let number):
            types.append(TypeOID.int8)
            append(UInt64(bitPattern: number))
        case .real(let number):
            types.append(TypeOID.float8)
            append(number.bitPattern)
        case .text(let text):
            guard !text.utf8.contains(0) else {
                throw StorageError.failed("text with a NUL byte cannot be stored")
            }
            types.append(TypeOID.text)
            bytes.append(contentsOf: text.utf8)
        case .bytes(let value):
            types.append(TypeOID.bytea)
            bytes.append(contentsOf: value)
        case .identifier(let high, let low):
            types.append(TypeOID.uuid)
            append(high)
            append(low)
        }
        offsets.append(start)
        guard let length = Int32(exactly: bytes.count - start) else {
            throw StorageError.failed("a value is larger than PostgreSQL can hold")
        }
        lengths.append(length)
    }

    private mutating func append(_ word: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// What libpq asks for: the number of values, where they are, how long they are, and that they are binary.
    typealias Lent<T> = (
        Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) throws -> T

    /// Lends the values to libpq until `body` returns.
    func lend<T>(_ body: Lent<T>) rethrows -> T {
        let formats = [Int32](repeating: 1, count: offsets.count)
        return try unsafe bytes.withUnsafeBytes { block in
            let start = unsafe block.assumingMemoryBound(to: CChar.self).baseAddress
            let pointers: [UnsafePointer<CChar>?] = unsafe offsets.map { offset in
                guard let offset, let start = unsafe start else { return nil }
                return unsafe start + offset
            }
            return try unsafe pointers.withUnsafeBufferPointer { pointers in
                try unsafe lengths.withUnsafeBufferPointer { lengths in
                    try unsafe formats.withUnsafeBufferPointer { formats in
                        try unsafe body(
                            Int32(offsets.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
