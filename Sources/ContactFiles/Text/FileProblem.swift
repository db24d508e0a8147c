/// What is wrong with a file, one of its rows or one of its cells: where, why as a code for programs, and in words for people.
package struct FileProblem: Sendable, Hashable, Codable {
    /// The line of the file on which the row begins, counted from 1; 0 for a problem of the whole file.
    package var line: Int
    /// The name of the column, or of the property of a vCard; `nil` when the whole row is meant.
    package var column: String?
    package var code: Code
    package var words: String
    /// Whether the row cannot be imported for it. Otherwise the row is, and only what is named here is missing or changed.
    package var isRejection: Bool

    package init(
        line: Int, column: String? = nil, code: Code, words: String, isRejection: Bool = false
    ) {
        self.line = line
        self.column = column
        self.code = code
        self.words = words
        self.isRejection = isRejection
    }

    /// The reasons.
    package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        // Of the file.
        case notText = "not_text"
        case empty = "file_empty"
        case noHeader = "no_header"
        case tooManyColumns = "too_many_columns"
        // Of a row.
        case unclosedQuote = "unclosed_quote"
        case strayQuote = "stray_quote"
        case rowTooLong = "row_too_long"
        case cellTooLong = "cell_too_long"
        case surplusCells = "surplus_cells"
        case nulByte = "nul_byte"
        case mixedEncodings = "mixed_encodings"
        case badCharacters = "bad_characters"
        case nobody
        // Of a cell.
        case badDate = "bad_date"
        case contradictingDates = "contradicting_dates"
        case badPrice = "bad_price"
        case badChoice = "bad_choice"
        case badPrimary = "bad_primary"
        case badList = "bad_list"
        // Of a vCard.
        case notCard = "not_a_card"
        case missingEnd = "missing_end"
        case nestedTooDeep = "nested_too_deep"
        case tooManyProperties = "too_many_properties"
        case propertyTooLong = "property_too_long"
        case cardTooLong = "card_too_long"
        case badProperty = "bad_property"
    }

    /// The text as it may stand in the words of a problem: the first 60 characters, on one line.
    static func excerpt(_ text: String) -> String {
        let start = text.prefix(60)
        return String(start.map { $0.isNewline ? " " : $0 }) + (start.endIndex < text.endIndex ? "…" : "")
    }
}

extension FileProblem {
    /// The text without spaces and line ends around it.
    static func trimmed(_ text: String) -> String {
        // Nearly every text begins and ends with an ASCII letter or digit.
        guard let first = text.utf8.first, let last = text.utf8.last, !isPlain(first) || !isPlain(last) else {
            return text
        }
        return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 32 && byte < 0x80 }
}
