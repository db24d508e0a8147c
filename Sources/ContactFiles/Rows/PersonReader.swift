/// A person read from one row of a file, with what was wrong.
package struct ImportedRow: Sendable, Hashable {
    /// The line on which it begins.
    package var line: Int
    package var person: ImportedPerson
    package var problems: [FileProblem]

    package init(line: Int, person: ImportedPerson = ImportedPerson(), problems: [FileProblem] = []) {
        self.line = line
        self.person = person
        self.problems = problems
    }

    /// Whether a problem keeps it from being imported.
    package var isRejected: Bool { problems.contains { $0.isRejection } }
}

/// Makes a person of each row of a CSV file, by a mapping of its columns.
///
/// A value comes from its own cell only: an empty cell is an empty value, whatever the row before had.
package struct PersonReader: Sendable {
    private let columns: MappedColumns
    private let dates: DateReading
    private let orders: [Int: DateOrder]
    private let hasSeveralNotes: Bool
    private let isReturned: Bool
    /// The columns of types by what they belong to.
    private let types: [FieldTarget: Int]

    /// `orders` are those that the date columns have proven, by their place.
    package init(columns: MappedColumns, dates: DateReading, orders: [Int: DateOrder] = [:]) {
        self.columns = columns
        self.dates = dates
        self.orders = orders
        isReturned = ReturnedRows.isReturned(columns.names)
        hasSeveralNotes =
            columns.names.indices.count { columns.targets[$0] == .background && Self.isNotes(columns.names[$0]) } > 1
        var types: [FieldTarget: Int] = [:]
        for (index, target) in columns.targets.enumerated() {
            switch target {
            case .emailType, .phoneType, .addressType, .anniversaryLabel, .relationshipKind, .relationshipID,
                .relationship(_, nil):
                if let target { types[target] = index }
            default: break
            }
        }
        self.types = types
    }

    /// The person of a row.
    package func read(_ row: CSVRow) -> ImportedRow {
        if row.isRejected { return ImportedRow(line: row.line, problems: row.problems) }
        var draft = Draft(ImportedRow(line: row.line, problems: row.problems))
        for (index, target) in columns.targets.enumerated() {
            guard let target, target != .ignore, !row.isEmpty(at: index) else { continue }
            let cell = text(of: row, at: index)
            if !cell.isEmpty { take(cell, index, target, row, into: &draft) }
        }
        return draft.finished(isExact: isExact)
    }

    private var isExact: Bool { columns.dialect == .own }

    private func text(of row: CSVRow, at index: Int) -> String {
        if isReturned { return text(FormulaGuard.unguarded(row.text(at: index))) }
        return isExact ? FormulaGuard.unguarded(row.text(at: index)) : row.trimmedText(at: index)
    }

    private func text(_ cell: String) -> String {
        isExact ? FormulaGuard.unguarded(cell) : FileProblem.trimmed(cell)
    }

    private func take(_ cell: String, _ index: Int, _ target: FieldTarget, _ row: CSVRow, into draft: inout Draft) {
        let name = columns.names[index]
        switch target {
        case .clientID: draft.row.person.clientID = cell
        case .firstName: draft.row.person.firstName = cell
        case .middleName: draft.middleName = cell
        case .lastName: draft.row.person.lastName = cell
        case .fullName: draft.fullName = cell
        case .stage: draft.row.person.stage = cell
        case .source: draft.row.person.source = cell
        case .assignedTo: draft.row.person.assignedTo = cell
        case .collaborators:
            draft.row.person.collaborators +=
                isExact ? PackedList.unpack(cell).flatMap { $0 } : CellText.tags(cell, in: .other)
        case .timeFrame: draft.row.person.timeFrame = cell
        case .tags:
            draft.row.person.tags +=
                isExact ? PackedList.unpack(cell).flatMap { $0 } : CellText.tags(cell, in: columns.dialect)
        case .background: takeBackground(cell, name, into: &draft)
        case .custom(let field):
            draft.row.person.custom.append(CustomValue(name: field, text: cell, order: orders[index]))
        case .email, .phone, .primaryEmail, .primaryPhone, .moreEmails, .morePhones:
            takePoint(cell, target, name, row, into: &draft)
        case .address(let number, let part, let type):
            draft.addressPart(cell, part, AddressKey(index: number, type: type), isExact: isExact)
        case .addressType(let number): draft.addressTypes[number] = cell
        case .price, .priceMax: takePrice(cell, target, name, into: &draft)
        case .birthday, .anniversary, .createdAt, .lastActivityAt: takeDate(cell, index, target, row, into: &draft)
        case .relationship(let number, let kind): takeRelationship(cell, number, kind, row, into: &draft)
        case .relationshipID(let number):
            // Somebody of whom only the identity is known; others were taken with their names.
            guard let place = types[.relationship(index: number, kind: nil)], row.isEmpty(at: place) else { return }
            takeRelationship("", number, nil, row, into: &draft)
        case .doNotCall, .doNotText, .doNotMail: takeChoice(cell, target, name, into: &draft)
        case .consent: if isExact { takeDecisions(cell, name, into: &draft) }
        case .moreAddresses, .moreAnniversaries, .moreRelationships: takeMore(cell, target, name, into: &draft)
        case .emailType, .phoneType, .anniversaryLabel, .relationshipKind, .ignore: break
        }
    }

    // MARK: Addresses and numbers

    private func takePoint(
        _ cell: String, _ target: FieldTarget, _ name: String, _ row: CSVRow, into draft: inout Draft
    ) {
        func type(_ given: String?, _ column: FieldTarget) -> String {
            let text = given ?? types[column].map { self.text(of: row, at: $0) } ?? ""
            return isExact ? (text.isEmpty ? "other" : text) : PointType.of(text)
        }
        switch target {
        case .email(let number, let given):
            let type = type(given, .emailType(index: number))
            let values = isExact ? [cell] : CellText.emails(cell)
            draft.row.person.emails += values.map { ContactValue($0, type: type) }
        case .phone(let number, let given):
            let type = type(given, .phoneType(index: number))
            let values = isExact ? [cell] : CellText.phones(cell)
            draft.row.person.phones += values.map { ContactValue($0, type: type) }
        case .primaryEmail: draft.primaryEmail = number(cell, name, &draft)
        case .primaryPhone: draft.primaryPhone = number(cell, name, &draft)
        case .moreEmails: draft.moreEmails = points(cell, name, &draft)
        case .morePhones: draft.morePhones = points(cell, name, &draft)
        default: break
        }
    }

    private func number(_ cell: String, _ name: String, _ draft: inout Draft) -> Int? {
        if let number = Int(cell), number > 0 { return number }
        draft.problem(.badPrimary, name, "“\(FileProblem.excerpt(cell))” is not the number of an entry.")
        return nil
    }

    private func points(_ cell: String, _ name: String, _ draft: inout Draft) -> [ContactValue] {
        entries(cell, of: 2, name, &draft).map { ContactValue($0[0], type: $0[1]) }
    }

    private func entries(_ cell: String, of count: Int, _ name: String, _ draft: inout Draft) -> [[String]] {
        entries(cell, of: count...count, name, &draft)
    }

    private func entries(
        _ cell: String, of counts: ClosedRange<Int>, _ name: String, _ draft: inout Draft
    ) -> [[String]] {
        let entries = PackedList.unpack(cell)
        for entry in entries where !counts.contains(entry.count) {
            draft.problem(
                .badList, name,
                "“\(FileProblem.excerpt(entry.joined(separator: "|")))” does not have \(counts.upperBound) parts.")
        }
        return entries.filter { counts.contains($0.count) }
    }

    private func takeRelationship(
        _ cell: String, _ number: Int, _ kind: String?, _ row: CSVRow, into draft: inout Draft
    ) {
        func other(_ target: FieldTarget) -> String? {
            types[target].map { text(of: row, at: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let kind = kind ?? other(.relationshipKind(index: number)) ?? "other"
        draft.row.person.relationships.append(
            Relationship(
                kind: isExact ? kind : PointType.of(kind), name: cell,
                clientID: other(.relationshipID(index: number))))
    }

    private func takeDecisions(_ cell: String, _ name: String, into draft: inout Draft) {
        for entry in entries(cell, of: 5, name, &draft) {
            if let decision = Decision(parts: entry) {
                draft.row.person.decisions.append(decision)
            } else {
                draft.problem(
                    .badList, name, "“\(FileProblem.excerpt(entry.joined(separator: "|")))” is no decision.")
            }
        }
    }

    private func takeMore(_ cell: String, _ target: FieldTarget, _ name: String, into draft: inout Draft) {
        switch target {
        case .moreAddresses:
            draft.moreAddresses = entries(cell, of: 6, name, &draft).map {
                AddressValue(type: $0[0], street: $0[1], city: $0[2], state: $0[3], code: $0[4], country: $0[5])
            }
        case .moreRelationships:
            // Without the identity in files of before.
            draft.moreRelationships = entries(cell, of: 2...3, name, &draft).map {
                Relationship(kind: $0[0], name: $0[1], clientID: $0.count == 3 && !$0[2].isEmpty ? $0[2] : nil)
            }
        default:
            for entry in entries(cell, of: 2, name, &draft) {
                if let date = dates.date(entry[1]) {
                    draft.moreAnniversaries.append(Anniversary(label: entry[0], date: date))
                } else {
                    draft.problem(.badDate, name, "“\(FileProblem.excerpt(entry[1]))” is not a date.")
                }
            }
        }
    }

    // MARK: Other cells

    private static func isNotes(_ name: String) -> Bool {
        ["background", "notes", "note", "description", "comments"].contains(HeaderName.normalized(name))
    }

    private func takeBackground(_ cell: String, _ name: String, into draft: inout Draft) {
        if isExact { return draft.row.person.background = cell }
        if !draft.row.person.background.isEmpty { draft.row.person.background += "\n" }
        let isPlain = !hasSeveralNotes && Self.isNotes(name)
        draft.row.person.background += isPlain || name.isEmpty ? cell : "\(name): \(cell)"
    }

    private func takePrice(_ cell: String, _ target: FieldTarget, _ name: String, into draft: inout Draft) {
        let read = Int64(cell).map { (price: $0, max: Int64?.none) } ?? PriceText.read(cell)
        guard let read else {
            return draft.problem(.badPrice, name, "“\(FileProblem.excerpt(cell))” is not a price.")
        }
        if target == .priceMax { return draft.row.person.priceMax = read.max ?? read.price }
        draft.row.person.price = read.price
        if let max = read.max { draft.row.person.priceMax = max }
    }

    private func takeDate(_ cell: String, _ index: Int, _ target: FieldTarget, _ row: CSVRow, into draft: inout Draft) {
        if DateReading.isNone(cell) { return }
        let isMoment = target == .createdAt || target == .lastActivityAt
        if isMoment, let moment = dates.moment(cell, in: orders[index]) {
            if target == .createdAt { return draft.row.person.createdAt = moment }
            return draft.row.person.lastActivityAt = moment
        }
        guard !isMoment, let date = dates.date(cell, in: orders[index]) else {
            return draft.problem(.badDate, columns.names[index], "“\(FileProblem.excerpt(cell))” is not a date.")
        }
        guard case .anniversary(let number, let label) = target else { return draft.row.person.birthday = date }
        let given = types[.anniversaryLabel(index: number)].map { text(of: row, at: $0) }
        let name = label ?? given.flatMap { $0.isEmpty ? nil : $0 } ?? "anniversary"
        draft.row.person.anniversaries.append(Anniversary(label: isExact ? name : PointType.of(name), date: date))
    }

    private func takeChoice(_ cell: String, _ target: FieldTarget, _ name: String, into draft: inout Draft) {
        guard let choice = CellText.choice(cell) else {
            return draft.problem(.badChoice, name, "“\(FileProblem.excerpt(cell))” is neither yes nor no.")
        }
        switch target {
        case .doNotCall: draft.row.person.doNotCall = choice
        case .doNotText: draft.row.person.doNotText = choice
        default: draft.row.person.doNotMail = choice
        }
    }
}
