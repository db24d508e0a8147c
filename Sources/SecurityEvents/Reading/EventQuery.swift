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

    package init(
        id: EventID, type: String, at: Timestamp, userID: AccountID?, sessionID: SessionID?, ip: String?,
        userAgent: String, requestID: String, detailJSON: String
    ) {
        self.id = id
        self.type = type
        self.at = at
        self.userID = userID
        self.sessionID = sessionID
        self.ip = ip
        self.userAgent = userAgent
        self.requestID = requestID
        self.detailJSON = detailJSON
    }

    /// How loud the event is; `info` for a name that this program no longer knows.
    package var severity: EventSeverity { EventType(rawValue: type)?.severity ?? .info }
}

/// Reads the security log.
package struct EventLog: Sendable {
    let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Whatever the catalogue does not show to people stays hidden, names that it no longer has included. The empty text keeps the
    /// index by type out of it: the person's own index is the narrow one.
    private static let shownToPeople: SQL = {
        let names = EventType.allCases.filter { $0.facts.visibility == .concerned }.map { "\($0.rawValue)" as SQL }
        return "type || '' IN (\(names.joined(separator: ", ")))"
    }()

    /// The events that `audience` may see and `query` asks for, newest first, in one query.
    ///
    /// A person who asks for somebody else's events gets their own intersection with them: none.
    package func events(for audience: EventAudience, matching query: EventQuery) async throws -> [RecordedEvent] {
        var conditions: [SQL] = []
        if case .person(let id) = audience { conditions += ["user_id = \(id)", Self.shownToPeople] }
        if let type = query.type { conditions.append("type = \(type.rawValue)") }
        if let severity = query.severity {
            let names = EventType.allCases.filter { $0.severity == severity }.map { "\($0.rawValue)" as SQL }
            conditions.append("type IN (\(names.joined(separator: ", ")))")
        }
        if let user = query.userID { conditions.append("user_id = \(user)") }
        if let ip = query.ip { conditions.append("ip = \(ip.description)") }
        if let from = query.from { conditions.append("at >= \(from)") }
        if let to = query.to { conditions.append("at < \(to)") }
        if let before = query.before { conditions.append("id < \(before)") }
        let filter: SQL = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return try await database.rows(
            """
            SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail
            FROM security_event \(filter) ORDER BY id DESC LIMIT \(query.limit)
            """
        ).map(RecordedEvent.init)
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
