import Core

/// Why two clients may be one person.
package enum PairReason: String, Sendable, CaseIterable {
    /// They have an e-mail address in common.
    case email
    /// They have a number and their names in common.
    case phoneAndName = "phone_and_name"
    /// They have a number in common, and names that one person may have, or one of them has none.
    case phoneAndSimilarName = "phone_and_similar_name"
    /// They have their names and an address in common.
    case nameAndAddress = "name_and_address"

    /// Whether it is as good as certain.
    var isStrong: Bool { self == .email || self == .phoneAndName }
}

/// What a client is compared by.
struct PairTraits: Sendable {
    let first: String
    let last: String
    let emails: Set<String>
    let phones: Set<String>
    private let addresses: [PostalAddress]

    init(_ content: ClientContent, home: HomeRegion) {
        (first, last) = (Self.plain(content.firstName), Self.plain(content.lastName))
        emails = Set(ClientMatch.emails(of: content).map(\.value))
        phones = Set(ClientMatch.phones(of: content, in: home).map(\.value))
        addresses = content.addresses.filter { !Self.plain($0.street).isEmpty }
    }

    private var hasName: Bool { !(first + last).isEmpty }

    /// One text for each address with the names: the same for two clients that may have both in common.
    var keys: Set<String> {
        guard hasName else { return [] }
        return Set(addresses.map { "\(last)\u{1}\(first)\u{1}\(Self.plain($0.street))" })
    }

    /// Why the two may be one person; nothing if they probably are not.
    func reasons(with other: PairTraits) -> [PairReason] {
        var reasons: [PairReason] = []
        let isNamesake = hasName && first == other.first && last == other.last
        if !emails.isDisjoint(with: other.emails) { reasons.append(.email) }
        if !phones.isDisjoint(with: other.phones) {
            if isNamesake {
                reasons.append(.phoneAndName)
            } else if isSimilar(other) {
                reasons.append(.phoneAndSimilarName)
            }
        }
        if isNamesake, sharesAddress(with: other) { reasons.append(.nameAndAddress) }
        return reasons
    }

    /// Both names are alike, in their order or turned round; one that is missing is like every other.
    private func isSimilar(_ other: PairTraits) -> Bool {
        Self.isSimilar(first, other.first) && Self.isSimilar(last, other.last)
            || Self.isSimilar(first, other.last) && Self.isSimilar(last, other.first)
    }

    /// One is missing, or the beginning of the other, or differs from it in one letter.
    private static func isSimilar(_ one: String, _ other: String) -> Bool {
        if one.hasPrefix(other) || other.hasPrefix(one) { return true }
        let (one, other) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
        guard min(one.count, other.count) >= 4, abs(one.count - other.count) <= 1 else { return false }
        let start = zip(one, other).prefix { $0 == $1 }.count
        let rest = (one.dropFirst(start), other.dropFirst(start))
        if one.count == other.count { return rest.0.dropFirst().elementsEqual(rest.1.dropFirst()) }
        return one.count > other.count
            ? rest.0.dropFirst().elementsEqual(rest.1) : rest.1.dropFirst().elementsEqual(rest.0)
    }

    private func sharesAddress(with other: PairTraits) -> Bool {
        addresses.contains { mine in
            other.addresses.contains { theirs in
                Self.plain(mine.street) == Self.plain(theirs.street) && Self.agree(mine.city, theirs.city)
                    && Self.agree(mine.code, theirs.code)
            }
        }
    }

    private static func agree(_ one: String, _ other: String) -> Bool {
        let (one, other) = (plain(one), plain(other))
        return one.isEmpty || other.isEmpty || one == other
    }

    /// Letters and digits alone, without capitals and accents.
    private static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                SearchText.fold(text).unicodeScalars.filter {
                    $0.properties.isAlphabetic || $0.properties.numericType != nil
                }))
    }
}
