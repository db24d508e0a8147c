import Accounts
import ContactFiles
import Core
import Storage

/// Clients on their way out, a page at a time: however many there are, only two pages are in memory.
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

    /// Goes on where the last page ended, by the identity of its last client. A page is fetched while the one before it is on its way.
    package struct Iterator: AsyncIteratorProtocol {
        private let clients: ExportedClients
        private var ahead: Task<Page, any Error>?

        init(clients: ExportedClients) {
            self.clients = clients
            fetch(after: nil)
        }

        private mutating func fetch(after last: ClientID?) {
            let clients = clients
            ahead = Task { try await clients.page(after: last) }
        }

        /// The bytes of the next page; `nil` after the last.
        package mutating func next() async throws -> [UInt8]? {
            guard let page = try await ahead.take()?.value else { return nil }
            if page.count == ExportedClients.pageSize, let last = page.last { fetch(after: last) }
            return page.bytes
        }
    }

    fileprivate struct Page: Sendable {
        var count = 0
        var last: ClientID?
        var bytes: [UInt8] = []
    }

    private func page(after last: ClientID?) async throws -> Page {
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
            if last == nil { writer.line(columns.header) }
            return try await people(statement, into: writer) {
                columns.write($1, to: &$0)
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
            write(&state.1, try ImportedPerson(row, fields, addresses))
            state.0.count += 1
            state.0.last = try row.identifier(ClientColumn.id.rawValue)
        }
        page.bytes = bytes(&written)
        return page
    }
}
