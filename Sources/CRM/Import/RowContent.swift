import Accounts
import ContactFiles
import Core

/// What a row of a file is as a client, checked by the rules by which every client is.
struct RowContent: Sendable {
    var content = ClientContent()
    var problems: [RowProblem] = []
    /// When the client came into being, where the file says so.
    var createdAt: Timestamp?
    /// The client's identity, in a file that this program wrote.
    var clientID: ClientID?
    /// Whether the file says whose client it is, and who that is.
    var owner: AccountID?

    /// Whether the row cannot be imported.
    var isRejected: Bool { problems.contains { $0.isRejection } }
}

/// Makes clients of rows.
///
/// What a client cannot hold as it is rejects its row, so that nothing is lost in silence. A number that nobody could dial is kept as it is
/// typed, and text that is no e-mail address goes into the background: neither loses the row.
struct RowReading: Sendable {
    let options: ImportOptions
    let plan: ImportPlan
    let context: ImportContext
    let scope: Scope
    let edit: ClientEdit
    let dates: DateReading
    private let columns: [String: String]

    init(
        _ work: ClientImport, _ plan: ImportPlan, _ context: ImportContext, scope: Scope, edit: ClientEdit,
        dates: DateReading
    ) {
        options = work.options
        self.plan = plan
        self.context = context
        self.scope = scope
        self.edit = edit
        self.dates = dates
        var columns: [String: String] = [:]
        for (column, target) in plan.targets where columns[target.field] == nil { columns[target.field] = column }
        self.columns = columns
    }

    /// The client that `row` is.
    func read(_ row: ImportedRow) -> RowContent {
        var result = RowContent()
        result.problems = row.problems.map {
            RowProblem(column: $0.column, code: $0.code.rawValue, message: $0.words, isRejection: $0.isRejection)
        }
        if result.isRejected { return result }
        let person = row.person
        result.clientID = person.clientID.flatMap { ClientID($0) }
        result.createdAt = person.createdAt.map { Timestamp(milliseconds: $0) }.flatMap {
            $0 <= edit.now && $0.milliseconds >= 0 ? $0 : nil
        }
        var draft = ClientDraft(firstName: Self.line(person.firstName), lastName: Self.line(person.lastName))
        var start = ClientContent()
        start.stage = context.firstStage
        readPoints(person, into: &draft, &start, &result)
        readLists(person, into: &draft)
        draft.stage = stage(person, &result)
        draft.source = (person.source ?? options.source).map(Self.line)
        draft.assignedTo = owner(person, &result)
        (draft.price, draft.priceMax) = Self.ordered(person.price, person.priceMax)
        draft.timeFrame = person.timeFrame.map(Self.line)
        draft.birthday = person.birthday?.text
        (draft.doNotCall, draft.doNotText, draft.doNotMail) = (person.doNotCall, person.doNotText, person.doNotMail)
        draft.consentSource = options.fileName
        draft.customFields = customFields(person, &result)
        let (content, problems) = start.applying(draft.asPatch, in: edit)
        result.content = content
        result.problems += problems.map(problem)
        return result
    }

    /// A remark of the rules about a field, as one about a column.
    func problem(_ problem: FieldProblem) -> RowProblem {
        let field = String(problem.field.prefix { $0 != "[" && $0 != "." })
        let name = field == "customFields" ? String(problem.field.dropFirst(field.utf8.count + 1)) : field
        return RowProblem(
            column: columns[name] ?? (plan.header.isEmpty ? name : nil), code: problem.code.rawValue,
            message: problem.message, isRejection: true)
    }

    private func note(_ result: inout RowContent, _ field: String, _ code: String, _ message: String) {
        result.problems.append(
            RowProblem(column: columns[field] ?? field, code: code, message: message, isRejection: false))
    }

    /// A text on one line: files have line ends and tabs in cells, a name has none.
    private static func line(_ text: String) -> String {
        guard text.utf8.contains(where: { (9...13).contains($0) }) else { return text }
        return text.split { $0.isNewline || $0 == "\t" || $0 == "\u{B}" || $0 == "\u{C}" }.joined(separator: " ")
    }

    private static func ordered(_ price: Int64?, _ most: Int64?) -> (Int64?, Int64?) {
        guard let price, let most, most < price else { return (price, most) }
        return (most, price)
    }
}

// MARK: - Ways to reach somebody

