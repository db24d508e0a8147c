/// What a person's first or last name may be, wherever it is typed: the API, a page, the command line.
package enum PersonName {
    /// What is wrong with a name.
    package enum Flaw: Sendable, Hashable {
        /// Nothing but white space.
        case blank
        /// More than 100 code points.
        case tooLong
        /// A line break of any kind, a NUL or another control character: a mail header and a log line end at one.
        case controlCharacter
    }

    private static let longest = 100

    /// What is wrong with `text`; `nil` when it can be a name.
    package static func flaw(in text: String) -> Flaw? {
        let scalars = text.unicodeScalars
        if scalars.allSatisfy({ $0.properties.isWhitespace }) { return .blank }
        if scalars.count > longest { return .tooLong }
        let isControl = scalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: return true
            default: return false
            }
        }
        return isControl ? .controlCharacter : nil
    }
}
