import Core
import Storage

/// What a search asks for, folded: words, each of which has to stand somewhere, or one whole number in any of its forms.
struct SearchTerms: Sendable {
    /// How closely a word is held against the words of a client.
    enum Place: CaseIterable {
        /// It is a word of the client.
        case whole
        /// A word of the client begins with it.
        case beginning
        case anywhere
    }

    /// The spellings of each word, one of which has to be found.
    private let words: [[String]]
    /// The forms of the number that the search is as a whole: `+44 20 7946 0958` finds 020 7946 0958.
    private let numbers: [String]

    /// The words of `search`; `nil` when it has none.
    init?(_ search: String, in home: HomeRegion) {
        words = SearchText.words(in: search).map(Self.spellings)
        guard !words.isEmpty else { return nil }
        numbers = PhoneNumber(search)?.searchForms(in: home) ?? []
    }

    /// A word of digits and punctuation is also sought as a piece of a number: `555-0123` finds (512) 555-0123.
    private static func spellings(of word: String) -> [String] {
        let isNumberPiece = word.utf8.allSatisfy { (48...57).contains($0) || "+()-./".utf8.contains($0) }
        let digits = String(decoding: word.utf8.filter { (48...57).contains($0) }, as: UTF8.self)
        return isNumberPiece && !digits.isEmpty && digits != word ? [word, digits] : [word]
    }

    /// Holds for the rows whose text in `column` answers.
    func condition(_ place: Place, _ column: SQL) -> SQL {
        func any(of spellings: [String]) -> SQL {
            let conditions = spellings.map { "\(column) LIKE \(Self.pattern($0, place)) ESCAPE '!'" as SQL }
            return conditions.count == 1 ? conditions[0] : "(\(conditions.joined(separator: " OR ")))"
        }
        let everyWord = words.map(any).joined(separator: " AND ")
        return numbers.isEmpty ? everyWord : "((\(everyWord)) OR \(any(of: numbers)))"
    }

    /// A `LIKE` pattern. The wildcards of the word itself stand for themselves: otherwise `%` would find everything, and a string of them
    /// would keep the database busy for a long time.
    private static func pattern(_ word: String, _ place: Place) -> String {
        var pattern = place == .anywhere ? "%" : "% "
        for scalar in word.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "!" { pattern.unicodeScalars.append("!") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + (place == .whole ? " %" : "%")
    }
}

// MARK: - Trigrams

extension SearchTerms {
    /// More of them in one word narrow no further.
    private static let mostTrigrams = 16

    /// Whether the index of trigrams narrows the search down.
    func isIndexed(_ place: Place) -> Bool { trigrams(place) != nil }

    /// The trigrams that every answer has, as FTS5 reads them; it may find some that are no answers. `nil` where a part of the search has none:
    /// a piece of one or two letters, or of punctuation alone, about which PostgreSQL's index knows nothing.
    func trigrams(_ place: Place) -> String? {
        let narrowing = words.compactMap { Self.trigrams(ofAny: $0, place) }
        guard !narrowing.isEmpty else { return nil }
        let everyWord = narrowing.joined(separator: " AND ")
        guard !numbers.isEmpty else { return everyWord }
        return Self.trigrams(ofAny: numbers, place).map { "(\(everyWord)) OR \($0)" }
    }

    private static func trigrams(ofAny spellings: [String], _ place: Place) -> String? {
        let each = spellings.map { trigrams(of: $0, place) }
        guard !each.contains(nil) else { return nil }
        return "(" + each.compactMap { $0 }.joined(separator: " OR ") + ")"
    }

    private static func trigrams(of word: String, _ place: Place) -> String? {
        guard word.unicodeScalars.contains(where: { $0.properties.isAlphabetic || $0.properties.numericType != nil })
        else { return nil }
        // The index has two spaces before each word and after it, so that one letter at the beginning is a trigram.
        let padded = (place == .anywhere ? "" : "  ") + word + (place == .whole ? "  " : "")
        let scalars = Array(padded.unicodeScalars)
        guard scalars.count >= 3 else { return nil }
        var seen: [String] = []
        for start in 0...(scalars.count - 3) where seen.count < mostTrigrams {
            var trigram = String.UnicodeScalarView()
            trigram.append(contentsOf: scalars[start..<(start + 3)])
            let quoted =
                "\"\(String(trigram).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
            if !seen.contains(quoted) { seen.append(quoted) }
        }
        return "(" + seen.joined(separator: " AND ") + ")"
    }
}

// MARK: - Ranks

extension SearchTerms {
    /// How good an answer `text` is, the less the better: for each word whether it is one of the client's, begins one or stands inside of one,
    /// then whether that is in a name, an e-mail address, a number or elsewhere.
    func rank(of text: Span<UInt8>) -> Int {
        let byWords = words.reduce(0) { $0 + Self.rank(ofAny: $1, in: text) }
        return numbers.isEmpty ? byWords : min(byWords, Self.rank(ofAny: numbers, in: text))
    }

    /// That of a word that does not stand in the text.
    private static let missing = 12

    private static func rank(ofAny spellings: [String], in text: Span<UInt8>) -> Int {
        spellings.reduce(missing) { best, spelling in min(best, rank(of: Array(spelling.utf8), in: text)) }
    }

    private static func rank(of word: [UInt8], in text: Span<UInt8>) -> Int {
        guard let first = word.first, text.count >= word.count else { return missing }
        let space = UInt8(ascii: " ")
        var (best, part) = (missing, 0)
        for start in 0...(text.count - word.count) {
            let byte = text[start]
            if byte < space { part = min(Int(byte), 3) }
            guard byte == first else { continue }
            var length = 1
            while length < word.count, text[start + length] == word[length] { length += 1 }
            guard length == word.count else { continue }
            let end = start + length
            let begins = start == 0 || text[start - 1] == space
            let ends = end == text.count || text[end] == space
            best = min(best, (begins ? ends ? 0 : 4 : 8) + part)
            if best == 0 { break }
        }
        return best
    }
}
