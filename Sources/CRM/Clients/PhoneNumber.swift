/// A telephone number that could be dialled, in the spelling in which it was given.
///
/// Plausible, not verified: 7 to 15 ASCII digits (E.164 §6.2.1), the usual punctuation between them, and an extension.
struct PhoneNumber: Sendable, Hashable {
    /// The number as typed, without spaces around it and without invisible characters.
    let text: String
    /// The digits before the extension, the country code included if it was given.
    let digits: String

    /// Reads a number as people write it; `nil` for anything else.
    init?(_ typed: String) {
        // Address books wrap a copied number in direction marks; they are nothing that was typed.
        let visible = typed.unicodeScalars.filter { $0.properties.generalCategory != .format }
        let text = String(String.UnicodeScalarView(visible)).split(separator: " ").joined(separator: " ")
        guard (7...40).contains(text.utf8.count) else { return nil }
        let lower = text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let end = lower.firstIndex { (97...122).contains($0) } ?? lower.endIndex
        var digits = ""
        for (index, byte) in lower[..<end].enumerated() {
            switch byte {
            case 48...57: digits.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "+") where index == 0: break
            default: guard " ()-./".utf8.contains(byte) else { return nil }
            }
        }
        guard (7...15).contains(digits.utf8.count), Self.isExtension(lower[end...]) else { return nil }
        self.text = text
        self.digits = digits
    }

    /// What two spellings of one number have in common: the digits, without the country code of North America.
    var matchKey: String {
        digits.utf8.count == 11 && digits.utf8.first == UInt8(ascii: "1") ? String(digits.dropFirst()) : digits
    }

    /// Nothing, or `x`, `ext` or `ext.` and one to six digits.
    private static func isExtension(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        let word = bytes.prefix { (97...122).contains($0) }
        guard word.elementsEqual("x".utf8) || word.elementsEqual("ext".utf8) else { return false }
        let number = bytes.dropFirst(word.count).drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ") }
        return (1...6).contains(number.count) && number.allSatisfy { (48...57).contains($0) }
    }
}
