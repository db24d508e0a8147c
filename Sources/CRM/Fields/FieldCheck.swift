/// Checks fields one after the other and remembers everything that is wrong with them.
///
/// Each function returns the field as it would be stored, so that checking goes on after a problem.
package struct FieldCheck {
    /// Everything that was wrong so far.
    package private(set) var problems: [FieldProblem] = []

    package init() {}

    /// Records a problem.
    package mutating func refuse(_ field: String, _ code: FieldProblem.Code, _ message: String) {
        problems.append(FieldProblem(field, code, message))
    }

    /// One line of text: spaces around it dropped, no control characters, at most `limit` code points.
    package mutating func line(_ text: String, _ field: String, _ limit: Int) -> String {
        let text = Self.trimmed(text)
        checkLength(text, field, limit)
        if Self.isPlain(text) { return text }
        if text.unicodeScalars.contains(where: Self.isControl) {
            refuse(field, .invalidCharacters, "Remove the line breaks and control characters.")
        }
        return text
    }

    /// Several lines of text: like ``line(_:_:_:)``, but with tabs and line breaks, which become `\n`.
    package mutating func paragraphs(_ text: String, _ field: String, _ limit: Int) -> String {
        if Self.isPlain(text) {
            let text = Self.trimmed(text)
            checkLength(text, field, limit)
            return text
        }
        var lines = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in Self.trimmed(text).unicodeScalars {
            switch scalar {
            case "\r": lines.append("\n")
            case "\n" where previous == "\r": break
            default: lines.append(scalar)
            }
            previous = scalar
        }
        let text = String(lines)
        checkLength(text, field, limit)
        if text.unicodeScalars.contains(where: { Self.isControl($0) && $0 != "\n" && $0 != "\t" }) {
            refuse(field, .invalidCharacters, "Remove the control characters.")
        }
        return text
    }

    /// At most `limit` entries. Further ones are cut off, so that one request cannot bring forth ten thousand problems.
    package mutating func capped<Entry>(_ entries: [Entry], _ field: String, _ limit: Int) -> ArraySlice<Entry> {
        if entries.count > limit { refuse(field, .tooMany, "At most \(limit) entries are kept.") }
        return entries.prefix(limit)
    }

    /// A price in whole units of currency: nothing below zero, and nothing beyond a million millions.
    package mutating func price(_ price: Int64, _ field: String = "price") -> Int64 {
        if !(0...1_000_000_000_000).contains(price) {
            refuse(field, .outOfRange, "Give a price between 0 and 1,000,000,000,000, without cents.")
        }
        return price
    }

    /// A stage is required.
    package mutating func stage(_ stage: String) {
        if stage.isEmpty { refuse("stage", .required, "Choose a stage.") }
    }

    private mutating func checkLength(_ text: String, _ field: String, _ limit: Int) {
        // A code point takes at most four bytes, so most texts are known to fit without being walked.
        if text.utf8.count > limit, text.unicodeScalars.count > limit {
            refuse(field, .tooLong, "Use at most \(limit) characters.")
        }
    }

    /// Whether it is ASCII without control characters, as most texts are.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (32...126).contains($0) } }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        // C0, DEL and C1; then the separators that some readers take for the end of a line.
        scalar.value < 32 || (127...159).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    private static func trimmed(_ text: String) -> String {
        if let first = text.utf8.first, let last = text.utf8.last, (33...126).contains(first), (33...126).contains(last)
        {
            return text
        }
        let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
        guard let end = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(scalars[...end])
    }
}
