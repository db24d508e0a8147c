/// Reads JSON (RFC 8259) straight from bytes: the counterpart of ``JSONWriter``, for what this program has stored.
///
/// For exports of many rows, where `JSONDecoder` costs ten times the query behind them. Strict in its grammar, with a bound for its depth; what
/// comes from outside is read by `JSONDecoder`.
package struct JSONReader: ~Copyable {
    /// The text is not what was expected, at that byte.
    package struct Malformed: Error, Hashable, Sendable {
        package let offset: Int
    }

    private static let deepest = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    package init(_ text: String) { bytes = Array(text.utf8) }

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads an object: calls `body` with the name of each member, and it reads the value.
    package mutating func members(_ body: (inout JSONReader, String) throws -> Void) throws {
        try enter(UInt8(ascii: "{"))
        guard !take(UInt8(ascii: "}")) else { return leave() }
        repeat {
            let name = try string()
            try expect(UInt8(ascii: ":"))
            try body(&self, name)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        leave()
    }

    /// Reads an array: calls `body` at each element, and it reads that.
    package mutating func elements(_ body: (inout JSONReader) throws -> Void) throws {
        try enter(UInt8(ascii: "["))
        guard !take(UInt8(ascii: "]")) else { return leave() }
        repeat { try body(&self) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        leave()
    }

    /// Reads a string.
    package mutating func string() throws -> String {
        try expect(UInt8(ascii: "\""))
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return String(decoding: bytes[start..<position], as: UTF8.self)
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<32: throw Malformed(offset: position)
            default: position += 1
            }
        }
        throw Malformed(offset: position)
    }

    /// Reads a string, or `null`.
    package mutating func optionalString() throws -> String? { try null() ? nil : try string() }

    /// Reads `null` if it stands here.
    package mutating func null() throws -> Bool { try word("null", if: UInt8(ascii: "n")) }

    /// Reads `true` or `false`.
    package mutating func bool() throws -> Bool {
        if try word("true", if: UInt8(ascii: "t")) { return true }
        guard try word("false", if: UInt8(ascii: "f")) else { throw Malformed(offset: position) }
        return false
    }

    /// Reads a whole number.
    package mutating func integer() throws -> Int64 {
        let start = position
        guard let number = Int64(numberText()) else { throw Malformed(offset: start) }
        return number
    }

    /// Reads a number.
    package mutating func number() throws -> Double {
        let start = position
        guard let number = Double(numberText()), number.isFinite else { throw Malformed(offset: start) }
        return number
    }

    /// The byte at which the next value begins.
    package mutating func next() -> UInt8? {
        skipBlanks()
        return position < bytes.count ? bytes[position] : nil
    }

    /// Passes over a value of whatever kind, and returns its text.
    package mutating func value() throws -> String {
        _ = next()
        let start = position
        try skip()
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Passes over a value of whatever kind.
    package mutating func skip() throws {
        switch next() {
        case UInt8(ascii: "{"): try members { reader, _ in try reader.skip() }
        case UInt8(ascii: "["): try elements { reader in try reader.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
        case UInt8(ascii: "n"): _ = try null()
        default: _ = try number()
        }
    }

    /// Throws when something follows.
    package mutating func finish() throws {
        guard next() == nil else { throw Malformed(offset: position) }
    }
}

extension JSONReader {
    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 9, 10, 13, 32: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next() == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws {
        guard take(byte) else { throw Malformed(offset: position) }
    }

    private mutating func enter(_ bracket: UInt8) throws {
        depth += 1
        guard depth <= Self.deepest else { throw Malformed(offset: position) }
        try expect(bracket)
    }

    private mutating func leave() { depth -= 1 }

    private mutating func word(_ word: StaticString, if first: UInt8) throws -> Bool {
        guard next() == first else { return false }
        let end = position + word.utf8CodeUnitCount
        let isWhole = word.withUTF8Buffer { text in
            unsafe end <= bytes.count && bytes[position..<end].elementsEqual(text)
        }
        guard isWhole else { throw Malformed(offset: position) }
        position = end
        return true
    }

    private mutating func numberText() -> String {
        guard let first = next(), first == UInt8(ascii: "-") || (48...57).contains(first) else { return "" }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                position += 1
            default: return String(decoding: bytes[start..<position], as: UTF8.self)
            }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func escapedString(from start: Int) throws -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(to: &text)
            case 0..<32: throw Malformed(offset: position)
            default: text.append(byte)
            }
        }
        throw Malformed(offset: position)
    }

    private mutating func escape(to text: inout [UInt8]) throws {
        guard position < bytes.count else { throw Malformed(offset: position) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text.append(contentsOf: try scalar().utf8)
        default: throw Malformed(offset: position)
        }
    }

    /// The four digits behind `\u`; of a surrogate also those of its other half (RFC 8259 §7).
    private mutating func scalar() throws -> String {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return String(Character(scalar)) }
        guard (0xD800...0xDBFF).contains(high), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw Malformed(offset: position)
        }
        let low = try codeUnit()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10 | (low - 0xDC00)))
        else { throw Malformed(offset: position) }
        return String(Character(scalar))
    }

    private mutating func codeUnit() throws -> UInt32 {
        let digits = bytes[position..<min(position + 4, bytes.count)]
        guard digits.count == 4, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed(offset: position) }
        position += 4
        return unit
    }
}
