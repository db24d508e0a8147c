package import Accounts
package import Core
package import SecurityEvents
package import Sessions
package import Storage

/// Takes clients out of the brokerage as CSV: never in silence. Who, when, from where and how many is written down and mailed to
/// whoever did it before the first line leaves.
package struct ClientExport: Sendable {
    private static let pageSize = 500
    private static let columns = [
        "id", "firstName", "lastName", "emails", "phones", "addresses", "stage", "source", "tags", "assignedTo",
        "price",
        "background", "createdAt", "updatedAt", "lastActivityAt",
    ]

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices
    private let large: LargeExport

    package init(
        database: any Database, world: World, recorder: EventRecorder, notices: Notices,
        large: LargeExport = LargeExport()
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.notices = notices
        self.large = large
    }

    /// What became of the wish to export.
    package enum Outcome: Sendable {
        /// Written down; the lines follow.
        case allowed(Lines)
        /// The role does not include it, or the proof is another's.
        case notAllowed
    }

    /// The clients that `scope` may see.
    package func begin(
        _ scope: Scope, proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard proof.scope == scope, scope.role != .lender else { return .notAllowed }
        let visible = ClientVisibility(scope).ofMany
        try await database.transaction { sql in
            let rows: Int = try sql.row("SELECT COUNT(*) AS n FROM client WHERE \(visible)")?.get("n") ?? 0
            var event = Event(
                .dataExported, in: world, user: scope.userID, session: scope.sessionID, from: source,
                detail: ["rows": String(rows), "format": "csv", "what": "clients"])
            event.detail["key"] = scope.keyID?.description
            let earlier = try large.earlier(of: scope.userID, at: event.at, in: sql)
            try recorder.record(event, in: sql)
            if let reason = large.reason(rows: rows, at: event.at, after: earlier) {
                var detail = event.detail
                detail["because"] = reason.rawValue
                let alarm = Event(
                    .dataExportLarge, in: world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: detail)
                try recorder.record(alarm, in: sql)
            }
            if let account = try AccountTable.account(scope.userID, in: sql) {
                try notices.post(
                    .exportMade, to: account, about: event, values: ["clients": String(rows)], in: sql)
            }
        }
        return .allowed(Lines(database: database, visible: visible))
    }

    /// The lines, a page of clients at a time: however many there are, only a page is in memory.
    package struct Lines: AsyncSequence, Sendable {
        let database: any Database
        let visible: SQL

        /// Begins with the line of names.
        package func makeAsyncIterator() -> Iterator { Iterator(database: database, visible: visible) }

        /// Goes on where the last page ended, by the identity of its last client.
        package struct Iterator: AsyncIteratorProtocol {
            private let database: any Database
            private let visible: SQL
            private var last: ClientID?
            private var isFirst = true
            private var isOver = false

            init(database: any Database, visible: SQL) {
                self.database = database
                self.visible = visible
            }

            /// The lines of the next page; `nil` after the last.
            package mutating func next() async throws -> [UInt8]? {
                guard !isOver else { return nil }
                var csv = CSVWriter()
                if isFirst { csv.line(ClientExport.columns) }
                isFirst = false
                let start: SQL = last.map { "AND id > \($0)" } ?? ""
                let rows = try await database.rows(
                    """
                    SELECT \(Client.columns) FROM client WHERE \(visible) \(start)
                    ORDER BY id LIMIT \(ClientExport.pageSize)
                    """)
                for row in rows {
                    let client = try Client(row)
                    csv.line(try client.csvFields)
                    last = client.id
                }
                isOver = rows.count < ClientExport.pageSize
                return csv.takeBytes()
            }
        }
    }
}

extension Client {
    /// The fields of one line; a list has its entries separated by semicolons.
    fileprivate var csvFields: [String] {
        get throws {
            [
                id.description, firstName, lastName, try emails.elements().map(\.value).joined(separator: "; "),
                try phones.elements().map(\.value).joined(separator: "; "),
                try addresses.elements().map(\.oneLine).joined(separator: "; "), stage, source ?? "",
                try tags.elements().joined(separator: "; "), assignedTo?.description ?? "",
                price.map(String.init) ?? "",
                background, createdAt.iso8601, updatedAt.iso8601, lastActivityAt.iso8601,
            ]
        }
    }
}

extension PostalAddress {
    fileprivate var oneLine: String {
        [street, city, state, code, country].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
