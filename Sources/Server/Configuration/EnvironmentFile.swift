/// Reads a `.env` file: `NAME=value` lines as the seed of this product writes them.
///
/// A `#` after white space starts a comment. A value in one pair of quotes loses them, except in `CSP_*`, whose quotes
/// belong to the value (`'self'`). In double quotes `\\"`, `\\\\`, `\\$`, `\\n`, `\\r` and `\\t` mean what they do in other programs; in single
/// quotes nothing is special. A line that is none of this is reported by its number: half a value, of a secret for one, must never count.
package struct EnvironmentFile: Sendable, Hashable {
    /// The variables; of two lines with one name the later counts.
    package private(set) var values: [String: String] = [:]
    /// The lines that could not be read, counted from 1.
    package private(set) var unreadableLines: [Int] = []

    /// Reads the text of a file.
    package init(_ text: String) {
        // A byte-order mark, as Windows' editor writes it, is no part of the first name.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        // A carriage return and a line feed are one Character, so lines are told apart by scalars.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let trimmed = Self.trim(Substring(line))
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            guard let (name, value) = Self.assignment(trimmed) else {
                unreadableLines.append(index + 1)
                continue
            }
            values[name] = value
        }
    }

    private static func assignment(_ line: Substring) -> (String, String)? {
        let line = line.hasPrefix("export ") ? trim(line.dropFirst(7)) : line
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = trim(line[..<equals])
        let isName = name.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 95 }
        guard !name.isEmpty, isName else { return nil }
        let rest = trim(line[line.index(after: equals)...])
        guard let value = value(of: rest, keepsQuotes: name.hasPrefix("CSP_")) else { return nil }
        return (String(name), value)
    }

    private static func value(of text: Substring, keepsQuotes: Bool) -> String? {
        if !keepsQuotes, let quote = text.first, quote == "\"" || quote == "'" {
            return quoted(text.dropFirst(), by: quote)
        }
        var end = text.startIndex
        var previous: Character = " "
        while end < text.endIndex, !(text[end] == "#" && (previous == " " || previous == "\t")) {
            previous = text[end]
            end = text.index(after: end)
        }
        return String(trim(text[..<end]))
    }

    /// What stands before the closing quote; `nil` when there is none, something but a comment follows it, or an escape is not known.
    private static func quoted(_ text: Substring, by quote: Character) -> String? {
        var value = ""
        var rest = text
        while let character = rest.popFirst() {
            if character == quote {
                let after = trim(rest)
                return after.isEmpty || after.hasPrefix("#") ? value : nil
            }
            guard character == "\\", quote == "\"" else {
                value.append(character)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "\""?: value.append("\"")
            case "\\"?: value.append("\\")
            case "$"?: value.append("$")
            default: return nil
            }
        }
        return nil
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return text
    }
}
