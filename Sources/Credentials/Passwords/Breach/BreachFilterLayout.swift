import Crypto

/// Where things are in a filter's file. All numbers are little-endian.
///
/// ```
/// header    64 bytes                  magic, version, the two widths, count; SHA-256 of these
/// index     8 bytes × (buckets + 1)   number of the bucket's first entry, seal of the bucket
/// entries   suffixBytes × entries     sorted
/// ```
///
/// A hash is kept as its first `indexBits + 8 × suffixBytes` bits: the first of them are the number of its bucket, the
/// others its entry there. Entries stand in the order of the published list, so that one pass writes all of it.
struct BreachFilterLayout: Equatable {
    /// An index this wide holds 900 million entries in buckets of 54: what a question reads fits into one disk page.
    static let indexBitsAllowed = 8...24
    static let suffixBytesAllowed = 2...3
    static let indexEntrySize = 8
    /// SHA-1 spreads evenly, so a whole list comes nowhere near this; the first lines of a list alone may. It bounds
    /// the memory that a bucket takes.
    static let mostEntriesInBucket = 1 << 20

    let indexBits: Int
    package let suffixBytes: Int

    init?(indexBits: Int, suffixBytes: Int) {
        guard Self.indexBitsAllowed.contains(indexBits), Self.suffixBytesAllowed.contains(suffixBytes) else {
            return nil
        }
        self.indexBits = indexBits
        self.suffixBytes = suffixBytes
    }

    /// The layout for a published list of this size: buckets of 32 to 64 entries, were all its lines as short as can
    /// be.
    init?(listBytes: Int64, suffixBytes: Int) {
        let shortestLine: Int64 = 43
        let buckets = max(1, listBytes / shortestLine / 32)
        let bits = Int64.bitWidth - 1 - buckets.leadingZeroBitCount
        let allowed = Self.indexBitsAllowed
        self.init(indexBits: min(max(bits, allowed.lowerBound), allowed.upperBound), suffixBytes: suffixBytes)
    }

    package var buckets: Int { 1 << indexBits }

    /// Where the hash that begins with these 64 bits belongs.
    package func place(of leadingBits: UInt64) -> (bucket: Int, suffix: UInt32) {
        let suffix = (leadingBits << UInt64(indexBits)) >> UInt64(64 - 8 * suffixBytes)
        return (
            Int(truncatingIfNeeded: leadingBits >> UInt64(64 - indexBits)), UInt32(truncatingIfNeeded: suffix)
        )
    }

    func indexOffset(of bucket: Int) -> Int64 { Int64(BreachFilterHeader.size + Self.indexEntrySize * bucket) }

    func entryOffset(of entry: Int) -> Int64 { indexOffset(of: buckets + 1) + Int64(entry * suffixBytes) }

    func fileSize(entries: Int) -> Int64 { entryOffset(of: entries) }

    func falsePositiveRate(entries: Int) -> Double {
        Double(entries) / Double(UInt64(1) << UInt64(indexBits + 8 * suffixBytes))
    }
}

/// The first bytes of a finished filter. They are written last, so that an unfinished file has none.
struct BreachFilterHeader {
    static let size = 64
    private static let digestOffset = 32
    private static let magicAndVersion = Array("GHBREACH".utf8) + [1]

    let layout: BreachFilterLayout
    package let entries: Int

    init(layout: BreachFilterLayout, entries: Int) {
        self.layout = layout
        self.entries = entries
    }

    /// The header that `bytes` begin with; `nil` when they begin with anything else.
    init?(_ bytes: [UInt8]) {
        let fields = bytes.prefix(Self.digestOffset)
        guard bytes.count >= Self.size, fields.starts(with: Self.magicAndVersion),
            bytes[Self.digestOffset..<Self.size].elementsEqual(SHA256.hash(data: fields)),
            let layout = BreachFilterLayout(indexBits: Int(bytes[9]), suffixBytes: Int(bytes[10])),
            let entries = UInt32(exactly: LittleEndian.read(8, of: bytes, at: 16))
        else { return nil }
        self.init(layout: layout, entries: Int(entries))
    }

    package var bytes: [UInt8] {
        var fields = Self.magicAndVersion + [UInt8(layout.indexBits), UInt8(layout.suffixBytes), 0, 0, 0, 0, 0]
        LittleEndian.append(UInt64(entries), bytes: 8, to: &fields)
        fields += [UInt8](repeating: 0, count: Self.digestOffset - fields.count)
        return fields + Array(SHA256.hash(data: fields))
    }
}

/// The entries of one bucket, behind room for what the seal also covers.
struct SealedBucket {
    private static let prefixSize = 12
    private var bytes = [UInt8](repeating: 0, count: prefixSize)

    package var content: ArraySlice<UInt8> { bytes[Self.prefixSize...] }

    func count(suffixBytes: Int) -> Int { (bytes.count - Self.prefixSize) / suffixBytes }

    func suffix(_ number: Int, suffixBytes: Int) -> UInt32 {
        var value: UInt32 = 0
        let first = Self.prefixSize + number * suffixBytes
        for position in first..<first + suffixBytes { value = value << 8 | UInt32(bytes[position]) }
        return value
    }

    mutating func append(_ suffix: UInt32, suffixBytes: Int) {
        if suffixBytes == 3 { bytes.append(UInt8(truncatingIfNeeded: suffix >> 16)) }
        bytes.append(UInt8(truncatingIfNeeded: suffix >> 8))
        bytes.append(UInt8(truncatingIfNeeded: suffix))
    }

    mutating func append(contentsOf content: [UInt8]) { bytes.append(contentsOf: content) }

    mutating func removeAll() { bytes.removeSubrange(Self.prefixSize...) }

    /// The seal of this content as bucket `number`, whose first entry is the file's `start`: a bucket in a wrong place
    /// does not match either.
    package mutating func seal(number: Int, start: Int) -> UInt32 {
        let end = UInt64(start + (bytes.count - Self.prefixSize))
        for byte in 0..<4 {
            let shift = UInt64(8 * byte)
            bytes[byte] = UInt8(truncatingIfNeeded: UInt64(number) >> shift)
            bytes[4 + byte] = UInt8(truncatingIfNeeded: UInt64(start) >> shift)
            bytes[8 + byte] = UInt8(truncatingIfNeeded: end >> shift)
        }
        return SHA256.hash(data: bytes).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Numbers of the file's byte order.
enum LittleEndian {
    /// The number in `count` bytes from `offset`; bytes that are not there count as zero.
    package static func read(_ count: Int, of bytes: [UInt8], at offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for byte in bytes.dropFirst(offset).prefix(count).reversed() { value = value << 8 | UInt64(byte) }
        return value
    }

    static func append(_ value: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
}
