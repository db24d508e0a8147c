import Core

/// Text on its way into the head of a mail. All of it passes ``cleaned(_:)``, so none can end its line and begin
/// another.
enum HeaderText {
    /// RFC 2047 §2: a line that holds an encoded word.
    private static let longestLine = 76
    private static let longestWord = 75
    private static let opening = Array("=?UTF-8?Q?".utf8)
    private static let closing = Array("?=".utf8)

    /// `text` on one line: every control character is a space, runs of white space are one, and there is none at the
    /// ends. The characters that turn the direction of writing go too, for with them a name can pretend to be an
    /// address.
    static func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            if isSpace {
                if let last = scalars.last, last != " " { scalars.append(" ") }
            } else if !scalar.properties.isBidiControl {
                scalars.append(scalar)
            }
        }
        if scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }

    /// `Name: text`, folded.
    static func unstructured(_ name: String, _ text: String) -> String {
        let text = cleaned(text)
        let isPlain = isPlain(text) && name.utf8.count + 2 + text.utf8.count <= longestLine
        return "\(name): " + (isPlain ? text : encodedWords(text, from: name.utf8.count + 2))
    }

    /// `Name: <https://…>` as it is, however long: an address must not be written in encoded words. `nil` for anything else.
    static func link(_ name: String, _ text: String) -> String? {
        guard text.hasPrefix("<http"), text.hasSuffix(">"), text.utf8.count <= 900,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return name.utf8.count + 2 + text.utf8.count <= longestLine ? "\(name): \(text)" : "\(name):\r\n \(text)"
    }

    /// `Name: Ana Smith <ana@example.com>`, folded.
    static func mailbox(_ name: String, _ shown: String, _ address: EmailAddress) -> String {
        let shown = cleaned(shown)
        guard !shown.isEmpty else { return "\(name): <\(address.text)>" }
        let phrase: String
        if shown.utf8.count <= 60, isPlain(shown) {
            phrase = shown.utf8.allSatisfy { $0 == 0x20 || isSafe($0) } ? shown : quoted(shown)
        } else {
            phrase = encodedWords(shown, from: name.utf8.count + 2)
        }
        let column =
            phrase.utf8.reversed().prefix { $0 != 0x0A }.count + (phrase.contains("\r\n") ? 0 : name.utf8.count + 2)
        let fits = column + address.text.utf8.count + 3 <= longestLine
        return "\(name): \(phrase)\(fits ? " " : "\r\n ")<\(address.text)>"
    }

    /// Printable ASCII that nobody can take for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { result += "\\" }
            result.unicodeScalars.append(character)
        }
        return result + "\""
    }

    /// `text` as encoded words, the first of which begins at `column`. No code point is divided between two: a reader
    /// decodes each word by itself.
    private static func encodedWords(_ text: String, from column: Int) -> String {
        var result: [UInt8] = []
        var word: [UInt8] = opening
        var room = min(longestWord, longestLine - column) - closing.count
        for scalar in text.unicodeScalars {
            let piece = encoded(scalar)
            if word.count + piece.count > room {
                result += word + closing + Array("\r\n ".utf8)
                word = opening
                room = longestWord - closing.count
            }
            word += piece
        }
        return String(decoding: result + word + closing, as: UTF8.self)
    }

    private static func encoded(_ scalar: Unicode.Scalar) -> [UInt8] {
        String(scalar).utf8.flatMap { byte -> [UInt8] in
            if byte == 0x20 { return [UInt8(ascii: "_")] }
            return isSafe(byte) ? [byte] : QuotedPrintable.escaped(byte)
        }
    }

    /// What stands for itself in an encoded word wherever that is (RFC 2047 §5).
    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: return true
        default: return "!*+-/".utf8.contains(byte)
        }
    }
}
