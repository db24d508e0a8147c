/// Writes CSV (RFC 4180): fields in quotes where they need them, lines that end with CR LF.
///
/// A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, which may send what stands beside it to a stranger:
/// such a field gets an apostrophe in front, which spreadsheets do not show (CSV injection, ASVS 1.2.10).
package struct CSVWriter: Sendable {
    private var bytes: [UInt8] = []

    /// An empty file.
    package init() {}

    /// Adds a line.
    package mutating func line(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(field)
        }
        bytes += [13, 10]
    }

    /// What was written since the last time.
    package mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    private mutating func append(_ field: String) {
        let isFormula = field.utf8.first.map { "=+-@\t\r".utf8.contains($0) } ?? false
        let text = isFormula ? "'" + field : field
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
