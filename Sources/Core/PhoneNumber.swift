/// A telephone number that a message can be sent to: E.164, with its country code.
///
/// Only such a number means the same phone wherever it is read. A number without a country code could reach a stranger
/// in another country, and with it a code that signs somebody in.
package struct PhoneNumber: Hashable, Sendable {
    /// The canonical text: `+` and 8 to 15 digits.
    package let text: String

    /// Reads a number as a person types it: spaces, dashes, dots and parentheses are dropped. `nil` without the `+`, and for
    /// anything that is no number.
    package init?(_ typed: String) {
        guard typed.utf8.count <= 40 else { return nil }
        var bytes = typed.utf8.filter { !" -.()".utf8.contains($0) }[...]
        guard bytes.popFirst() == UInt8(ascii: "+"), (8...15).contains(bytes.count), bytes.first != UInt8(ascii: "0"),
            bytes.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        text = "+" + String(decoding: bytes, as: UTF8.self)
    }

    /// The number as it may be shown on a screen that others see, and in a log: country code and last two digits, as in
    /// `+1 ••• ••12`.
    package var masked: String { "+\(countryCode) ••• ••\(text.suffix(2))" }

    /// The country code: of one digit for the zones 1 and 7, of two where the ITU assigned two, else of three (E.164, list of
    /// assigned codes).
    private var countryCode: Substring {
        let digits = text.dropFirst()
        if digits.hasPrefix("1") || digits.hasPrefix("7") { return digits.prefix(1) }
        return Self.codesOfTwo.contains(digits.prefix(2)) ? digits.prefix(2) : digits.prefix(3)
    }

    private static let codesOfTwo: Set<Substring> = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51",
        "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86",
        "90",
        "91", "92", "93", "94", "95", "98",
    ]
}
