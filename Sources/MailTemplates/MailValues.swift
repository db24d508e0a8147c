/// Values on their way into a template.
enum MailValues {
    private static let longestName = 100

    /// `values` as a reader sees them: without line breaks and other control characters, an empty one left out, times
    /// in words.
    ///
    /// Names are typed by strangers, and mails go to strangers: somebody could register another person's address under
    /// the name "You won, see example.com", and the mail would come from us. A name that looks like an address is not
    /// shown.
    static func shown(_ values: [String: String]) -> [String: String] {
        var shown = values.mapValues(cleaned).filter { !$0.value.isEmpty }
        for name in ["name", "inviter"] {
            if let value = shown[name], looksLikeAddress(value) || value.unicodeScalars.count > 2 * longestName + 1 {
                shown[name] = nil
            }
        }
        if let moment = shown["at"] { shown["at"] = time(moment) }
        shown["product"] = shown["product"] ?? "Gatehouse"
        return shown
    }

    private static func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
            if isSpace {
                if let last = scalars.last, last != " " { scalars.append(" ") }
            } else if !scalar.properties.isBidiControl {
                scalars.append(scalar)
            }
        }
        if scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }

    /// Whether a mail program could make a link of it: there is a slash, a colon or an at sign, or a dot with two
    /// letters after it. "St.John" is taken for one too, and loses nothing but its greeting.
    private static func looksLikeAddress(_ text: String) -> Bool {
        guard !text.contains(where: { "/:@\\".contains($0) }) else { return true }
        let pieces = text.split(omittingEmptySubsequences: false) { ".。．｡".contains($0) }
        return zip(pieces, pieces.dropFirst()).contains { before, after in
            before.last?.isWhitespace == false && after.prefix(2).filter { $0.isLetter || $0.isNumber }.count == 2
        }
    }

    /// `2026-01-31T09:05:00.123Z` as `31 January 2026, 09:05 UTC`; anything else as it is.
    private static func time(_ text: String) -> String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let parts = text.split(separator: "T")
        let date = parts.first?.split(separator: "-").compactMap { Int($0) } ?? []
        guard parts.count == 2, text.hasSuffix("Z"), date.count == 3, (1...12).contains(date[1]), parts[1].count >= 6
        else {
            return text
        }
        return "\(date[2]) \(months[date[1] - 1]) \(date[0]), \(parts[1].prefix(5)) UTC"
    }
}
