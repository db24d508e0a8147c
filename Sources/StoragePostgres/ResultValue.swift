import Storage

/// Reads one value of a result in PostgreSQL's binary form.
enum ResultValue {
    /// The value of `bytes`, of the type with this OID; `nil` when that is none of the types that we store or compute.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, type: UInt32) -> SQLValue? {
        switch type {
        case TypeOID.int8, TypeOID.int4, TypeOID.int2:
            return .integer(unsafe signed(bytes))
        case TypeOID.bool, TypeOID.oid:
            return .integer(Int64(truncatingIfNeeded: unsafe unsigned(bytes)))
        case TypeOID.text, TypeOID.varchar, TypeOID.name, TypeOID.bpchar, TypeOID.unknown:
            return .text(unsafe String(decoding: bytes, as: UTF8.self))
        case TypeOID.bytea:
            return .bytes(unsafe Array(bytes))
        case TypeOID.uuid:
            guard bytes.count == 16 else { return nil }
            return .identifier(
                high: unsafe unsigned(UnsafeBufferPointer(rebasing: bytes.prefix(8))),
                low: unsafe unsigned(UnsafeBufferPointer(rebasing: bytes.suffix(8))))
        case TypeOID.float8:
            return .real(Double(bitPattern: unsafe unsigned(bytes)))
        case TypeOID.float4:
            return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: unsafe unsigned(bytes)))))
        case TypeOID.numeric:
            return unsafe NumericValue.decode(bytes)
        case TypeOID.void:
            return .null
        default:
            return nil
        }
    }

    private static func unsigned(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        unsafe bytes.reduce(0) { word, byte in word << 8 | UInt64(byte) }
    }

    /// Two's complement of as many bytes as there are.
    private static func signed(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64 {
        let unused = UInt64(max(0, 8 - bytes.count) * 8)
        return Int64(bitPattern: unsafe unsigned(bytes) << unused) >> Int64(unused)
    }
}
