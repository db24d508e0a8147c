import Accounts
import ContactFiles
import Core
import Storage

/// Clients on their way out, a page at a time: however many there are, only a page is in memory.
package struct ExportedClients: AsyncSequence, Sendable {
    private static let pageSize = 1000

    let database: any Database
    /// Which clients; a condition on the table `client`.
    let visible: SQL
    let format: ExportFormat
    /// The custom fields, in the order of their columns.
    let fields: [CustomField]
    /// The address of each user, by which a file names whose client it is.
    let addresses: [AccountID: String]

    /// Begins at the first client.
    package func makeAsyncIterator() -> Iterator { Iterator(clients: self) }

    /// Goes on where the last page ended, by the identity of its last client.
    package struct Iterator: AsyncIteratorProtocol {
        private let clients: ExportedClients
        private var last: ClientID?
        private var isFirst = true
        private var isOver = false

        init(clients: ExportedClients) { self.clients = clients }

        /// The bytes of the next page; `nil` after the last.
        package mutating func next() async throws -> [UInt8]? {
            guard !isOver else { return nil }
            let page = try await clients.page(after: last, withHeader: isFirst)
            isFirst = false
            last = page.last ?? last
            isOver = page.count < ExportedClients.pageSize
            return page.bytes
        }
    }

    private struct Page: Sendable {
        var count = 0
        var last: ClientID?
        var bytes: [UInt8] = []
    }

    private func page(after last: ClientID?, withHeader: Bool) async throws -> Page {
        let start: SQL = last.map { "AND client.id > \($0)" } ?? ""
        let statement: SQL = """
            SELECT \(Client.qualifiedColumns) FROM client WHERE \(visible) \(start)
            ORDER BY client.id \(.limit(Self.pageSize))
            """
        switch format {
        case .jsonl:
            let (page, json) = try await database.reduce(
                statement, into: (Page(), JSONWriter(capacity: Self.pageSize * 800))
            ) { state, row in
                try Client.write(row, to: &state.1)
                state.1.endLine()
                state.0.count += 1
                state.0.last = try row.identifier(ClientColumn.id.rawValue)
            }
            return Page(count: page.count, last: page.last, bytes: json.bytes)
        case .csv:
            let columns = OwnColumns(customFields: fields.map(\.name))
            var writer = CSVWriter()
            if withHeader { writer.line(columns.header) }
            return try await people(statement, into: writer) {
                $0.line(columns.cells(of: $1))
            } bytes: {
                $0.takeBytes()
            }
        case .vcard:
            return try await people(statement, into: VCardWriter()) {
                $0.card($1)
            } bytes: {
                $0.takeBytes()
            }
        }
    }

    private func people<Writer: Sendable>(
        _ statement: SQL, into writer: Writer, _ write: @escaping @Sendable (inout Writer, ImportedPerson) -> Void,
        bytes: (inout Writer) -> [UInt8]
    ) async throws -> Page {
        var (page, written) = try await database.reduce(statement, into: (Page(), writer)) { state, row in
            let client = try Client(row)
            write(&state.1, try ImportedPerson(client, fields, addresses))
            state.0.count += 1
            state.0.last = client.id
        }
        page.bytes = bytes(&written)
        return page
    }
}

extension ImportedPerson {
    /// The client as a file tells of them, so that it comes back the same.
    fileprivate init(_ client: Client, _ fields: [CustomField], _ addresses: [AccountID: String]) throws {
        self.init()
        let content = try ClientContent(client)
        clientID = client.id.description
        firstName = content.firstName
        lastName = content.lastName
        emails = content.emails.map { ContactValue($0.value, type: $0.type, isPrimary: $0.isPrimary) }
        phones = content.phones.map { ContactValue($0.value, type: $0.type, isPrimary: $0.isPrimary) }
        self.addresses = content.addresses.map {
            AddressValue(
                type: $0.type, street: $0.street, city: $0.city, state: $0.state, code: $0.code, country: $0.country)
        }
        stage = content.stage
        source = content.source
        tags = content.tags
        assignedTo = content.assignedTo.map { addresses[$0] ?? $0.description }
        price = content.price
        background = content.background
        createdAt = client.createdAt.milliseconds
        take(content.details, fields)
    }

    private mutating func take(_ details: ClientDetails, _ fields: [CustomField]) {
        priceMax = details.priceMax
        timeFrame = details.timeFrame.isEmpty ? nil : details.timeFrame
        birthday = details.birthday
        anniversaries = details.anniversaries.map { ContactFiles.Anniversary(label: $0.label, date: $0.date) }
        relationships = details.relationships.map { ContactFiles.Relationship(kind: $0.kind, name: $0.name) }
        func decision(_ channel: Consent.Channel) -> Bool? {
            details.consent.first { $0.channel == channel }?.isRefused
        }
        (doNotCall, doNotText, doNotMail) = (decision(.call), decision(.text), decision(.mail))
        custom = fields.compactMap { field in
            details.custom.first { $0.key == field.key }
                .map { ContactFiles.CustomValue(name: field.name, text: $0.value.text) }
        }
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
