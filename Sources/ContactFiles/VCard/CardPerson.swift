import Core

/// Makes a person of a card's properties.
struct CardPerson {
    private var row: ImportedRow
    private let dates: DateReading
    /// Whether this program wrote the card: then each value is taken as it is.
    private let isExact: Bool
    private let isOld: Bool
    private let labels: [String: String]
    private var fullName = ""
    private var emailRanks: [Int] = []
    private var phoneRanks: [Int] = []

    init(_ properties: [ContentLine], dates: DateReading, row: ImportedRow) {
        self.row = row
        self.dates = dates
        isExact = properties.contains { $0.name == "PRODID" && $0.value == VCardWriter.product }
        isOld = properties.contains { $0.name == "VERSION" && $0.value.hasPrefix("2") }
        let named = properties.filter { $0.name == "X-ABLABEL" && $0.group != nil }
        labels = Dictionary(named.map { ($0.group ?? "", VCardText.unescaped($0.value)) }) { first, _ in first }
        for property in properties { take(property) }
    }

    /// The row with the person.
    consuming func finished() -> ImportedRow {
        if row.person.firstName.isEmpty, row.person.lastName.isEmpty, !isExact {
            (row.person.firstName, row.person.lastName) = PersonName.split(fullName)
        }
        Self.markPrimary(of: &row.person.emails, by: emailRanks)
        Self.markPrimary(of: &row.person.phones, by: phoneRanks)
        if row.person.isNobody {
            row.problems.append(
                FileProblem(
                    line: row.line, code: .nobody,
                    words: "This card has no name, no e-mail address and no telephone number.",
                    isRejection: true))
        }
        return row
    }

    private static func markPrimary(of points: inout [ContactValue], by ranks: [Int]) {
        guard let best = ranks.min(), best < Int.max, let index = ranks.firstIndex(of: best) else { return }
        points[index].isPrimary = true
    }

    private mutating func take(_ property: ContentLine) {
        let text = text(property.value)
        if text.isEmpty {
            // Somebody of whom only the identity is known.
            let isSomebody = property.name == "RELATED" || property.name == "X-ABRELATEDNAMES"
            if isExact, isSomebody, property.parameters[Self.identity] != nil { takeRelationship(property, text) }
            return
        }
        switch property.name {
        case "FN": fullName = text
        case "N": takeName(property.value)
        case "EMAIL":
            row.person.emails.append(ContactValue(without("mailto:", text), type: type(of: property, isPhone: false)))
            emailRanks.append(rank(of: property))
        case "TEL":
            row.person.phones.append(ContactValue(phone(text), type: type(of: property, isPhone: true)))
            phoneRanks.append(rank(of: property))
        case "ADR": takeAddress(property)
        case "BDAY": row.person.birthday = date(property, text) ?? row.person.birthday
        case "ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY":
            if let date = date(property, text) { row.person.anniversaries.append(Anniversary(date: date)) }
        case "X-ABDATE":
            if let date = date(property, text) {
                row.person.anniversaries.append(Anniversary(label: label(of: property) ?? "anniversary", date: date))
            }
        case "NOTE": addBackground(text, titled: nil)
        case "ORG":
            let parts = VCardText.split(property.value, at: ";").map { self.text(String($0)) }.filter { !$0.isEmpty }
            addBackground(parts.joined(separator: ", "), titled: "Company")
        case "TITLE": addBackground(text, titled: "Title")
        case "ROLE": addBackground(text, titled: "Role")
        case "NICKNAME": addBackground(text, titled: "Nickname")
        case "URL": addBackground(text, titled: "Website")
        case "IMPP", "X-SOCIALPROFILE": addBackground(text, titled: "Profile")
        case "CATEGORIES":
            row.person.tags += VCardText.split(property.value, at: ",").map { self.text(String($0)) }.filter {
                !$0.isEmpty
            }
        case "RELATED", "X-ABRELATEDNAMES", "X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-MS-SPOUSE", "X-ASSISTANT",
            "X-EVOLUTION-ASSISTANT", "X-MANAGER", "X-EVOLUTION-MANAGER":
            takeRelationship(property, text)
        default: takeOwn(property, text)
        }
    }

    private func text(_ value: String) -> String {
        let text = VCardText.unescaped(value, isOld: isOld)
        return isExact ? text : FileProblem.trimmed(text)
    }

    private func parts(_ value: String) -> [String] { VCardText.split(value, at: ";").map { text(String($0)) } }

    private func without(_ scheme: String, _ text: String) -> String {
        !isExact && text.lowercased().hasPrefix(scheme) ? String(text.dropFirst(scheme.count)) : text
    }

