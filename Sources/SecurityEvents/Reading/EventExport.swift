package import Core
package import Storage

/// Takes the security log out as CSV: never in silence. Who took which span is written down before the first line leaves.
package struct EventExport: Sendable {
    private static let pageSize = 500
    private static let columns = [
        "id", "at", "type", "severity", "userId", "sessionId", "ip", "userAgent", "requestId", "detail",
    ]

    private let database: any Database
    private let recorder: EventRecorder

    package init(database: any Database, recorder: EventRecorder) {
        self.database = database
        self.recorder = recorder
    }

    /// The events from `from` up to, and without, `to`. `event` says who asks: a `security_log_exported`.
    package func begin(from: Timestamp?, to: Timestamp?, telling event: Event) async throws -> Lines {
        // What is written meanwhile belongs to the next export.
        let conditions: [SQL] = ["at <= \(event.at)", "id <> \(event.id)"] + EventSpan(from: from, to: to).conditions
        let span = conditions.joined(separator: " AND ")
        let recorder = recorder
        var told = event
        told.detail["from"] = from?.iso8601
        told.detail["to"] = to?.iso8601
        let record = told
        try await database.transaction { sql in try recorder.record(record, in: sql) }
        return Lines(database: database, span: span)
    }

    /// The lines, a page of events at a time: however many there are, only a page is in memory.
    package struct Lines: AsyncSequence, Sendable {
        let database: any Database
        let span: SQL

        /// Begins with the line of names.
        package func makeAsyncIterator() -> Iterator { Iterator(database: database, span: span) }

        /// Goes on where the last page ended.
        package struct Iterator: AsyncIteratorProtocol {
            let database: any Database
            let span: SQL
            private var last: EventID?
            private var isFirst = true
            private var isOver = false

            init(database: any Database, span: SQL) {
                self.database = database
                self.span = span
            }

            /// The lines of the next page; `nil` after the last.
            package mutating func next() async throws -> [UInt8]? {
                guard !isOver else { return nil }
                var csv = CSVWriter()
                if isFirst { csv.line(EventExport.columns) }
                isFirst = false
                let start: SQL = last.map { "AND id > \($0)" } ?? ""
                let events = try await database.rows(
                    """
                    SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail
                    FROM security_event WHERE \(span) \(start) ORDER BY id LIMIT \(EventExport.pageSize)
                    """
                ).map(RecordedEvent.init)
                for event in events { csv.line(event.csvFields) }
                last = events.last?.id
                isOver = events.count < EventExport.pageSize
                return csv.takeBytes()
            }
        }
    }
}

extension RecordedEvent {
    fileprivate var csvFields: [String] {
        [
            id.description, at.iso8601, type, severity.rawValue, userID?.description ?? "",
            sessionID?.description ?? "",
            ip ?? "", userAgent, requestID, detailJSON,
        ]
    }
}
