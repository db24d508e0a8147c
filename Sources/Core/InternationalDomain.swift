import CIDN2

/// Domain names in letters of their own, and the form in which the network carries them (IDNA 2008, RFC 5890 to 5893).
///
/// libidn2 knows which letters may stand in a name, and the rules for joining and for right-to-left letters. It maps nothing on the way:
/// a full-width letter is refused and does not become a plain one, `ß` and `ς` stay themselves.
enum InternationalDomain {
    /// As the library is asked: decomposed letters are composed, and nothing of IDNA 2003 or of Unicode TR46 is done.
    private static let rules = Int32(bitPattern: IDN2_NFC_INPUT.rawValue | IDN2_NO_TR46.rawValue)

    /// Whether a domain in lower-case ASCII has labels that stand for other letters.
    static func isEncoded(_ domain: some StringProtocol) -> Bool {
        // Asked for every answer that shows an address: a look at bytes, which most domains end at the first of a label.
        var rest = domain.utf8[...]
        while true {
            if rest.starts(with: "xn--".utf8) { return true }
            guard let dot = rest.firstIndex(of: UInt8(ascii: ".")) else { return false }
            rest = rest[rest.index(after: dot)...]
        }
    }

    /// The domain in ASCII, its labels in the `xn--` form where they have letters of their own; in capitals or not, composed or not.
    ///
    /// `nil` for what is no name: letters that may not stand in one, labels that are too long, `xn--` that does not decode, or not to a
    /// name that leads back to it. Whether ASCII labels keep to their own rules is not looked at.
    static func encoded(_ typed: some StringProtocol) -> String? {
        guard let lower = lowercased(typed), let ascii = unsafe converted(lower, encode), hasNoOuterHyphens(ascii)
        else {
            return nil
        }
        return ascii
    }

    /// The domain in its own letters, if it has any and it is safe to show them; the domain as it is otherwise.
    ///
    /// A label that mixes letters of alphabets that look alike (a Cyrillic `а` among Latin letters) is shown encoded, as browsers do:
    /// it is made to be taken for another one.
    static func shown(_ domain: some StringProtocol) -> String {
        guard isEncoded(domain), let letters = decoded(domain), !LookAlikeAlphabets.areMixed(inALabelOf: letters) else {
            return String(domain)
        }
        return letters
    }

    private static func decoded(_ domain: some StringProtocol) -> String? {
        unsafe converted(String(domain), decode)
    }

    /// RFC 5891 §4.2.3.1, which the library leaves to its caller.
    private static func hasNoOuterHyphens(_ ascii: String) -> Bool {
        guard let letters = decoded(ascii) else { return false }
        return letters.unicodeScalars.split(separator: ".").allSatisfy { $0.first != "-" && $0.last != "-" }
    }

    /// In lower case, letter by letter; `nil` for what would end a C string, and for letters that are no ASCII and become it. Those are look-alikes: the
    /// Kelvin sign becomes `k`.
    private static func lowercased(_ typed: some StringProtocol) -> String? {
        var lower = String.UnicodeScalarView()
        for scalar in typed.unicodeScalars {
            guard scalar.value > 0x20, scalar.value != 0x7F else { return nil }
            let mapped = scalar.properties.lowercaseMapping.unicodeScalars
            if !scalar.isASCII, mapped.contains(where: \.isASCII) { return nil }
            lower.append(contentsOf: mapped)
        }
        return String(lower)
    }

    private static func encode(_ name: UnsafePointer<CChar>, _ result: inout UnsafeMutablePointer<CChar>?) -> Int32 {
        unsafe name.withMemoryRebound(to: UInt8.self, capacity: 1) { name in
            var found: UnsafeMutablePointer<UInt8>?
            let status = unsafe idn2_lookup_u8(name, &found, rules)
            unsafe result = UnsafeMutableRawPointer(found)?.assumingMemoryBound(to: CChar.self)
            return status
        }
    }

    private static func decode(_ name: UnsafePointer<CChar>, _ result: inout UnsafeMutablePointer<CChar>?) -> Int32 {
        unsafe idn2_to_unicode_8z8z(name, &result, rules)
    }

    /// What `convert` makes of `name`; `nil` when it cannot.
    private static func converted(
        _ name: String,
        _ convert: (UnsafePointer<CChar>, inout UnsafeMutablePointer<CChar>?) -> Int32
    ) -> String? {
        var result: UnsafeMutablePointer<CChar>?
        let status = unsafe name.withCString { unsafe convert($0, &result) }
        guard let text = unsafe result else { return nil }
        defer { unsafe idn2_free(text) }
        return status == IDN2_OK.rawValue ? unsafe String(validatingCString: text) : nil
    }
}

/// Alphabets whose letters can be taken for each other's.
private enum LookAlikeAlphabets {
    case latin, greek, cyrillic, armenian, georgian, cherokee

    static func areMixed(inALabelOf domain: String) -> Bool {
        domain.split(separator: ".").contains { label in
            Set(label.unicodeScalars.compactMap { LookAlikeAlphabets($0) }).count > 1
        }
    }

    private init?(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7A, 0xC0...0x24F, 0x250...0x2AF, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF, 0x2C80...0x2CFF: self = .greek
        case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: self = .cyrillic
        case 0x530...0x58F: self = .armenian
        case 0x10A0...0x10FF, 0x1C90...0x1CBF, 0x2D00...0x2D2F: self = .georgian
        case 0x13A0...0x13FF, 0xAB70...0xABBF: self = .cherokee
        default: return nil
        }
    }
}
