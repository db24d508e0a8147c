import Core

extension FieldCheck {
    /// How many e-mail addresses a client has at most, and how many numbers.
    static let mostPoints = 20
    static let mostAddresses = 10
    static let mostTags = 50
    /// How many characters the label of an address or number has at most.
    static let longestLabel = 40
    static let longestTag = 50

    /// Addresses as they are shown, each once however it is written, one of them primary.
    mutating func emails(_ given: [ContactPoint]) -> [ContactPoint] {
        var kept: [ContactPoint] = []
        for (index, given) in capped(given, "emails", Self.mostPoints).enumerated() {
            let type = type(of: given, "emails[\(index)]")
            guard let address = EmailAddress(given.value) else {
                refuse("emails[\(index)].value", .invalidEmail, "Give an address like name@example.com.")
                continue
            }
            kept.append(ContactPoint(value: address.shown, type: type, isPrimary: given.isPrimary))
        }
        return Self.withOnePrimary(kept) { EmailAddress($0)?.text ?? $0 }
    }

    /// Numbers as typed, each once however it is written, one of them primary. What nobody could dial, such as 1-800-FLOWERS, is kept when it is
    /// among those `known`: a file brought it, and the client stays editable.
    mutating func phones(
        _ given: [ContactPoint], in home: HomeRegion, known: [ContactPoint] = []
    ) -> [ContactPoint] {
        var kept: [ContactPoint] = []
        for (index, given) in capped(given, "phones", Self.mostPoints).enumerated() {
            let type = type(of: given, "phones[\(index)]")
            guard let number = PhoneNumber(given.value) else {
                if known.contains(where: { $0.value == given.value && $0.e164 == nil }) {
                    kept.append(ContactPoint(value: given.value, type: type, isPrimary: given.isPrimary))
                    continue
                }
                refuse("phones[\(index)].value", .invalidPhone, "Give a phone number of 7 to 15 digits.")
                continue
            }
            kept.append(ContactPoint(number, type: type, isPrimary: given.isPrimary, in: home))
        }
        return Self.withOnePrimary(kept) { PhoneNumber($0)?.matchKey(in: home) ?? $0 }
    }

    /// Postal addresses of which at least one part is given.
    mutating func addresses(_ given: [PostalAddress]) -> [PostalAddress] {
        var kept: [PostalAddress] = []
        for (index, given) in capped(given, "addresses", Self.mostAddresses).enumerated() {
            let path = "addresses[\(index)]"
            let address = PostalAddress(
                type: typeName(given.type, path), street: line(given.street, "\(path).street", 200),
                city: line(given.city, "\(path).city", 100), state: line(given.state, "\(path).state", 100),
                code: line(given.code, "\(path).code", 20), country: line(given.country, "\(path).country", 100))
            let parts = [address.street, address.city, address.state, address.code, address.country]
            if parts.allSatisfy(\.isEmpty) { refuse(path, .required, "Give at least a part of the address.") }
            kept.append(address)
        }
        return kept
    }

    /// Tags, each once whatever its capitals and accents; the first spelling stays.
    mutating func tags(_ given: [String]) -> [String] {
        var kept: [String] = []
        var seen: Set<String> = []
        for (index, given) in capped(given, "tags", Self.mostTags).enumerated() {
            let tag = line(given, "tags[\(index)]", Self.longestTag)
            if tag.isEmpty { refuse("tags[\(index)]", .required, "A tag cannot be empty.") }
            if seen.insert(SearchText.fold(tag)).inserted { kept.append(tag) }
        }
        return kept
    }

    /// Accounts, each once. Whether they exist is known only inside the transaction.
    mutating func collaborators(_ given: [AccountID]) -> [AccountID] {
        var seen: Set<AccountID> = []
        return capped(given, "collaborators", 20).filter { seen.insert($0).inserted }
    }

    /// At least one of name, address and number is required.
    mutating func someone(_ content: ClientContent) {
        if content.firstName.isEmpty, content.lastName.isEmpty, content.emails.isEmpty, content.phones.isEmpty {
            refuse("firstName", .required, "Give a name, an e-mail address or a phone number.")
        }
    }

    private mutating func type(of point: ContactPoint, _ path: String) -> String { typeName(point.type, path) }

    private mutating func typeName(_ given: String, _ path: String) -> String {
        let type = line(given, "\(path).type", Self.longestLabel)
        return type.isEmpty ? "other" : type
    }

    /// The entries without repetitions by `key`, exactly one of them primary: the first that says so, or the first.
    private static func withOnePrimary(_ points: [ContactPoint], key: (String) -> String) -> [ContactPoint] {
        let primary = (points.first(where: \.isPrimary) ?? points.first).map { key($0.value) }
        var seen: Set<String> = []
        return points.filter { seen.insert(key($0.value)).inserted }.map { point in
            var point = point
            point.isPrimary = key(point.value) == primary
            return point
        }
    }
}
