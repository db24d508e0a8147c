/// Where a column's cells go.
///
/// Its name is what an API and a remembered mapping call it: `firstName`, `email:work`, `phone2.type`, `address.city:home`,
/// `custom:Close date`. The number pairs a value with the column of its type; without one it is 1.
package enum FieldTarget: Sendable, Hashable {
    case clientID, firstName, middleName, lastName
    /// Taken apart when the row has neither a first nor a last name.
    case fullName
    /// One or several addresses; `type` when the column itself says which.
    case email(index: Int, type: String?)
    case emailType(index: Int)
    /// The number of the address that is the primary one.
    case primaryEmail
    case phone(index: Int, type: String?)
    case phoneType(index: Int)
    case primaryPhone
    case address(index: Int, part: AddressPart, type: String?)
    case addressType(index: Int)
    case stage, source, tags, assignedTo, price, priceMax, timeFrame
    /// Several columns are joined, each with its name in front.
    case background
    case birthday
    case anniversary(index: Int, label: String?)
    case anniversaryLabel(index: Int)
    case relationship(index: Int, kind: String?)
    case relationshipKind(index: Int)
    /// The identity of the client that the somebody of a relationship is, in our own export.
    case relationshipID(index: Int)
    case collaborators
    case createdAt, lastActivityAt, doNotCall, doNotText, doNotMail
    /// How the last three are known, in our own export.
    case consent
    /// What is over the numbered columns of our own export (``PackedList``).
    case moreEmails, morePhones, moreAddresses, moreAnniversaries, moreRelationships
    case custom(String)
    case ignore

    /// A part of an address.
    package enum AddressPart: String, Sendable, Hashable, CaseIterable {
        case street, street2, street3, poBox, city, state, code, country
        /// All of it in one cell, looked at when there are no parts.
        case whole
    }
}

extension FieldTarget {
    private static let plain: [(String, FieldTarget)] = [
        ("clientID", .clientID), ("firstName", .firstName), ("middleName", .middleName), ("lastName", .lastName),
        ("fullName", .fullName), ("primaryEmail", .primaryEmail), ("primaryPhone", .primaryPhone), ("stage", .stage),
        ("source", .source), ("tags", .tags), ("assignedTo", .assignedTo), ("price", .price), ("priceMax", .priceMax),
        ("timeFrame", .timeFrame), ("background", .background), ("birthday", .birthday), ("createdAt", .createdAt),
        ("doNotCall", .doNotCall), ("doNotText", .doNotText), ("doNotMail", .doNotMail), ("moreEmails", .moreEmails),
        ("morePhones", .morePhones), ("moreAddresses", .moreAddresses), ("moreAnniversaries", .moreAnniversaries),
        ("moreRelationships", .moreRelationships), ("ignore", .ignore), ("collaborators", .collaborators),
        ("lastActivityAt", .lastActivityAt), ("consent", .consent),
    ]
    private static let byName = Dictionary(uniqueKeysWithValues: plain)
    private static let names = Dictionary(uniqueKeysWithValues: plain.map { ($1, $0) })

    /// The name; `init(name:)` leads back.
    package var name: String {
        switch self {
        case .email(let index, let type): Self.numbered("email", index, nil, type)
        case .emailType(let index): Self.numbered("email", index, "type", nil)
        case .phone(let index, let type): Self.numbered("phone", index, nil, type)
        case .phoneType(let index): Self.numbered("phone", index, "type", nil)
        case .address(let index, let part, let type): Self.numbered("address", index, part.rawValue, type)
        case .addressType(let index): Self.numbered("address", index, "type", nil)
        case .anniversary(let index, let label): Self.numbered("anniversary", index, nil, label)
        case .anniversaryLabel(let index): Self.numbered("anniversary", index, "type", nil)
        case .relationship(let index, let kind): Self.numbered("relationship", index, nil, kind)
        case .relationshipKind(let index): Self.numbered("relationship", index, "type", nil)
        case .relationshipID(let index): Self.numbered("relationship", index, "id", nil)
        case .custom(let field): "custom:" + field
        case .clientID, .firstName, .middleName, .lastName, .fullName, .primaryEmail, .primaryPhone, .stage, .source,
            .tags,
            .assignedTo, .price, .priceMax, .timeFrame, .background, .birthday, .createdAt, .doNotCall, .doNotText,
            .doNotMail, .moreEmails, .morePhones, .moreAddresses, .moreAnniversaries, .moreRelationships, .ignore,
            .collaborators, .lastActivityAt, .consent:
            Self.names[self] ?? "ignore"
        }
    }

    private static func numbered(_ word: String, _ index: Int, _ part: String?, _ qualifier: String?) -> String {
        word + (index == 1 ? "" : String(index)) + (part.map { "." + $0 } ?? "") + (qualifier.map { ":" + $0 } ?? "")
    }

    /// The target of that name; `nil` when there is none.
    package init?(name: String) {
        if let plain = Self.byName[name] {
            self = plain
            return
        }
        let colon = name.firstIndex(of: ":")
        let qualifier = colon.map { String(name[name.index(after: $0)...]) }
        let path = name[..<(colon ?? name.endIndex)].split(separator: ".", omittingEmptySubsequences: false)
        guard path.count <= 2, let head = path.first, qualifier != "" else { return nil }
        let part = path.count == 2 ? String(path[1]) : nil
        let word = head.prefix { !$0.isNumber }
        let digits = head.dropFirst(word.count)
        guard let index = digits.isEmpty ? 1 : Int(digits), (1...99).contains(index) else { return nil }
        switch (word, part, qualifier) {
        case ("custom", nil, let field?) where digits.isEmpty: self = .custom(field)
        case ("email", nil, _): self = .email(index: index, type: qualifier)
        case ("email", "type", nil): self = .emailType(index: index)
        case ("phone", nil, _): self = .phone(index: index, type: qualifier)
        case ("phone", "type", nil): self = .phoneType(index: index)
        case ("address", "type", nil): self = .addressType(index: index)
        case ("address", let part?, _):
            guard let part = AddressPart(rawValue: part) else { return nil }
            self = .address(index: index, part: part, type: qualifier)
        case ("anniversary", nil, _): self = .anniversary(index: index, label: qualifier)
        case ("anniversary", "type", nil): self = .anniversaryLabel(index: index)
        case ("relationship", nil, _): self = .relationship(index: index, kind: qualifier)
        case ("relationship", "type", nil): self = .relationshipKind(index: index)
        case ("relationship", "id", nil): self = .relationshipID(index: index)
        default: return nil
        }
    }
}

extension FieldTarget: Codable {
    /// Reads the name.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let target = FieldTarget(name: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "There is no field “\(name)”.")
        }
        self = target
    }

    /// Writes the name.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
