/// Writes CSV (RFC 4180): fields in quotes where they need them, lines that end with CR LF.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, which may send what stands beside it to a stranger:
/// such a field gets an apostrophe in front, which spreadsheets do not show (CSV injection, ASVS 1.2.10).
package struct CSVWriter: Sendable {
    private var bytes: [UInt8] = []
    /// Whether a cell stands in the line already.
    private var isLineOpen = false

    /// An empty file.
    package init() {}

    /// Adds a line.
    package mutating func line(_ fields: [String]) {
        for field in fields { cell(field) }
        endLine()
    }

    /// Adds a cell to the line that is open.
    package mutating func cell(_ text: String) {
        if isLineOpen { bytes.append(UInt8(ascii: ",")) }
        isLineOpen = true
        append(text)
    }

    /// Adds so many empty cells to it.
    package mutating func emptyCells(_ count: Int) {
        guard count > 0 else { return }
        bytes.append(contentsOf: repeatElement(UInt8(ascii: ","), count: isLineOpen ? count : count - 1))
        isLineOpen = true
    }

    /// Ends the line that is open.
    package mutating func endLine() {
        bytes.append(13)
        bytes.append(10)
        isLineOpen = false
    }

    /// What was written since the last time.
    package mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private mutating func append(_ field: String) {
        // Most fields of a wide table are empty.
        if field.isEmpty { return }
        var field = field
        field.withUTF8 { append(utf8: unsafe $0.span) }
    }

    private mutating func append(utf8 text: Span<UInt8>) {
        let isFormula = Self.beginsFormula(text[0])
        var needsQuotes = false
        for index in text.indices where Self.needsQuotes(text[index]) { needsQuotes = true }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        if needsQuotes {
            for index in text.indices {
                if text[index] == UInt8(ascii: "\"") { bytes.append(text[index]) }
                bytes.append(text[index])
            }
            bytes.append(UInt8(ascii: "\""))
        } else {
            unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        }
    }

    private static func beginsFormula(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 9, 13: true
        default: false
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13: true
        default: false
        }
    }
}
