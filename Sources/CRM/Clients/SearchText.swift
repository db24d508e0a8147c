import Core
import Storage

/// The text in which clients are looked up, and the words of a search, brought to the same form.
///
/// Capitals, accents and typographic apostrophes are folded on both sides by this one function, so `jose` finds José. A name with an
/// apostrophe or a hyphen is found without it as well, and a name that is written without spaces in either order of its parts.
enum SearchText {
    /// Which form of the text this program writes. Clients of an older one are brought to it by ``ClientBook/care()``.
    static let form: Int64 = 2

    /// What `content` is found by: names, addresses and the bare digits of its numbers, with spaces between.
    static func text(of content: ClientContent) -> String {
        var words = [fold(content.firstName), fold(content.lastName)]
        words += words.filter { $0.contains(where: isJoint) }.map(joined)
        if let whole = unspaced(content.lastName, content.firstName) { words += whole }
        words += content.emails.map(\.value)
        words += content.phones.compactMap { PhoneNumber($0.value)?.digits }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// `O'Brien` is typed as `obrien`, `Jean-Luc` as `jeanluc`.
    private static func isJoint(_ character: Character) -> Bool { "'’-‐".contains(character) }

    private static func joined(_ word: String) -> String { word.filter { !isJoint($0) } }

    /// A name in a script that puts nothing between family name and given name, in both orders; `nil` for any other.
    private static func unspaced(_ family: String, _ given: String) -> [String]? {
        let (family, given) = (fold(family), fold(given))
        guard !family.isEmpty, !given.isEmpty, (family + given).unicodeScalars.allSatisfy(isUnspaced) else {
            return nil
        }
        return [family + given, given + family]
    }

    /// Han, Hiragana, Katakana and Hangul.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x323AF:
            return true
        default: return false
        }
    }

    /// What `content` is sorted by: last name, then first name, folded. Cut to what an index can hold.
    static func sortName(of content: ClientContent) -> [UInt8] {
        let name = Array(fold(content.lastName).utf8) + [0] + Array(fold(content.firstName).utf8)
        return Array(name.prefix(400))
    }

    /// The words of a search, folded. A word is what stands between spaces.
    static func words(in search: String) -> [String] {
        fold(search).split(separator: " ").map(String.init)
    }

    /// Holds for the rows of `client` in whose text `word` stands anywhere.
    ///
    /// A word of digits and punctuation is also sought as a piece of a number: `555-0123` finds (512) 555-0123.
    static func condition(for word: String) -> SQL {
        let literal = literal(word)
        let isNumberPiece = word.utf8.allSatisfy { (48...57).contains($0) || "+()-./".utf8.contains($0) }
        let digits = String(decoding: word.utf8.filter { (48...57).contains($0) }, as: UTF8.self)
        guard isNumberPiece, !digits.isEmpty, digits != word else { return literal }
        return "(\(literal) OR \(self.literal(digits)))"
    }

    /// The word as it is; with an apostrophe or a hyphen also without.
    private static func literal(_ word: String) -> SQL {
        let plain = joined(word)
        let exact: SQL = "search_text LIKE \(pattern(word)) ESCAPE '!'"
        guard plain != word, !plain.isEmpty else { return exact }
        return "(\(exact) OR search_text LIKE \(pattern(plain)) ESCAPE '!')"
    }

    /// `text` in lower case without accents; control characters become spaces, and so does any other blank.
    static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                folded.append(foldASCII(scalar))
                continue
            }
            for lower in scalar.properties.lowercaseMapping.unicodeScalars {
                let properties = lower.properties
                if properties.generalCategory == .nonspacingMark { continue }
                if properties.isWhitespace || properties.generalCategory == .control {
                    folded.append(" ")
                } else if let plain = AccentTable.plainSpelling[lower] {
                    folded.append(contentsOf: plain.unicodeScalars)
                } else {
                    folded.append(lower)
                }
            }
        }
        return String(folded)
    }

    private static func foldASCII(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 65...90: return Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value + 32))
        case 0...31, 127: return " "
        default: return scalar
        }
    }

    /// A `LIKE` pattern for `word` anywhere. The wildcards of the word itself stand for themselves: otherwise `%` would
    /// find everything, and a string of them would keep the database busy for a long time.
    private static func pattern(_ word: String) -> String {
        var pattern = "%"
        for scalar in word.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "!" { pattern.unicodeScalars.append("!") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }
}
