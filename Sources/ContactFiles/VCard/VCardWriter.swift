import Core

/// Writes people as vCards (RFC 6350, or 3.0 for programs of before 2011), so that they come back as they are; line ends inside of values
/// come back as line feeds, because vCard has no other.
package struct VCardWriter: Sendable {
    /// Which vCard it is.
    package enum Version: String, Sendable, Hashable, CaseIterable {
        case v3 = "3.0"
        case v4 = "4.0"
    }

    /// By this product's name its own cards are known again.
    static let product = "-//Gatehouse//Gatehouse//EN"

    private let version: Version
    private var bytes: [UInt8] = []
    private var labelCount = 0
    /// The line in work, not folded yet.
    private var unfolded: [UInt8] = []

    /// An empty file.
    package init(version: Version = .v4) { self.version = version }

    /// What was written since the last time.
    package mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Adds a card.
    package mutating func card(_ person: ImportedPerson) {
        labelCount = 0
        line("BEGIN:VCARD")
        line("VERSION:\(version.rawValue)")
        line("PRODID:\(Self.product)")
        text("FN", Self.shownName(person))
        parts("N", [person.lastName, person.firstName, "", "", ""])
        for email in person.emails { point("EMAIL", email, Self.types(email.type, isPhone: false)) }
        for phone in person.phones { point("TEL", phone, Self.types(phone.type, isPhone: true)) }
        for address in person.addresses {
            let parts = ["", "", address.street, address.city, address.state, address.code, address.country]
            labelled("ADR", Self.types(address.type, isPhone: false), address.type, parts)
        }
        days(of: person)
        for relationship in person.relationships { write(relationship) }
        if !person.background.isEmpty { text("NOTE", person.background) }
        if !person.tags.isEmpty { parts("CATEGORIES", person.tags, separator: UInt8(ascii: ",")) }
        ownProperties(of: person)
        line("END:VCARD")
    }

    private mutating func ownProperties(of person: ImportedPerson) {
        func own(_ name: StaticString, _ value: String?) {
            guard let value else { return }
            unfolded.append(contentsOf: "X-GATEHOUSE-".utf8)
            text(name, value)
        }
        own("ID", person.clientID)
        own("STAGE", person.stage)
        own("SOURCE", person.source)
        own("ASSIGNED-TO", person.assignedTo)
        for collaborator in person.collaborators { own("COLLABORATOR", collaborator) }
        own("PRICE", person.price.map(String.init))
        own("PRICE-MAX", person.priceMax.map(String.init))
        own("TIME-FRAME", person.timeFrame)
        own("CREATED", person.createdAt.map(DateReading.text))
        own("LAST-ACTIVITY", person.lastActivityAt.map(DateReading.text))
        own("DO-NOT-CALL", person.doNotCall.map { $0 ? "yes" : "no" })
        own("DO-NOT-TEXT", person.doNotText.map { $0 ? "yes" : "no" })
        own("DO-NOT-MAIL", person.doNotMail.map { $0 ? "yes" : "no" })
        for decision in person.decisions { parts("X-GATEHOUSE-CONSENT", decision.parts) }
        for field in person.custom { parts("X-GATEHOUSE-CUSTOM", [field.name, field.text]) }
    }

    /// `FN` must not be empty (RFC 6350 §6.2.1).
    private static func shownName(_ person: ImportedPerson) -> String {
        let name = [person.firstName, person.lastName].filter { !$0.isEmpty }.joined(separator: " ")
        if !name.isEmpty { return name }
        return person.emails.first?.value ?? person.phones.first?.value ?? "?"
    }

    // MARK: Properties

    private mutating func text(_ name: StaticString, _ value: String) {
        name.withUTF8Buffer { unsafe unfolded.append(contentsOf: $0) }
        unfolded.append(UInt8(ascii: ":"))
        VCardText.append(value, to: &unfolded)
        fold()
    }

    private mutating func parts(_ name: String, _ values: [String], separator: UInt8 = UInt8(ascii: ";")) {
        unfolded.append(contentsOf: name.utf8)
        for (index, value) in values.enumerated() {
            unfolded.append(index == 0 ? UInt8(ascii: ":") : separator)
            VCardText.append(value, to: &unfolded)
        }
        fold()
    }

    private mutating func point(_ name: String, _ point: ContactValue, _ types: [String]?) {
        var name = name
        var types = types
        if point.isPrimary {
            if version == .v4 { name += ";PREF=1" } else { types = (types ?? []) + ["pref"] }
        }
        labelled(name, types, point.type, [point.value], hasLabel: Self.isLabel(point.type, name))
    }

    private static func isLabel(_ type: String, _ name: String) -> Bool {
        types(type, isPhone: name.hasPrefix("TEL")) == nil
    }

    /// A property with its types, or with a label where there is no type for it; `nil` types ask for one.
    private mutating func labelled(
        _ name: String, _ types: [String]?, _ label: String, _ values: [String], hasLabel: Bool? = nil
    ) {
        let parameter = types.map { $0.isEmpty ? "" : ";TYPE=" + $0.joined(separator: ",") } ?? ""
        guard hasLabel ?? (types == nil) else { return parts(name + parameter, values) }
        labelCount += 1
        parts("item\(labelCount).\(name)\(parameter)", values)
        parts("item\(labelCount).X-ABLabel", [label])
    }

    /// The types that vCard has for a type of ours; `nil` when it has none, and none at all for `other`.
    private static func types(_ type: String, isPhone: Bool) -> [String]? {
        switch type {
        case "home", "work": [type]
        case "other": []
        case "mobile" where isPhone: ["cell"]
        case "fax" where isPhone, "pager" where isPhone: [type]
        case "work fax" where isPhone: ["work", "fax"]
        case "home fax" where isPhone: ["home", "fax"]
        default: nil
        }
    }

    private mutating func days(of person: ImportedPerson) {
        if let birthday = person.birthday { day("BDAY", birthday) }
        var hasOne = false
        for anniversary in person.anniversaries {
            // There is one ANNIVERSARY at most, and none before 4.0.
            if version == .v4, anniversary.label == "anniversary", !hasOne {
                hasOne = true
                day("ANNIVERSARY", anniversary.date)
            } else {
                labelCount += 1
                day("item\(labelCount).X-ABDATE", anniversary.date)
                parts("item\(labelCount).X-ABLabel", [anniversary.label])
            }
        }
    }

    private mutating func day(_ name: String, _ date: PartialDate) {
        switch (version, date.year) {
        case (.v4, _): line("\(name):\(date.basicText)")
        case (.v3, .some): line("\(name):\(date.text)")
        case (.v3, nil):
            // Apple's way: a leap year that is not meant.
            line("\(name);X-APPLE-OMIT-YEAR=1604:1604\(date.text.dropFirst())")
        }
    }

    private static let relations: Set<String> = [
        "spouse", "child", "parent", "sibling", "friend", "co-worker", "colleague", "neighbor", "kin", "agent",
        "emergency",
    ]

    private mutating func write(_ relationship: Relationship) {
        // As a parameter, so that address books show the name alone.
        let id = relationship.clientID.flatMap { $0.utf8.allSatisfy(Self.isPlain) ? ";X-GATEHOUSE-ID=\($0)" : nil }
        if version == .v4, Self.relations.contains(relationship.kind) {
            return parts("RELATED;TYPE=\(relationship.kind);VALUE=text\(id ?? "")", [relationship.name])
        }
        labelled("X-ABRELATEDNAMES\(id ?? "")", nil, relationship.kind, [relationship.name])
    }

    /// Whether it may stand in a parameter as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"): true
        default: false
        }
    }

    // MARK: Lines

    private mutating func line(_ text: String) {
        unfolded.append(contentsOf: text.utf8)
        fold()
    }

    /// Writes the line in work, folded at 75 bytes and never inside of a character (RFC 6350 §3.2).
    private mutating func fold() {
        var start = 0
        var room = 75
        while unfolded.count - start > room {
            var end = start + room
            while unfolded[end] & 0xC0 == 0x80 { end -= 1 }
            bytes += unfolded[start..<end]
            bytes += [13, 10, 32]
            // The space in front counts.
            (start, room) = (end, 74)
        }
        bytes += unfolded[start...]
        bytes += [13, 10]
        unfolded.removeAll(keepingCapacity: true)
    }
}
