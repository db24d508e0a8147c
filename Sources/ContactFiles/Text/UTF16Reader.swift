/// Rewrites UTF-16 as UTF-8, over the seams of chunks.
///
/// Half a surrogate pair is written as the three bytes that it would have if it were a character: no UTF-8, so that whoever checks
/// the row finds it there.
struct UTF16Reader {
    private let isLittleEndian: Bool
    private var firstByte: UInt8?
    private var highSurrogate: UInt32?

    init(isLittleEndian: Bool) { self.isLittleEndian = isLittleEndian }

    mutating func read(_ chunk: Span<UInt8>, into bytes: inout [UInt8]) {
        for index in chunk.indices {
            guard let first = firstByte else {
                firstByte = chunk[index]
                continue
            }
            firstByte = nil
            let (high, low) = isLittleEndian ? (chunk[index], first) : (first, chunk[index])
            take(UInt32(high) << 8 | UInt32(low), into: &bytes)
        }
    }

    /// Writes what is left at the end of the file: half a unit or half a pair.
    mutating func finish(into bytes: inout [UInt8]) {
        if let lost = highSurrogate.take() { Self.append(lost, to: &bytes) }
        // Half a unit: a byte that stands in no UTF-8.
        if firstByte.take() != nil { bytes.append(0xFF) }
    }

    private mutating func take(_ unit: UInt32, into bytes: inout [UInt8]) {
        if let high = highSurrogate.take() {
            if (0xDC00...0xDFFF).contains(unit) {
                Self.append(0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00), to: &bytes)
                return
            }
            Self.append(high, to: &bytes)
        }
        if (0xD800...0xDBFF).contains(unit) {
            highSurrogate = unit
        } else {
            Self.append(unit, to: &bytes)
        }
    }

    /// Appends a code point as UTF-8.
    static func append(_ point: UInt32, to bytes: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(point >> shift & 0x3F) }
        switch point {
        case 0..<0x80: bytes.append(UInt8(point))
        case 0x80..<0x800:
            bytes.append(0xC0 | UInt8(point >> 6))
            bytes.append(tail(0))
        case 0x800..<0x10000:
            bytes.append(0xE0 | UInt8(point >> 12))
            bytes.append(tail(6))
            bytes.append(tail(0))
        default:
            bytes.append(0xF0 | UInt8(point >> 18 & 7))
            bytes.append(tail(12))
            bytes.append(tail(6))
            bytes.append(tail(0))
        }
    }
}
