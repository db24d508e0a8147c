/// The value of a line in a `.env` file.
enum EnvironmentValue {
    /// A value that would be misread.
    enum Unreadable: Error {
        case openQuote(Unicode.Scalar)
        case unknownEscape
        case textBehindQuote

        /// What is wrong, and what to write. Holds nothing of the value.
        var message: String {
            switch self {
            case .openQuote(let quote): "begins with \(quote) and does not end with it. A value is one line long."
            case .unknownEscape:
                "has a backslash in double quotes that means nothing: write \\\\ for one, or use single quotes."
            case .textBehindQuote:
                "has text behind its closing quote. In double quotes write \\\" for a quote; a comment begins with a space and #."
            }
        }
    }

    /// Reads what stands behind the equals sign, without white space around it.
    static func read(_ text: Substring, keepsSingleQuotes: Bool) throws(Unreadable) -> String {
        switch text.unicodeScalars.first {
        case "\"": return try quoted(text.unicodeScalars.dropFirst(), by: "\"", hasEscapes: true)
        case "'" where !keepsSingleQuotes:
            return try quoted(text.unicodeScalars.dropFirst(), by: "'", hasEscapes: false)
        default: return bare(text)
        }
    }

    private static func quoted(
        _ text: Substring.UnicodeScalarView, by quote: Unicode.Scalar, hasEscapes: Bool
    ) throws(Unreadable) -> String {
        var value = String.UnicodeScalarView()
        var rest = text[...]
        while let next = rest.popFirst() {
            if next == quote {
                let behind = EnvironmentFile.trim(Substring(rest))
                let isComment = behind.hasPrefix("#") && rest.first?.properties.isWhitespace == true
                guard behind.isEmpty || isComment else { throw .textBehindQuote }
                return String(value)
            }
            guard hasEscapes, next == "\\" else {
                value.append(next)
                continue
            }
            guard let escaped = rest.popFirst() else { throw .openQuote(quote) }
            guard let meant = escapes[escaped] else { throw .unknownEscape }
            value.append(meant)
        }
        throw .openQuote(quote)
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "r": "\r", "t": "\t", "\"": "\"", "\\": "\\", "$": "$",
    ]

    private static func bare(_ text: Substring) -> String {
        var end = text.startIndex
        var previous: Character = " "
        while end < text.endIndex, !(text[end] == "#" && (previous == " " || previous == "\t")) {
            previous = text[end]
            end = text.index(after: end)
        }
        return String(EnvironmentFile.trim(text[..<end]))
    }
}
