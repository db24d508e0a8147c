import Accounts
import ContactFiles
import Core
import Storage

extension ImportedPerson {
    /// The client that `row` holds in its first columns as a file tells of them, so that they come back the same. `addresses` are those of the
    /// users, by which a file names people.
    init(_ row: any RowInPlace, _ fields: [CustomField], _ addresses: [AccountID: String]) throws {
        self.init()
        func text(_ column: ClientColumn) throws -> String { try row.text(column.rawValue) }
        func address(_ id: AccountID) -> String { addresses[id] ?? id.description }
        clientID = try row.identifier(ClientColumn.id.rawValue, of: ClientEntity.self).description
        firstName = try text(.firstName)
        lastName = try text(.lastName)
        emails = try Self.list(row, .emails) { (point: ContactPoint) in ContactValue(point) }
        phones = try Self.list(row, .phones) { (point: ContactPoint) in ContactValue(point) }
        self.addresses = try Self.list(row, .addresses) { (address: PostalAddress) in
            AddressValue(
                type: address.type, street: address.street, city: address.city, state: address.state,
                code: address.code, country: address.country)
        }
        tags = try Self.list(row, .tags) { (tag: String) in tag }
        collaborators = try Self.list(row, .collaborators) { (id: AccountID) in address(id) }
        stage = try text(.stage)
        if !row.isNull(ClientColumn.source.rawValue) { source = try text(.source) }
        if !row.isNull(ClientColumn.assignedTo.rawValue) {
            assignedTo = address(try row.identifier(ClientColumn.assignedTo.rawValue))
        }
        if !row.isNull(ClientColumn.price.rawValue) { price = try row.integer(ClientColumn.price.rawValue) }
        background = try text(.background)
        createdAt = try row.integer(ClientColumn.createdAt.rawValue)
        lastActivityAt = try row.integer(ClientColumn.lastActivityAt.rawValue)
        var reader = JSONReader(bytes: try row.bytes(ClientColumn.details.rawValue))
        take(try ClientDetails(stored: &reader), fields, address)
    }

    /// Reads a stored list without making one of its own kind first.
    private static func list<Stored: CanonicalJSON, Value>(
        _ row: any RowInPlace, _ column: ClientColumn, _ make: (Stored) -> Value
    ) throws -> [Value] {
        let json = try row.bytes(column.rawValue)
        var values: [Value] = []
        // Most lists are empty.
        if json.count == 2 { return values }
        var reader = JSONReader(bytes: json)
        try reader.elements { reader in values.append(make(try Stored(stored: &reader))) }
        return values
    }

    private mutating func take(
        _ details: ClientDetails, _ fields: [CustomField], _ address: (AccountID) -> String
    ) {
        priceMax = details.priceMax
        timeFrame = details.timeFrame.isEmpty ? nil : details.timeFrame
        birthday = details.birthday
        anniversaries = details.anniversaries.map { ContactFiles.Anniversary(label: $0.label, date: $0.date) }
        relationships = details.relationships.map {
            ContactFiles.Relationship(kind: $0.kind, name: $0.name, clientID: $0.clientID?.description)
        }
        for consent in details.consent {
            switch consent.channel {
            case .call: doNotCall = consent.isRefused
            case .text: doNotText = consent.isRefused
            case .mail: doNotMail = consent.isRefused
            }
            guard let way = Decision.Way(rawValue: consent.channel.rawValue) else { continue }
            decisions.append(
                Decision(
                    way, isRefused: consent.isRefused, at: consent.at, by: consent.by.map(address),
                    source: consent.source))
        }
        if details.custom.isEmpty { return }
        custom = fields.compactMap { field in
            details.custom.first { $0.key == field.key }
                .map { ContactFiles.CustomValue(name: field.name, text: $0.value.text) }
        }
    }
}

extension ContactValue {
    fileprivate init(_ point: ContactPoint) {
        self.init(point.value, type: point.type, isPrimary: point.isPrimary)
    }
}

extension CustomFieldValue {
    /// The value as a cell of a file.
    fileprivate var text: String {
        switch self {
        case .text(let text): return text
        case .flag(let flag): return flag ? "yes" : "no"
        case .number(let number): return Int64(exactly: number).map(String.init) ?? "\(number)"
        }
    }
}
