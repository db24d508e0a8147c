/// Reads a `.env` file: `NAME=value` lines as the seed of this product writes them.
///
/// A `#` after white space starts a comment. A value in one pair of quotes loses them, except in `CSP_*`, whose quotes
/// belong to the value (`'self'`). A line that is none of this is reported by its number.
package struct EnvironmentFile: Sendable, Hashable {
    /// The variables; of two lines with one name the later counts.
    package private(set) var values: [String: String] = [:]
    /// The lines that could not be read, counted from 1.
    package private(set) var unreadableLines: [Int] = []

    /// Reads the text of a file.
    package init(_ text: String) {
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
        return (String(name), value(of: rest, keepsQuotes: name.hasPrefix("CSP_")))
    }

    private static func value(of text: Substring, keepsQuotes: Bool) -> String {
        if !keepsQuotes, let quote = text.first, quote == "\"" || quote == "'" {
            let inside = text.dropFirst()
            if let end = inside.firstIndex(of: quote) { return String(inside[..<end]) }
        }
        var end = text.startIndex
        var previous: Character = " "
        while end < text.endIndex, !(text[end] == "#" && (previous == " " || previous == "\t")) {
            previous = text[end]
            end = text.index(after: end)
        }
        return String(trim(text[..<end]))
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return text
    }
}
