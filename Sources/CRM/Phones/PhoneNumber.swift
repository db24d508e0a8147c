/// A telephone number that could be dialled, in the spelling in which it was given.
///
/// Plausible, not verified: 7 to 15 ASCII digits (E.164 §6.2.1), the usual punctuation between them, and an extension.
struct PhoneNumber: Sendable, Hashable {
    /// The number as typed, without spaces around it and without invisible characters.
    let text: String
    /// The digits before the extension, the country code included if it was given.
    let digits: String
    /// What is dialled behind it; `nil` for a number without an extension.
    let extensionDigits: String?
    /// Whether it was given with its country code: `+44 …`.
    private let isInternational: Bool

    /// Reads a number as people write it; `nil` for anything else.
    init?(_ typed: String) {
        let text = Self.withoutBlanks(Self.visible(typed))
        guard (7...40).contains(text.utf8.count) else { return nil }
        let lower = text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let end = lower.firstIndex { (97...122).contains($0) } ?? lower.endIndex
        var digits = ""
        isInternational = lower.first == UInt8(ascii: "+")
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
        let behind = String(decoding: lower[end...].filter { (48...57).contains($0) }, as: UTF8.self)
        extensionDigits = behind.isEmpty ? nil : behind
    }

    /// Address books wrap a copied number in direction marks; they are nothing that was typed.
    private static func visible(_ typed: String) -> String {
        if typed.utf8.allSatisfy({ $0 < 128 }) { return typed }
        return String(
            String.UnicodeScalarView(typed.unicodeScalars.filter { $0.properties.generalCategory != .format }))
    }

    /// The text without spaces around it, and with one where there are several.
    private static func withoutBlanks(_ text: String) -> String {
        let space = UInt8(ascii: " ")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 where byte != space || (!bytes.isEmpty && bytes.last != space) { bytes.append(byte) }
        if bytes.last == space { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What two spellings of one number have in common: the digits with the country code, where it can be told, but without that of North
    /// America.
    func matchKey(in home: HomeRegion) -> String {
        let digits = internationalDigits(in: home) ?? digits
        return digits.utf8.count == 11 && digits.hasPrefix(NumberingPlans.northAmerica)
            ? String(digits.dropFirst()) : digits
    }

    /// The number as it is dialled from anywhere (E.164), without its extension; `nil` where the country cannot be told.
    func e164(in home: HomeRegion) -> String? { internationalDigits(in: home).map { "+\($0)" } }

    /// The digits as they were given, with the country code, and as they are dialled at home: each may be what a client was stored with.
    func searchForms(in home: HomeRegion) -> [String] {
        guard let international = internationalDigits(in: home) else { return [digits] }
        var forms = [digits]
        if international != digits { forms.append(international) }
        if let plan = NumberingPlans.plan(of: international) {
            let national = plan.trunkPrefix + international.dropFirst(plan.countryCode.count)
            if !forms.contains(national) { forms.append(national) }
        }
        return forms
    }

    /// The same for the text that is searched, where a form that is a piece of another one need not stand.
    func textForms(in home: HomeRegion) -> [String] {
        let forms = searchForms(in: home)
        return forms.filter { form in !forms.contains { $0 != form && $0.contains(form) } }
    }

    /// The digits with the country code; `nil` where the country cannot be told, as of a number without its area code.
    private func internationalDigits(in home: HomeRegion) -> String? {
        if isInternational { return withoutTrunkPrefix(text) }
        if digits.hasPrefix("00") { return String(digits.dropFirst(2)) }
        let isNorthAmerican = home.countryCode == NumberingPlans.northAmerica
        if isNorthAmerican {
            if digits.hasPrefix("011") { return String(digits.dropFirst(3)) }
            if digits.utf8.count == 10, !digits.hasPrefix("0") { return home.countryCode + digits }
            return digits.utf8.count == 11 && digits.hasPrefix(home.trunkPrefix) ? digits : nil
        }
        if !home.trunkPrefix.isEmpty, digits.hasPrefix(home.trunkPrefix) {
            return home.countryCode + digits.dropFirst(home.trunkPrefix.count)
        }
        if digits.hasPrefix(home.countryCode), digits.utf8.count >= 11 { return digits }
        return digits.utf8.count >= 8 ? home.countryCode + digits : nil
    }

    /// The digits of a number that was given with its country code. In Europe the trunk prefix is often written behind it, in
    /// parentheses, to be left out: `+44 (0)20 …`.
    private func withoutTrunkPrefix(_ text: String) -> String {
        guard let plan = NumberingPlans.plan(of: digits), plan.trunkPrefix == "0" else { return digits }
        let start = text.unicodeScalars.prefix { $0 != "(" }.filter { ("0"..."9").contains($0) }
        let rest = text.unicodeScalars.drop { $0 != "(" }.dropFirst().filter { $0 != " " }.prefix(2)
        guard start.count == plan.countryCode.count, rest.elementsEqual("0)".unicodeScalars) else { return digits }
        return plan.countryCode + digits.dropFirst(plan.countryCode.count + 1)
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
