/// Reads a `.env` file: `NAME=value` lines as the seed of this product writes them.
///
/// A `#` after white space starts a comment. A value in one pair of quotes loses them; between double quotes a backslash stands before `n`,
/// `r`, `t`, `"`, `$` or another backslash for what dotenv takes it for, between single quotes everything stands for itself. In `CSP_*` single
/// quotes belong to the value (`'self'`). A line that is none of this is refused by its number and name: half of a value, or a value that was
/// meant otherwise, would be worse than none.
package struct EnvironmentFile: Sendable, Hashable {
    /// A line that is refused.
    package struct Refusal: Sendable, Hashable {
        /// Counted from 1.
        package let line: Int
        /// The variable's, when the line has one.
        package let name: String?
        /// What is wrong, to follow the line's number in a sentence. Holds nothing of the value.
        package let message: String
    }

    /// The variables; of two lines with one name the later counts.
    package private(set) var values: [String: String] = [:]
    /// The lines that are refused.
    package private(set) var refusals: [Refusal] = []

    /// Reads the text of a file, with or without the byte-order mark that some editors write.
    package init(_ text: String) {
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        // A carriage return and a line feed are one Character, so lines are told apart by scalars.
        let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let trimmed = Self.trim(Substring(line))
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            guard let (name, text) = Self.assignment(trimmed) else {
                refusals.append(Refusal(line: index + 1, name: nil, message: "is not NAME=value."))
                continue
            }
            do {
                values[name] = try EnvironmentValue.read(text, keepsSingleQuotes: name.hasPrefix("CSP_"))
            } catch {
                refusals.append(Refusal(line: index + 1, name: name, message: error.message))
            }
        }
    }

    private static func assignment(_ line: Substring) -> (String, Substring)? {
        let line = line.hasPrefix("export ") ? trim(line.dropFirst(7)) : line
        guard let equals = line.firstIndex(of: "=") else { return nil }
        let name = trim(line[..<equals])
        let isName = name.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0 & 0xDF) || $0 == 95 }
        guard !name.isEmpty, isName else { return nil }
        return (String(name), trim(line[line.index(after: equals)...]))
    }

    static func trim(_ text: Substring) -> Substring {
        var text = text
        while let first = text.unicodeScalars.first, first.properties.isWhitespace { text.unicodeScalars.removeFirst() }
        while let last = text.unicodeScalars.last, last.properties.isWhitespace { text.unicodeScalars.removeLast() }
        return text
    }
}
