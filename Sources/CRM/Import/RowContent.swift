import Accounts
import ContactFiles
import Core

/// What a row of a file is as a client, checked by the rules by which every client is.
struct RowContent: Sendable {
    var content = ClientContent()
    var problems: [RowProblem] = []
    /// When the client came into being, where the file says so.
    var createdAt: Timestamp?
    /// When somebody last dealt with them, where the file says so.
    var lastActivityAt: Timestamp?
    /// The client's identity, in a file that this program wrote.
    var clientID: ClientID?

    /// Whether the row cannot be imported.
    var isRejected: Bool { problems.contains { $0.isRejection } }
}

/// Makes clients of rows.
///
/// What a client cannot hold as it is rejects its row, so that nothing is lost in silence. Of its lists it does not: a number that nobody could dial is
/// kept as it is typed, labels are shortened, and what is no e-mail address or more than a list holds goes into the background.
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
        for column in plan.header {
            if let target = plan.targets[column], columns[target.field] == nil { columns[target.field] = column }
        }
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
        result.createdAt = past(person.createdAt)
        result.lastActivityAt = past(person.lastActivityAt)
        var draft = ClientDraft(firstName: Self.line(person.firstName), lastName: Self.line(person.lastName))
        var start = ClientContent()
        start.stage = context.firstStage
        readLists(person, into: &draft, &start, &result)
        draft.stage = stage(person, &result)
        draft.source = (person.source ?? options.source).map(Self.line)
        draft.assignedTo = owner(person, &result)
        (draft.price, draft.priceMax) = Self.ordered(person.price, person.priceMax)
        draft.timeFrame = person.timeFrame.map(Self.line)
        draft.birthday = person.birthday?.text
        (draft.doNotCall, draft.doNotText, draft.doNotMail) = (person.doNotCall, person.doNotText, person.doNotMail)
        draft.consentSource = options.fileName
        draft.collaborators = collaborators(person, &result)
        start.details.consent = decisions(person, &draft, &result)
        draft.customFields = customFields(person, &result)
        let (content, problems) = start.applying(draft.asPatch, in: edit)
        result.content = content
        result.problems += problems.map(problem)
        return result
    }

    /// A moment that a file gives, if it can be one of the past.
    private func past(_ milliseconds: Int64?) -> Timestamp? {
        milliseconds.map { Timestamp(milliseconds: $0) }.flatMap {
            $0 <= edit.now && $0.milliseconds >= 0 ? $0 : nil
        }
    }

    /// A remark of the rules about a field, as one about a column.
    func problem(_ problem: FieldProblem) -> RowProblem {
        let field = String(problem.field.prefix { $0 != "[" && $0 != "." })
        let name = field == "customFields" ? String(problem.field.dropFirst(field.utf8.count + 1)) : field
        return RowProblem(
            column: columns[name] ?? (plan.header.isEmpty ? name : nil), code: problem.code.rawValue,
            message: problem.message, isRejection: true)
    }

    /// A remark about something of a row that is imported.
    func remark(_ field: String, _ code: String, _ message: String) -> RowProblem {
        RowProblem(column: columns[field] ?? field, code: code, message: message, isRejection: false)
    }

    /// Adds such a remark.
    func note(_ result: inout RowContent, _ field: String, _ code: String, _ message: String) {
        result.problems.append(remark(field, code, message))
    }

    /// The beginning of a text, as a remark quotes it.
    static func excerpt(_ text: String) -> String {
        let start = text.prefix(60)
        return line(String(start)) + (start.endIndex < text.endIndex ? "…" : "")
    }

    /// A text on one line: files have line ends and tabs in cells, a name has none.
    static func line(_ text: String) -> String {
        guard text.utf8.contains(where: { (9...13).contains($0) }) else { return text }
        return text.split { $0.isNewline || $0 == "\t" || $0 == "\u{B}" || $0 == "\u{C}" }.joined(separator: " ")
    }

    private static func ordered(_ price: Int64?, _ most: Int64?) -> (Int64?, Int64?) {
        guard let price, let most, most < price else { return (price, most) }
        return (most, price)
    }
}

// MARK: - What belongs to the brokerage

extension RowReading {
    /// The stage in the brokerage's own spelling. One that there is not yet is made for owner and admin, and told to others.
    private func stage(_ person: ImportedPerson, _ result: inout RowContent) -> String? {
        guard let given = person.stage.map(Self.line), !given.isEmpty else { return options.stage }
        if let known = context.stages[SearchText.fold(given)] { return known }
        if scope.role.seesEverything, context.stages.count < ImportContext.mostStages { return given }
        result.problems.append(noStage(given))
        return standardStage
    }

    /// Where a client stands whose stage there is not.
    var standardStage: String { options.stage ?? context.firstStage }

    /// The remark about a stage that there is not.
    func noStage(_ given: String) -> RowProblem {
        remark(
            "stage", FieldProblem.Code.unknownChoice.rawValue,
            "There is no stage “\(Self.excerpt(given))”; the client is in \(standardStage).")
    }

    /// Whose client it is: an agent's is theirs.
    private func owner(_ person: ImportedPerson, _ result: inout RowContent) -> AccountID? {
        guard scope.role.seesEverything else { return scope.userID }
        if let given = person.assignedTo, !given.isEmpty {
            if let owner = context.person(given) { return owner }
            note(
                &result, "assignedTo", FieldProblem.Code.unknownAccount.rawValue,
                "There is no one active user “\(Self.excerpt(given))”.")
        }
        if options.assignedTo != nil, context.standardOwner == nil {
            note(
                &result, "assignedTo", FieldProblem.Code.unknownAccount.rawValue,
                "Whoever was to get the clients is no active user any more.")
        }
        return context.standardOwner
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
            if let value = value(custom, of: field) {
                values[field.key] = .some(value)
            } else {
                note(
                    &result, custom.name, FieldProblem.Code.wrongKind.rawValue,
                    "“\(Self.excerpt(custom.text))” is none that \(field.name) can hold.")
            }
        }
        return values
    }

    private func value(_ custom: ContactFiles.CustomValue, of field: CustomField) -> CustomFieldValue? {
        let text = custom.text
        switch field.kind {
        case .text: return .text(Self.line(text))
        case .number: return Self.number(text).map { .number($0) }
        case .date:
            let date = dates.date(text, in: custom.order, century: .nearest)
            return date.flatMap { $0.year == nil ? nil : .text($0.text) }
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
        case .relationship, .relationshipKind, .relationshipID, .moreRelationships: "relationships"
        case .fullName, .middleName: "firstName"
        case .custom(let name): name
        case .clientID, .firstName, .lastName, .stage, .source, .tags, .assignedTo, .price, .priceMax, .timeFrame,
            .background, .birthday, .createdAt, .lastActivityAt, .doNotCall, .doNotText, .doNotMail, .consent,
            .collaborators, .ignore:
            name
        }
    }
}
