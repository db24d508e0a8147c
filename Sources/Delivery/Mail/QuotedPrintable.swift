/// The quoted-printable encoding (RFC 2045 §6.7): text in any language in lines of at most 76 ASCII characters, which
/// no server on the way has a reason to change.
enum QuotedPrintable {
    private static let longestLine = 76
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// `byte` as `=` and two digits.
    static func escaped(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// Encodes `text`. Line ends of every kind become CRLF, and there is one at the end.
    static func encode(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        var line: [UInt8] = []
        var wasReturn = false
        for byte in text.utf8 {
            defer { wasReturn = byte == 0x0D }
            if byte == 0x0A, wasReturn { continue }
            if byte == 0x0A || byte == 0x0D {
                append(line, to: &result)
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
        }
        if !line.isEmpty { append(line, to: &result) }
        return result
    }

    /// Appends one line of the text as one or several of the encoding, each but the last ending in a soft break.
    private static func append(_ line: [UInt8], to result: inout [UInt8]) {
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            var piece = mustBeEscaped(byte, isLast: isLast) ? escaped(byte) : [byte]
            if column + piece.count > longestLine - (isLast ? 0 : 1) {
                result += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            // A dot alone ends a mail on the wire, and some mailboxes change lines that begin with "From ".
            if column == 0, byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F") { piece = escaped(byte) }
            result += piece
            column += piece.count
        }
        result += [0x0D, 0x0A]
    }

    /// White space at the end of a line is lost on the way.
    private static func mustBeEscaped(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case 0x20, 0x09: return isLast
        case UInt8(ascii: "="): return true
        default: return !(0x21...0x7E).contains(byte)
        }
    }
}