    private mutating func takeName(_ value: String) {
        let parts = parts(value)
        func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
        row.person.lastName = part(0)
        row.person.firstName = [part(1), part(2)].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// `tel:+1-202-555-0143;ext=12` is `+1-202-555-0143 ext. 12`; any other number is as typed.
    private func phone(_ text: String) -> String {
        let number = without("tel:", text)
        guard number.utf8.count < text.utf8.count else { return text }
        let parts = number.split(separator: ";")
        let extension_ = parts.dropFirst().first { $0.lowercased().hasPrefix("ext=") }?.dropFirst(4)
        return String(parts.first ?? "") + (extension_.map { " ext. \($0)" } ?? "")
    }

    private mutating func takeAddress(_ property: ContentLine) {
        let parts = parts(property.value).map { isExact ? $0 : CellText.oneLine($0) }
        func part(_ index: Int) -> String { index < parts.count ? parts[index] : "" }
        let street = [part(2), part(1), part(0)].filter { !$0.isEmpty }.joined(separator: ", ")
        var address = AddressValue(street: street, city: part(3), state: part(4), code: part(5), country: part(6))
        address.type = type(of: property, isPhone: false)
        if !address.isEmpty { row.person.addresses.append(address) }
    }

    private mutating func date(_ property: ContentLine, _ text: String) -> PartialDate? {
        guard var date = dates.date(text) else {
            if DateReading.isNone(text) { return nil }
            row.problems.append(
                FileProblem(
                    line: row.line, column: property.name, code: .badDate,
                    words: "“\(FileProblem.excerpt(text))” is not a date."))
            return nil
        }
        if let year = property.parameters["X-APPLE-OMIT-YEAR"]?.first, Int(year) == date.year { date.year = nil }
        return date
    }

    private mutating func addBackground(_ text: String, titled title: String?) {
        if text.isEmpty { return }
        if !row.person.background.isEmpty { row.person.background += "\n" }
        row.person.background += title.map { "\($0): \(text)" } ?? text
    }

    private mutating func takeRelationship(_ property: ContentLine, _ text: String) {
        let lower = text.lowercased()
        if lower.hasPrefix("urn:") || lower.hasPrefix("http:") || lower.hasPrefix("https:"), !isExact { return }
        let implied =
            property.name.contains("SPOUSE")
            ? "spouse"
            : property.name.contains("ASSISTANT") ? "assistant" : property.name.contains("MANAGER") ? "manager" : nil
        let kind = label(of: property) ?? implied ?? property.types.first { $0 != "pref" } ?? "other"
        row.person.relationships.append(
            Relationship(kind: kind, name: text, clientID: isExact ? property.parameters[Self.identity]?.first : nil))
    }

    /// The parameter with the identity of the client who is related.
    private static let identity = "X-GATEHOUSE-ID"

    private mutating func takeOwn(_ property: ContentLine, _ text: String) {
        switch property.name {
        case "X-GATEHOUSE-ID": row.person.clientID = text
        case "X-GATEHOUSE-STAGE": row.person.stage = text
        case "X-GATEHOUSE-SOURCE": row.person.source = text
        case "X-GATEHOUSE-ASSIGNED-TO": row.person.assignedTo = text
        case "X-GATEHOUSE-COLLABORATOR": row.person.collaborators.append(text)
        case "X-GATEHOUSE-PRICE": row.person.price = Int64(text)
        case "X-GATEHOUSE-PRICE-MAX": row.person.priceMax = Int64(text)
        case "X-GATEHOUSE-TIME-FRAME": row.person.timeFrame = text
        case "X-GATEHOUSE-CREATED": row.person.createdAt = dates.moment(text)
        case "X-GATEHOUSE-LAST-ACTIVITY": row.person.lastActivityAt = dates.moment(text)
        case "X-GATEHOUSE-CONSENT":
            // Of a card that this program wrote: another's is no proof.
            if isExact, let decision = Decision(parts: parts(property.value)) { row.person.decisions.append(decision) }
        case "X-GATEHOUSE-DO-NOT-CALL": row.person.doNotCall = CellText.choice(text)
        case "X-GATEHOUSE-DO-NOT-TEXT": row.person.doNotText = CellText.choice(text)
        case "X-GATEHOUSE-DO-NOT-MAIL": row.person.doNotMail = CellText.choice(text)
        case "X-GATEHOUSE-CUSTOM":
            let parts = parts(property.value)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return }
            row.person.custom.append(CustomValue(name: parts[0], text: parts[1]))
        default: break
        }
    }

    // MARK: Types and ranks

    /// What somebody called it themselves: `item1.X-ABLabel`. Apple writes its own names as `_$!<Home>!$_`.
    private func label(of property: ContentLine) -> String? {
        guard let label = property.group.flatMap({ labels[$0] }), !label.isEmpty else { return nil }
        if isExact { return label }
        guard label.hasPrefix("_$!<"), label.hasSuffix(">!$_"), label.count > 8 else { return PointType.of(label) }
        return PointType.of(label.dropFirst(4).dropLast(4).lowercased())
    }

    private func type(of property: ContentLine, isPhone: Bool) -> String {
        if let label = label(of: property) { return label }
        let types = property.types.filter { !Self.silent.contains($0) }
        if isPhone {
            if types.contains("fax") {
                return types.contains("home") ? "home fax" : types.contains("work") ? "work fax" : "fax"
            }
            if types.contains(where: { ["cell", "mobile", "iphone"].contains($0) }) { return "mobile" }
        }
        return types.first.map(PointType.of) ?? "other"
    }

    /// Types that say how, not where.
    private static let silent: Set<String> = [
        "pref", "internet", "voice", "text", "textphone", "dom", "intl", "postal", "parcel", "x400", "msg", "video",
        "uri",
    ]

    /// The lower, the more preferred; `Int.max` for none.
    private func rank(of property: ContentLine) -> Int {
        if let preference = property.parameters["PREF"]?.first { return Int(preference) ?? 100 }
        return property.types.contains("pref") ? 1 : Int.max
    }
}
