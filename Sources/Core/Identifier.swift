/// The identity of one `Entity`: 128 bits, shown as a lower-case UUID.
///
/// The type parameter keeps the identity of a client from being passed where that of a session is meant.
package struct Identifier<Entity>: Hashable, Comparable, Sendable {
    /// The first eight bytes, big-endian.
    package let high: UInt64
    /// The last eight bytes, big-endian.
    package let low: UInt64

    /// The identity with exactly these bits, as read from storage or a token.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A UUID version 7 (RFC 9562 §5.7) for `moment`. `random` gives ten bytes; missing ones read as zero.
    package init(at moment: Timestamp, random: [UInt8]) {
        var bits: (UInt64, UInt64) = (0, 0)
        for byte in random.prefix(2) { bits.0 = bits.0 << 8 | UInt64(byte) }
        for byte in random.dropFirst(2).prefix(8) { bits.1 = bits.1 << 8 | UInt64(byte) }
        let time = UInt64(truncatingIfNeeded: moment.milliseconds) & 0xFFFF_FFFF_FFFF
        self.init(
            high: time << 16 | 0x7000 | (bits.0 & 0x0FFF), low: bits.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// Reads exactly 16 bytes; `nil` for any other number.
    package init?(bytes: [UInt8]) {
        guard let words = IdentifierForm.words(bytes) else { return nil }
        self.init(high: words.high, low: words.low)
    }

    /// Reads the 8-4-4-4-12 form in either case; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        var position = 0
        for byte in text.utf8 {
            defer { position += 1 }
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let value: UInt8
            switch byte {
            case 48...57: value = byte - 48
            case 97...102: value = byte - 87
            case 65...70: value = byte - 55
            default: return nil
            }
            if digits < 16 { words.0 = words.0 << 4 | UInt64(value) } else { words.1 = words.1 << 4 | UInt64(value) }
            digits += 1
        }
        guard digits == 32, position == 36 else { return nil }
        self.init(high: words.0, low: words.1)
    }

    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] { IdentifierForm.bytes(high, low) }

    /// Orders by value, which for identifiers of one kind is the order of their creation.
    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension Identifier: CustomStringConvertible {
    /// The ASCII bytes of the 8-4-4-4-12 form.
    package var textBytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        IdentifierForm.append(high, low, to: &text)
        return text
    }

    package var description: String { String(decoding: textBytes, as: UTF8.self) }
}

/// The work of ``Identifier`` that does not depend on what is identified: one copy of it, compiled for all.
enum IdentifierForm {
    static func words(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64)? {
        guard bytes.count == 16 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            high = high << 8 | UInt64(bytes[index])
            low = low << 8 | UInt64(bytes[index + 8])
        }
        return (high, low)
    }

    static func bytes(_ high: UInt64, _ low: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }

    /// Put together aside and appended as a whole: a check of the array for each digit would cost more than the digits.
    static func append(_ high: UInt64, _ low: UInt64, to text: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { form in
            var end = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    unsafe form[end] = UInt8(ascii: "-")
                    end += 1
                }
                let word = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - nibble % 16 * 4) & 15)
                unsafe form[end] = digit < 10 ? 48 + digit : 87 + digit
                end += 1
            }
            unsafe text.append(contentsOf: form)
        }
    }
}

extension Identifier: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let identifier = Identifier(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an identifier")
        }
        self = identifier
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
