/// An e-mail address in the one form in which it is stored, compared and looked up.
///
/// ASCII only and lower-case. Unicode look-alikes are the attack: the Kelvin sign lower-cases to `k`, and a full-width
/// letter normalises to a plain one, so an address that merely *looks* like an agent's could reach the agent's account.
/// A domain with letters of its own is kept in its `xn--` form, as it is in every mail header (decision 0023).
package struct EmailAddress: Hashable, Sendable {
    /// The canonical text: `name@domain`, lower-case.
    package let text: String

    /// Reads an address as a person types it: spaces around it are dropped, letters are lower-cased, a domain in letters of its own gets
    /// its `xn--` form.
    ///
    /// `nil` unless it is one unquoted `local@domain` of RFC 5321 with at most 254 characters (64 before the `@`) and a
    /// domain of at least two labels.
    package init?(_ typed: String) {
        // Four bytes for a letter at most; the bound for what is kept follows.
        guard let bytes = Self.trimmed(typed, upTo: 4 * Self.longest) else { return nil }
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let domain = bytes[(at + 1)...]
        if domain.allSatisfy({ $0 < 128 }), !InternationalDomain.isEncoded(String(decoding: domain, as: UTF8.self)) {
            self.init(lowercased: bytes)
            return
        }
        guard let encoded = InternationalDomain.encoded(String(decoding: domain, as: UTF8.self)) else { return nil }
        self.init(lowercased: bytes[...at] + Array(encoded.utf8))
    }

    /// Reads an address from where it is kept in its one form. Does not ask once more whether its domain can exist: what an older release
    /// took must stay readable.
    package init?(kept text: String) {
        guard let bytes = Self.trimmed(text, upTo: Self.longest) else { return nil }
        self.init(lowercased: bytes)
    }

    private init?(lowercased bytes: [UInt8]) {
        guard (3...Self.longest).contains(bytes.count), let at = bytes.lastIndex(of: UInt8(ascii: "@")),
            Self.isLocalPart(bytes[..<at]), Self.isDomain(bytes[(at + 1)...])
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The address for people: a domain with letters of its own in these letters, unless they are made to be taken for others.
    ///
    /// The two forms of a domain lead to each other, so this one is computed and not kept. Never for comparing, nor for mail.
    package var shown: String {
        let domain = domain
        return InternationalDomain.isEncoded(domain) ? "\(localPart)@\(InternationalDomain.shown(domain))" : text
    }

    private static let longest = 254

    /// The bytes without spaces around them, ASCII letters in lower case; `nil` for more than `limit`.
    private static func trimmed(_ text: String, upTo limit: Int) -> [UInt8]? {
        var bytes = Array(text.utf8)
        while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
        while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
        guard bytes.count <= limit else { return nil }
        for index in bytes.indices where (65...90).contains(bytes[index]) { bytes[index] += 32 }
        return bytes
    }

    /// The part before the `@`: a word that a password must not be built from.
    package var localPart: Substring { text.prefix { $0 != "@" } }

    /// The part after the `@`.
    package var domain: Substring { text.drop { $0 != "@" }.dropFirst() }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard (1...64).contains(bytes.count) else { return false }
        let atoms = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return atoms.allSatisfy { atom in !atom.isEmpty && atom.allSatisfy(isAtomText) }
    }

    /// `atext` of RFC 5322 §3.2.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 97...122: return true
        default: return "!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
        }
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2 else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-") }
        }
    }
}
