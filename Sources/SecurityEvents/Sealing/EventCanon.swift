import Core
import Storage

/// The bytes that stand for an event in the chain, and their hash, the event's leaf.
///
/// Every field has a fixed width or its length in front, so no two events have the same bytes. What can name a person (address, user agent,
/// detail) is in them only as a commitment, SHA-256 over the person's key and the fields: once that key is gone nobody can try
/// addresses against what is left, and the chain still holds.
///
/// One value serves many events, one after the other, and so allocates once.
struct EventCanon {
    /// The columns that are read, in this order, from `security_event` as `e`.
    static var columns: SQL {
        "e.id, e.type, e.at, e.user_id, e.session_id, e.request_id, e.ip, e.user_agent, e.detail"
    }

    private static let version: UInt8 = 1
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(1024) }

    /// The commitment to the personal fields of the event in `row`, whose columns begin at `first`.
    mutating func commitment(_ row: any RowInPlace, from first: Int = 0, key: [UInt8]) throws -> Fingerprint {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: key)
        try appendOptional(first + 6, of: row)
        try appendText(first + 7, of: row)
        try appendText(first + 8, of: row)
        return Fingerprint(hashing: bytes)
    }

    /// The leaf of the event in `row` under that commitment.
    mutating func leaf(_ row: any RowInPlace, from first: Int = 0, commitment: Fingerprint) throws -> Fingerprint {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(Self.version)
        try appendWhole(first, of: row)
        bytes.append(bigEndian: try row.integer(first + 2))
        try appendText(first + 1, of: row)
        try appendOptional(first + 3, of: row)
        try appendOptional(first + 4, of: row)
        try appendText(first + 5, of: row)
        commitment.append(to: &bytes)
        return Fingerprint(hashing: bytes)
    }

    private mutating func appendWhole(_ column: Int, of row: any RowInPlace) throws {
        try row.withBytes(column) { field in
            unsafe field.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
    }

    private mutating func appendText(_ column: Int, of row: any RowInPlace) throws {
        try row.withBytes(column) { field in
            let length = UInt32(truncatingIfNeeded: field.count)
            bytes.append(UInt8(truncatingIfNeeded: length >> 24))
            bytes.append(UInt8(truncatingIfNeeded: length >> 16))
            bytes.append(UInt8(truncatingIfNeeded: length >> 8))
            bytes.append(UInt8(truncatingIfNeeded: length))
            unsafe field.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
    }

    private mutating func appendOptional(_ column: Int, of row: any RowInPlace) throws {
        if row.isNull(column) { return bytes.append(0) }
        bytes.append(1)
        try appendText(column, of: row)
    }
}
