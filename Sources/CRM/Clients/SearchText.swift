import Core
import Storage

/// The text in which clients are looked up, and the words of a search, brought to the same form.
///
/// Capitals, accents and apostrophes are folded on both sides by this one function, so `jose` finds José and `obrien` O'Brien.
enum SearchText {
    /// Counts up when ``text(of:in:)`` or ``ClientMatch`` puts something else in the tables than before: ``ClientBook/renewSearch()`` then
    /// writes anew what is there.
    private static let version = 2

    /// What tells apart texts that were made in another way.
    static func form(in home: HomeRegion) -> String { "\(version) \(home.code)" }

    /// What `content` is found by: names, addresses and the bare digits of its numbers, with spaces between.
    static func text(of content: ClientContent, in home: HomeRegion) -> String {
        var words = [plain(content.firstName), plain(content.lastName)]
        words += UnspacedNames.joined(words[0], words[1])
        words += content.emails.flatMap { email in
            // An address in letters of its own is found by them, and by the form in which mail carries it.
            let (shown, carried) = (plain(email.value), plain(EmailAddress(email.value)?.text ?? ""))
            return carried == shown ? [shown] : [shown, carried]
        }
        words += content.phones.flatMap { PhoneNumber($0.value)?.textForms(in: home) ?? [] }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// What `content` is sorted by: last name, then first name, folded. Cut to what an index can hold.
    static func sortName(of content: ClientContent) -> [UInt8] {
        let name = Array(fold(content.lastName).utf8) + [0] + Array(fold(content.firstName).utf8)
        return Array(name.prefix(400))
    }

    /// The words of a search, folded. A word is what stands between spaces.
    static func words(in search: String) -> [String] {
        fold(search).split(separator: " ").map { word in
            let plain = withoutApostrophes(word)
            // Nothing but apostrophes is in no text; an empty word would be in each.
            return plain.isEmpty ? String(word) : plain
        }
    }

    /// Holds for the rows of `client` in which each word of `search` stands somewhere, or that have the number that it is as a whole:
    /// `+44 20 7946 0958` finds 020 7946 0958. `nil` for a search without words.
    static func condition(for search: String, in home: HomeRegion) -> SQL? {
        let words = words(in: search)
        guard !words.isEmpty else { return nil }
        let everyWord = words.map(condition).joined(separator: " AND ")
        guard let number = PhoneNumber(search) else { return everyWord }
        let forms = number.searchForms(in: home).map { "search_text LIKE \(pattern($0)) ESCAPE '!'" as SQL }
        return "((\(everyWord)) OR \(forms.joined(separator: " OR ")))"
    }

    /// Holds for the rows of `client` in whose text `word` stands anywhere.
    ///
    /// A word of digits and punctuation is also sought as a piece of a number: `555-0123` finds (512) 555-0123.
    private static func condition(for word: String) -> SQL {
        let literal: SQL = "search_text LIKE \(pattern(word)) ESCAPE '!'"
        let isNumberPiece = word.utf8.allSatisfy { (48...57).contains($0) || "+()-./".utf8.contains($0) }
        let digits = String(decoding: word.utf8.filter { (48...57).contains($0) }, as: UTF8.self)
        guard isNumberPiece, !digits.isEmpty, digits != word else { return literal }
        return "(\(literal) OR search_text LIKE \(pattern(digits)) ESCAPE '!')"
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

    /// `text` folded, and without its apostrophes.
    private static func plain(_ text: String) -> String { withoutApostrophes(fold(text)) }

    private static func withoutApostrophes(_ folded: some StringProtocol) -> String {
        // Those that are typed for one: accents of their own, the prime, the letters of Hawaiian and Hebrew.
        let apostrophes: Set<Unicode.Scalar> = [
            "'", "`", "\u{B4}", "\u{2B9}", "\u{2BB}", "\u{2BD}", "\u{2018}", "\u{2019}", "\u{201B}", "\u{2BC}",
            "\u{2032}",
            "\u{5F3}", "\u{FF07}",
        ]
        var plain = String.UnicodeScalarView()
        plain.append(contentsOf: folded.unicodeScalars.lazy.filter { !apostrophes.contains($0) })
        return String(plain)
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
