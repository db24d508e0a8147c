/// CBOR as authenticators write it (RFC 8949, shortest lengths), and as they never would.
package enum CBOREncoding {
    /// A non-negative integer.
    package static func unsigned(_ value: UInt64) -> [UInt8] { head(0, value) }

    /// Any integer.
    package static func integer(_ value: Int64) -> [UInt8] {
        value < 0 ? head(1, UInt64(-1 - value)) : head(0, UInt64(value))
    }

    /// A byte string.
    package static func bytes(_ bytes: [UInt8]) -> [UInt8] { head(2, UInt64(bytes.count)) + bytes }

    /// A text.
    package static func text(_ text: String) -> [UInt8] { head(3, UInt64(text.utf8.count)) + Array(text.utf8) }

    /// `true` or `false`.
    package static func boolean(_ value: Bool) -> [UInt8] { [value ? 0xF5 : 0xF4] }

    /// An array of encoded items.
    package static func array(_ items: [[UInt8]]) -> [UInt8] { head(4, UInt64(items.count)) + items.flatMap(\.self) }

    /// A map of encoded keys and values, in the order given.
    package static func map(_ pairs: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
        head(5, UInt64(pairs.count)) + pairs.flatMap { $0.key + $0.value }
    }

    /// A map with texts for keys.
    package static func members(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
        map(members.map { (text($0.name), $0.value) })
    }

    /// The beginning of an item of a major type: for an array or a map, whatever count it may claim.
    package static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
        let type = major << 5
        func bytes(_ count: UInt64) -> [UInt8] {
            (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        switch value {
        case 0..<24: return [type | UInt8(value)]
        case 24..<0x100: return [type | 24] + bytes(1)
        case 0x100..<0x1_0000: return [type | 25] + bytes(2)
        case 0x1_0000..<0x1_0000_0000: return [type | 26] + bytes(4)
        default: return [type | 27] + bytes(8)
        }
    }
}
