package import Core
package import Storage

/// Which events a reader may see at all.
package enum EventAudience: Sendable, Hashable {
    /// Their own.
    case person(AccountID)
    /// Everybody's: owner and admin.
    case everything
}

/// What a reader of the log asks for. `nil` asks for all.
package struct EventQuery: Sendable, Hashable {
    package var type: EventType?
    package var severity: EventSeverity?
    package var userID: AccountID?
    package var ip: IPAddress?
    /// Not before this moment.
    package var from: Timestamp?
    /// Before this moment.
    package var to: Timestamp?
    /// Events older than this one: where the last page ended.
    package var before: EventID?
    /// How many at most; 1 to 100.
    package var limit = 20

    package init() {}
}

/// An event as it is read back.
package struct RecordedEvent: Sendable, Hashable {
    package let id: EventID
    /// The stored name; kept as text so that a log outlives the catalogue that wrote it.
    package let type: String
    package let at: Timestamp
    package let userID: AccountID?
    package let sessionID: SessionID?
    package let ip: String?
    package let userAgent: String
    package let requestID: String
    /// A JSON object of strings.
    package let detailJSON: String

    /// How loud the event is; `info` for a name that this program no longer knows.
    package var severity: EventSeverity { EventType(rawValue: type)?.severity ?? .info }
}

/// Reads the security log.
package struct EventLog: Sendable {
    let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Whatever the catalogue does not show to people stays hidden, names that it no longer has included.
    private static let shownToPeople = EventType.allCases.filter { $0.facts.visibility == .concerned }

    /// The events that `audience` may see and `query` asks for, newest first, in one query along an index, however long the log is.
    ///
    /// A person who asks for somebody else's events gets their own intersection with them: none.
    package func events(for audience: EventAudience, matching query: EventQuery) async throws -> [RecordedEvent] {
        guard let statement = Self.statement(for: audience, matching: query) else { return [] }
        return try await database.rows(statement).map(RecordedEvent.init)
    }

    /// The query; `nil` when nothing can match.
    package static func statement(for audience: EventAudience, matching query: EventQuery) -> SQL? {
        var conditions: [SQL] = EventSpan(from: query.from, to: query.to).conditions
        var isNarrow = query.userID != nil || query.ip != nil
        if let user = query.userID { conditions.append("user_id = \(user)") }
        if let ip = query.ip { conditions.append("ip = \(ip.description)") }
        if let before = query.before { conditions.append("id < \(before)") }
        if case .person(let id) = audience {
            conditions += ["user_id = \(id)", among(shownToPeople)]
            isNarrow = true
        }
        var types = query.type.map { [$0] }
        if let severity = query.severity {
            types = (types ?? EventType.allCases).filter { $0.severity == severity }
        }
        guard let types else { return page(conditions, query.limit) }
        guard !types.isEmpty else { return nil }
        if isNarrow { return page(conditions + [among(types)], query.limit) }
        // The newest of each type, and of those the newest: to read the types together would be to sort all that there are.
        let pages = types.map { type in
            "SELECT \(columns) FROM (\(page(conditions + ["type = \(type.rawValue)"], query.limit))) AS page" as SQL
        }
        return pages.joined(separator: " UNION ALL ") + " ORDER BY id DESC LIMIT \(query.limit)"
    }

    /// A condition on the type that leaves the index by type out of it: the one of the person or the address is the narrow one.
    private static func among(_ types: [EventType]) -> SQL {
        "type || '' IN (\(types.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")))"
    }

    private static let columns: SQL = "id, type, at, user_id, session_id, ip, user_agent, request_id, detail"

    private static func page(_ conditions: [SQL], _ limit: Int) -> SQL {
        let filter: SQL = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return "SELECT \(columns) FROM security_event \(filter) ORDER BY id DESC LIMIT \(limit)"
    }
}

extension RecordedEvent {
    /// An event out of a row with all of its columns.
    package init(_ row: Row) throws {
        id = try row.get("id")
        type = try row.get("type")
        at = try row.get("at")
        userID = try row.optional("user_id")
        sessionID = try row.optional("session_id")
        ip = try row.optional("ip")
        userAgent = try row.get("user_agent")
        requestID = try row.get("request_id")
        detailJSON = try row.get("detail")
    }
}
