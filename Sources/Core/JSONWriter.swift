/// Writes JSON (RFC 8259) straight into bytes.
///
/// For answers of many rows, where `JSONEncoder` costs more than the query behind them. The caller keeps the nesting
/// right; commas are set by the writer.
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty document. `capacity` is a guess at its size in bytes.
    package init(capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Writes `{`, what `body` writes, and `}`.
    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes `[`, what `body` writes, and `]`.
    package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open(UInt8(ascii: "["))
        try body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes a member's name, which needs no escaping; its value must follow.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes the name of a member that is called by data; its value must follow.
    package mutating func key(text name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string, escaping what RFC 8259 §7 demands.
    package mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8: unsafe $0.span) }
    }

    /// Writes a string that is there as UTF-8.
    package mutating func string(utf8 text: Span<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        // Most text needs no escape, and is then copied as a whole.
        var start = 0
        for index in text.indices where Self.needsEscape(text[index]) {
            append(text.extracting(start..<index))
            escape(text[index])
            start = index + 1
        }
        append(text.extracting(start..<text.count))
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ piece: Span<UInt8>) {
        unsafe piece.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 32 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        if byte < 32 { return escapeControl(byte) }
        if Self.needsEscape(byte) { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
    }

    /// Writes an identifier in its 8-4-4-4-12 form.
    package mutating func identifier<Entity>(_ value: Identifier<Entity>) {
        identifier(high: value.high, low: value.low)
    }

    /// Writes the identifier whose 16 bytes these are; `false`, and nothing written, for another number of bytes.
    package mutating func identifier(bytes value: Span<UInt8>) -> Bool {
        guard value.count == 16 else { return false }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            high = high << 8 | UInt64(value[index])
            low = low << 8 | UInt64(value[index + 8])
        }
        identifier(high: high, low: low)
        return true
    }

    private mutating func identifier(high: UInt64, low: UInt64) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        IdentifierForm.append(high, low, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a moment in ISO 8601.
    package mutating func moment(_ value: Timestamp) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        value.appendISO8601(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a whole number.
    package mutating func number(_ value: Int64) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Writes a finite number; `null` for one that JSON cannot hold.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a piece that is JSON already, as stored by this program.
    package mutating func json(trusted piece: String) {
        separate()
        bytes.append(contentsOf: piece.utf8)
    }

    /// The same for a piece that is there as UTF-8.
    package mutating func json(trusted piece: Span<UInt8>) {
        separate()
        append(piece)
    }

    /// Ends a line, for a text of which each line is a JSON value (JSON lines).
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Writes the members of an object that is JSON already, as stored by this program without spaces, among those of the object that is open.
    package mutating func members(trusted object: Span<UInt8>) {
        guard object.count > 2 else { return }
        separate()
        append(object.extracting(1..<object.count - 1))
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func escapeControl(_ byte: UInt8) {
        switch byte {
        case 10: bytes.append(contentsOf: "\\n".utf8)
        case 13: bytes.append(contentsOf: "\\r".utf8)
        case 9: bytes.append(contentsOf: "\\t".utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}

extension JSONWriter {
    /// Writes a member that is a string, or `null`.
    package mutating func member(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member that is a whole number, or `null`.
    package mutating func member(_ name: StaticString, _ value: Int64?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// Writes a member that is `true` or `false`.
    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Writes a member that is an identifier, or `null`.
    package mutating func member<Entity>(_ name: StaticString, _ value: Identifier<Entity>?) {
        key(name)
        if let value { identifier(value) } else { null() }
    }

    /// Writes a member that is a moment in ISO 8601, or `null`.
    package mutating func member(_ name: StaticString, _ value: Timestamp?) {
        key(name)
        if let value { moment(value) } else { null() }
    }
}