extension RowReading {
    private func readPoints(
        _ person: ImportedPerson, into draft: inout ClientDraft, _ start: inout ClientContent,
        _ result: inout RowContent
    ) {
        var background = person.background
        func keep(_ what: String, _ text: String) {
            background += (background.isEmpty ? "" : "\n") + "\(what): \(text)"
        }
        draft.emails = person.emails.compactMap { email in
            if EmailAddress(email.value) != nil { return Self.point(email) }
            keep("E-mail", email.value)
            note(
                &result, "emails", FieldProblem.Code.invalidEmail.rawValue,
                "“\(Self.excerpt(email.value))” is not an e-mail address; it stands in the background now.")
            return nil
        }
        for phone in person.phones {
            let isSomething = phone.value.unicodeScalars.contains {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
            guard PhoneNumber(phone.value) == nil, isSomething else { continue }
            if phone.value.unicodeScalars.count <= 60, phone.value == Self.line(phone.value) {
                start.phones.append(Self.point(phone))
            } else {
                keep("Phone", phone.value)
                note(
                    &result, "phones", FieldProblem.Code.invalidPhone.rawValue,
                    "“\(Self.excerpt(phone.value))” is too long for a number; it stands in the background now.")
            }
        }
        draft.phones = person.phones.map(Self.point).filter { point in
            PhoneNumber(point.value) != nil || start.phones.contains { $0.value == point.value }
        }
        draft.background = background
    }

    private static func point(_ value: ContactValue) -> ContactPoint {
        ContactPoint(value: value.value, type: line(value.type), isPrimary: value.isPrimary)
    }

    private func readLists(_ person: ImportedPerson, into draft: inout ClientDraft) {
        draft.addresses = person.addresses.filter { !$0.isEmpty }.map { address in
            PostalAddress(
                type: Self.line(address.type), street: Self.line(address.street), city: Self.line(address.city),
                state: Self.line(address.state), code: Self.line(address.code), country: Self.line(address.country))
        }
        draft.tags = person.tags.map(Self.line)
        draft.anniversaries = person.anniversaries.map { Anniversary(label: Self.line($0.label), date: $0.date) }
        draft.relationships = person.relationships.map { relationship in
            let kind = Self.line(relationship.kind)
            return Relationship(kind: kind.isEmpty ? "other" : kind, name: Self.line(relationship.name))
        }
    }

    private static func excerpt(_ text: String) -> String {
        let start = text.prefix(60)
        return line(String(start)) + (start.endIndex < text.endIndex ? "…" : "")
    }
}

// MARK: - What belongs to the brokerage

extension RowReading {
    /// The stage in the brokerage's own spelling. One that there is not yet is made for owner and admin, and told to others.
    private func stage(_ person: ImportedPerson, _ result: inout RowContent) -> String? {
        guard let given = person.stage.map(Self.line), !given.isEmpty else { return options.stage }
        if let known = context.stages[SearchText.fold(given)] { return known }
        if scope.role.seesEverything, context.stages.count < ImportContext.mostStages { return given }
        let standing = options.stage ?? context.firstStage
        note(
            &result, "stage", FieldProblem.Code.unknownChoice.rawValue,
            "There is no stage “\(Self.excerpt(given))”; the client is in \(standing).")
        return standing
    }

    /// Whose client it is: an agent's is theirs.
    private func owner(_ person: ImportedPerson, _ result: inout RowContent) -> AccountID? {
        guard scope.role.seesEverything else { return scope.userID }
        guard let given = person.assignedTo, !given.isEmpty else { return options.assignedTo }
        if let owner = context.person(given) {
            result.owner = owner
            return owner
        }
        note(
            &result, "assignedTo", FieldProblem.Code.unknownAccount.rawValue,
            "There is no one active user “\(Self.excerpt(given))”.")
        return options.assignedTo
    }

    private func customFields(
        _ person: ImportedPerson, _ result: inout RowContent
    ) -> [String: CustomFieldValue?]? {
        guard !person.custom.isEmpty else { return nil }
        var values: [String: CustomFieldValue?] = [:]
        for custom in person.custom {
            guard let field = context.fields.first(where: { $0.key == custom.name || $0.name == custom.name }) else {
                note(
                    &result, custom.name, FieldProblem.Code.unknownField.rawValue,
                    "There is no custom field “\(Self.excerpt(custom.name))”.")
                continue
            }
            if let value = value(custom.text, of: field) {
                values[field.key] = .some(value)
            } else {
                note(
                    &result, custom.name, FieldProblem.Code.wrongKind.rawValue,
                    "“\(Self.excerpt(custom.text))” is none that \(field.name) can hold.")
            }
        }
        return values
    }

    private func value(_ text: String, of field: CustomField) -> CustomFieldValue? {
        switch field.kind {
        case .text: return .text(Self.line(text))
        case .number: return Self.number(text).map { .number($0) }
        case .date: return dates.date(text).flatMap { $0.year == nil ? nil : .text($0.text) }
        case .choice:
            let folded = SearchText.fold(text)
            return field.choices.first { $0 == text || SearchText.fold($0) == folded }.map { .text($0) }
        case .flag: return CellText.choice(text).map { .flag($0) }
        }
    }

    /// `1200.5`, `1,200.50`; a comma groups thousands where three digits follow it.
    private static func number(_ text: String) -> Double? {
        if let number = Double(text) { return number.isFinite && abs(number) <= 1e15 ? number : nil }
        let groups = text.prefix { $0 != "." }.split(separator: ",", omittingEmptySubsequences: false)
        guard groups.count > 1, groups.dropFirst().allSatisfy({ $0.utf8.count == 3 }) else { return nil }
        return Double(text.filter { $0 != "," }).flatMap { $0.isFinite && abs($0) <= 1e15 ? $0 : nil }
    }
}

extension FieldTarget {
    /// The field of a client that it leads to, by its name in the API; of a custom field its own name.
    fileprivate var field: String {
        switch self {
        case .email, .emailType, .primaryEmail, .moreEmails: "emails"
        case .phone, .phoneType, .primaryPhone, .morePhones: "phones"
        case .address, .addressType, .moreAddresses: "addresses"
        case .anniversary, .anniversaryLabel, .moreAnniversaries: "anniversaries"
        case .relationship, .relationshipKind, .moreRelationships: "relationships"
        case .fullName, .middleName: "firstName"
        case .custom(let name): name
        case .clientID, .firstName, .lastName, .stage, .source, .tags, .assignedTo, .price, .priceMax, .timeFrame,
            .background, .birthday, .createdAt, .doNotCall, .doNotText, .doNotMail, .ignore:
            name
        }
    }
}
