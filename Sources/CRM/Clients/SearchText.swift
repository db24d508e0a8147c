import Core
import Storage

/// The text in which clients are looked up, and the words of a search, brought to the same form.
///
/// Capitals, accents and apostrophes are folded on both sides by this one function, so `jose` finds José and `obrien` O'Brien.
enum SearchText {
    /// Counts up when ``text(of:in:)`` or ``ClientMatch`` puts something else in the tables than before: ``ClientBook/renewSearch()`` then
    /// writes anew what is there.
    private static let version = 4

    /// What tells apart texts that were made in another way.
    static func form(in home: HomeRegion) -> String { "\(version) \(home.code)" }

    /// Between the parts of a text: behind the names, the e-mail addresses, the numbers and the postal addresses. No text that was folded has
    /// one of them, and `SearchTerms` tells the parts by them.
    private static let partEnds: [String] = ["\u{1}", "\u{2}", "\u{3}", "\u{4}"]

    /// How much of the texts of custom fields is found, in code points.
    private static let mostOfCustom = 2_000

    /// What `content` is found by: names, e-mail addresses, the bare digits of its numbers, postal addresses, tags and the texts of custom
    /// fields, with a space before and behind each word.
    static func text(of content: ClientContent, in home: HomeRegion) -> String {
        var names = [plain(content.firstName), plain(content.lastName)]
        names += UnspacedNames.joined(names[0], names[1])
        let emails = content.emails.flatMap { email in
            // An address in letters of its own is found by them, and by the form in which mail carries it.
            let (shown, carried) = (plain(email.value), plain(EmailAddress(email.value)?.text ?? ""))
            return carried == shown ? [shown] : [shown, carried]
        }
        let phones = content.phones.flatMap { PhoneNumber($0.value)?.textForms(in: home) ?? [plain($0.value)] }
        let addresses = content.addresses.flatMap { address in
            [address.street, address.city, address.state, address.code, address.country].map(plain)
        }
        let parts = [names, emails, phones, addresses, content.tags.map(plain) + customTexts(of: content)]
        var text: [UInt8] = [space]
        for (part, end) in zip(parts, partEnds + [""]) {
            for piece in part + [end] { append(piece, to: &text) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let space = UInt8(ascii: " ")

    /// Adds the words of `piece`, with a space behind each.
    private static func append(_ piece: String, to text: inout [UInt8]) {
        for byte in piece.utf8 where byte != space || text.last != space { text.append(byte) }
        if text.last != space { text.append(space) }
    }

    /// The texts of custom fields; days are no texts.
    private static func customTexts(of content: ClientContent) -> [String] {
        var left = mostOfCustom
        return content.details.custom.compactMap { custom in
            guard case .text(let text) = custom.value, PartialDate(text) == nil, left > 0 else { return nil }
            let start = String.UnicodeScalarView(text.unicodeScalars.prefix(left))
            left -= start.count
            return plain(String(start))
        }
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

    /// `text` in lower case without accents; control characters become spaces, and so does any other blank.
    static func fold(_ text: String) -> String {
        // Most names are ASCII, where a byte is a letter.
        if text.utf8.allSatisfy({ $0 < 128 }) { return String(decoding: text.utf8.map(foldASCII), as: UTF8.self) }
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                folded.append(Unicode.Scalar(foldASCII(UInt8(scalar.value))))
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

    /// Those that are typed for one: accents of their own, the prime, the letters of Hawaiian and Hebrew.
    private static let apostrophes: Set<Unicode.Scalar> = [
        "'", "`", "\u{B4}", "\u{2B9}", "\u{2BB}", "\u{2BD}", "\u{2018}", "\u{2019}", "\u{201B}", "\u{2BC}",
        "\u{2032}",
        "\u{5F3}", "\u{FF07}",
    ]

    private static func withoutApostrophes(_ folded: some StringProtocol) -> String {
        if folded.utf8.allSatisfy({ $0 < 128 && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "`") }) {
            return String(folded)
        }
        var plain = String.UnicodeScalarView()
        plain.append(contentsOf: folded.unicodeScalars.lazy.filter { !apostrophes.contains($0) })
        return String(plain)
    }

    private static func foldASCII(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 65...90: return byte + 32
        case 0...31, 127: return space
        default: return byte
        }
    }
}
