package import Core
import Crypto

/// What a cursor belongs to: one list, asked by one person, in one order and with one set of filters.
///
/// A cursor is a position in a result. Taken over into another result it would skip or repeat rows without a word, and
/// handed to another person it would tell where the first one stopped reading.
package struct CursorBinding: Sendable, Hashable {
    let bytes: [UInt8]

    /// `facts` are the order and every filter, in an order fixed by the list; `nil` for a filter that is not set. Each
    /// is written with its length, so that no two sets of facts look alike.
    package init(list: String, reader: AccountID, facts: [String?]) {
        var bytes: [UInt8] = []
        for fact in [list, reader.description] + facts {
            guard let fact else {
                bytes.append(0)
                continue
            }
            bytes.append(1)
            bytes.append(contentsOf: UInt32(truncatingIfNeeded: fact.utf8.count).bigEndianBytes)
            bytes.append(contentsOf: fact.utf8)
        }
        self.bytes = bytes
    }
}

/// Makes and reads the cursors of keyset-paged lists.
///
/// A cursor holds the sort key and the identity of the last row shown, and an HMAC-SHA256, cut to 128 bits, over them
/// and their ``CursorBinding``. Without the tag a cursor would be a way to put values of one's own into a comparison,
/// and to probe for rows that one cannot see. It is signed and not encrypted: it repeats only what the page before it
/// has shown, yet that may be a name, so a log must not keep it.
package struct CursorSealer: Sendable {
    private static let tagLength = 16
    private static let longestText = 2048

    private let key: SymmetricKey

    /// A sealer under a key of its own, derived from `key` (HKDF, RFC 5869); the same on every node.
    package init(key: Secret<[UInt8]>) {
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key.exposed), info: Array("gatehouse list cursor 1".utf8),
            outputByteCount: 32)
    }

    /// The cursor for `position`: base64url, safe in a URL. The same position gives the same text.
    package func seal(_ position: [SQLValue], for binding: CursorBinding) -> String {
        var payload: [UInt8] = []
        for value in position { Self.append(value, to: &payload) }
        return Base64URL.encode(tag(payload, binding) + payload)
    }

    /// The position in `presented`; `nil` unless this sealer made it for the same binding, to the last bit.
    package func open(_ presented: String, for binding: CursorBinding) -> [SQLValue]? {
        guard presented.utf8.count <= Self.longestText, let bytes = Base64URL.decode(presented),
            bytes.count > Self.tagLength
        else { return nil }
        let payload = Array(bytes.dropFirst(Self.tagLength))
        guard ConstantTime.equal(Array(bytes.prefix(Self.tagLength)), tag(payload, binding)) else { return nil }
        var reader = PayloadReader(bytes: payload[...])
        var position: [SQLValue] = []
        while !reader.bytes.isEmpty {
            guard let value = reader.value() else { return nil }
            position.append(value)
        }
        return position
    }

    private func tag(_ payload: [UInt8], _ binding: CursorBinding) -> [UInt8] {
        var mac = HMAC<SHA256>(key: key)
        // The length keeps the end of the binding from being read as the start of the payload.
        mac.update(data: UInt32(truncatingIfNeeded: binding.bytes.count).bigEndianBytes)
        mac.update(data: binding.bytes)
        mac.update(data: payload)
        return Array(mac.finalize().prefix(Self.tagLength))
    }

    private static func append(_ value: SQLValue, to payload: inout [UInt8]) {
        switch value {
        case .null:
            payload.append(0)
        case .integer(let number):
            payload.append(1)
            payload.append(contentsOf: UInt64(bitPattern: number).bigEndianBytes)
        case .real(let number):
            payload.append(2)
            payload.append(contentsOf: number.bitPattern.bigEndianBytes)
        case .text(let text):
            payload.append(3)
            payload.append(contentsOf: UInt32(truncatingIfNeeded: text.utf8.count).bigEndianBytes)
            payload.append(contentsOf: text.utf8)
        case .bytes(let bytes):
            payload.append(4)
            payload.append(contentsOf: UInt32(truncatingIfNeeded: bytes.count).bigEndianBytes)
            payload.append(contentsOf: bytes)
        case .identifier(let high, let low):
            payload.append(5)
            payload.append(contentsOf: high.bigEndianBytes)
            payload.append(contentsOf: low.bigEndianBytes)
        }
    }
}

/// Reads values off the front of a payload. The tag has vouched for the bytes; the bounds are checked all the same.
private struct PayloadReader {
    var bytes: ArraySlice<UInt8>

    init(bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    mutating func value() -> SQLValue? {
        switch bytes.popFirst() {
        case 0: return .null
        case 1: return word().map { .integer(Int64(bitPattern: $0)) }
        case 2: return word().map { .real(Double(bitPattern: $0)) }
        case 3: return counted().map { .text(String(decoding: $0, as: UTF8.self)) }
        case 4: return counted().map { .bytes($0) }
        case 5:
            guard let high = word(), let low = word() else { return nil }
            return .identifier(high: high, low: low)
        default: return nil
        }
    }

    private mutating func word() -> UInt64? {
        take(8).map { $0.reduce(0) { $0 << 8 | UInt64($1) } }
    }

    private mutating func counted() -> [UInt8]? {
        take(4).flatMap { take($0.reduce(0) { $0 << 8 | Int($1) }) }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }
}
