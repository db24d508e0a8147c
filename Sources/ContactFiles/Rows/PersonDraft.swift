/// Which columns make one address.
struct AddressKey: Hashable {
    let index: Int
    let type: String?
}

/// A person in the making, with what can only be put in once all cells are seen.
struct Draft {
    var row: ImportedRow
    var middleName = ""
    var fullName = ""
    var primaryEmail: Int?
    var primaryPhone: Int?
    var moreEmails: [ContactValue] = []
    var morePhones: [ContactValue] = []
    var moreAddresses: [AddressValue] = []
    var moreAnniversaries: [Anniversary] = []
    var moreRelationships: [Relationship] = []
    var addressTypes: [Int: String] = [:]
    private var addresses: [(key: AddressKey, value: AddressValue, whole: String)] = []

    init(_ row: ImportedRow) { self.row = row }

    mutating func problem(_ code: FileProblem.Code, _ column: String, _ words: String) {
        row.problems.append(FileProblem(line: row.line, column: column, code: code, words: words))
    }

    mutating func addressPart(_ cell: String, _ part: FieldTarget.AddressPart, _ key: AddressKey, isExact: Bool) {
        let place = addresses.firstIndex { $0.key == key } ?? addresses.endIndex
        if place == addresses.endIndex { addresses.append((key, AddressValue(), "")) }
        let text = isExact ? cell : CellText.oneLine(cell)
        func add(_ text: String, to street: inout String) { street += (street.isEmpty ? "" : ", ") + text }
        switch part {
        case .street, .street2, .street3: add(text, to: &addresses[place].value.street)
        case .poBox: add(text.allSatisfy(\.isNumber) ? "PO Box \(text)" : text, to: &addresses[place].value.street)
        case .city: addresses[place].value.city = text
        case .state: addresses[place].value.state = text
        case .code: addresses[place].value.code = text
        case .country: addresses[place].value.country = text
        case .whole: addresses[place].whole = text
        }
    }

    /// The row with everything in its place.
    consuming func finished(isExact: Bool) -> ImportedRow {
        finishName()
        row.person.emails += moreEmails
        row.person.phones += morePhones
        Self.mark(primaryEmail, in: &row.person.emails)
        Self.mark(primaryPhone, in: &row.person.phones)
        finishAddresses(isExact: isExact)
        row.person.anniversaries += moreAnniversaries
        row.person.relationships += moreRelationships
        if row.person.isNobody {
            row.problems.append(
                FileProblem(
                    line: row.line, code: .nobody,
                    words: "This row has no name, no e-mail address and no telephone number.",
                    isRejection: true))
        }
        return row
    }

    private mutating func finishName() {
        if !middleName.isEmpty {
            row.person.firstName += (row.person.firstName.isEmpty ? "" : " ") + middleName
        }
        if row.person.firstName.isEmpty, row.person.lastName.isEmpty, !fullName.isEmpty {
            (row.person.firstName, row.person.lastName) = PersonName.split(fullName)
        }
    }

    private static func mark(_ number: Int?, in points: inout [ContactValue]) {
        if let number, points.indices.contains(number - 1) { points[number - 1].isPrimary = true }
    }

    private mutating func finishAddresses(isExact: Bool) {
        for (key, value, whole) in addresses {
            var address = value
            if address.isEmpty { address.street = whole }
            if address.isEmpty { continue }
            let type = key.type ?? addressTypes[key.index] ?? ""
            address.type = isExact ? (type.isEmpty ? "other" : type) : PointType.of(type)
            row.person.addresses.append(address)
        }
        row.person.addresses += moreAddresses
    }
}
