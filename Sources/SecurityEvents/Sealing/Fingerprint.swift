import Crypto
package import Storage

/// 32 bytes: a SHA-256 hash or an HMAC of it. Four words, so that millions of them lie in arrays without an allocation each.
///
/// Comparing two is not constant-time, and need not be: nobody learns anything about a key from how long a verification of the
/// whole log takes.
package struct Fingerprint: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// All zero: what stands before the first event.
    package static let zero = Fingerprint((0, 0, 0, 0))

    private init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// Reads exactly 32 bytes; `nil` for any other number.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        unsafe words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    init?(_ bytes: some ContiguousBytesOfFingerprint) {
        guard let read = unsafe bytes.withUnsafeBytes({ unsafe Fingerprint($0) }) else { return nil }
        self = read
    }

    /// SHA-256 of `bytes`.
    init(hashing bytes: [UInt8]) {
        self = unsafe SHA256.hash(data: bytes).withUnsafeBytes { unsafe Fingerprint($0) } ?? .zero
    }

    /// HMAC-SHA256 of `bytes` (RFC 2104) under the key with which `begun` was made.
    init(authenticating bytes: [UInt8], continuing begun: HMAC<SHA256>) {
        var code = begun
        code.update(data: bytes)
        self = unsafe code.finalize().withUnsafeBytes { unsafe Fingerprint($0) } ?? .zero
    }

    /// Appends the 32 bytes.
    func append(to bytes: inout [UInt8]) {
        var words = words
        unsafe withUnsafeBytes(of: &words) { unsafe bytes.append(contentsOf: $0) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// 64 hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package static func == (left: Fingerprint, right: Fingerprint) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// What a fingerprint can be read from.
protocol ContiguousBytesOfFingerprint {
    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

extension [UInt8]: ContiguousBytesOfFingerprint {}

extension Fingerprint: SQLConvertible {
    package var sqlValue: SQLValue { .bytes(bytes) }

    package init?(sqlValue: SQLValue) {
        guard case .bytes(let bytes) = sqlValue else { return nil }
        self.init(bytes)
    }
}

extension RowInPlace {
    /// The fingerprint in a column; `nil` when it holds another number of bytes: whoever can write to the log can write anything.
    func fingerprint(_ column: Int) throws -> Fingerprint? {
        var read: Fingerprint?
        try withBytes(column) { bytes in unsafe bytes.withUnsafeBytes { unsafe read = Fingerprint($0) } }
        return read
    }
}

extension [UInt8] {
    /// Appends a whole number, the most significant byte first.
    mutating func append(bigEndian number: Int64) {
        for shift in stride(from: Int64(56), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
