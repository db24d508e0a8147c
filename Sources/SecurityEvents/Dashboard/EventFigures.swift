package import Core
package import Storage

/// What the dashboard says about a span of time, as far as the security log tells.
package struct EventFigures: Sendable, Hashable {
    /// Sessions that were opened.
    package var successfulLogins: Int64 = 0
    /// Sign-ins that were refused, those included that were not read because of a lock.
    package var failedLogins: Int64 = 0
    package var accountLockouts: Int64 = 0
    package var tokenRefreshes: Int64 = 0
    package var tokenTheftDetections: Int64 = 0
    package var geoAnomalies: Int64 = 0

    package init() {}

    /// Sign-ins that came to an end, well or badly.
    package var loginAttempts: Int64 { successfulLogins + failedLogins }

    /// The types that a figure is made of.
    static let types: [EventType] = [
        .loginSuccess, .loginFailed, .lockoutAttemptWhileLocked, .accountLocked, .tokenRefresh, .tokenTheftDetected,
        .geoAnomalyDetected,
    ]

    mutating func add(_ events: Int64, of type: EventType) {
        switch type {
        case .loginSuccess: successfulLogins += events
        case .loginFailed, .lockoutAttemptWhileLocked: failedLogins += events
        case .accountLocked: accountLockouts += events
        case .tokenRefresh: tokenRefreshes += events
        case .tokenTheftDetected: tokenTheftDetections += events
        case .geoAnomalyDetected: geoAnomalies += events
        default: break
        }
    }
}

/// One point of the dashboard's series.
package struct EventFiguresPoint: Sendable, Hashable {
    package let start: Timestamp
    package var figures = EventFigures()
}

/// Reads the figures that ``EventRollup`` keeps. What is not sealed yet is not in them: a matter of a second or two.
package struct EventFigureReader: Sendable {
    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// The series of `window` up to `now`, from the oldest point: one query over at most 24 rows for each type and day, however
    /// large the log is.
    package func series(_ window: DashboardWindow, now: Timestamp) async throws -> [EventFiguresPoint] {
        var points = window.starts(at: now).map { EventFiguresPoint(start: $0) }
        guard let from = points.first?.start, let last = points.last?.start else { return [] }
        let types = EventFigures.types.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")
        let rows = try await database.rows(
            """
            SELECT type, (hour - \(from)) / \(window.step.milliseconds) AS place, CAST(SUM(events) AS BIGINT) AS events
            FROM event_hour
            WHERE type IN (\(types)) AND hour >= \(from) AND hour < \(last + window.step)
            GROUP BY 1, 2
            """)
        for row in rows {
            let place: Int = try row.get("place")
            guard points.indices.contains(place), let type = EventType(rawValue: try row.get("type")) else { continue }
            points[place].figures.add(try row.get("events"), of: type)
        }
        return points
    }

    /// How many events of each type were ever sealed; a name stays when the catalogue drops it.
    package func totals() async throws -> [String: Int64] {
        let rows = try await database.rows("SELECT type, events FROM event_total")
        return try Dictionary(
            rows.map { (try $0.get("type"), try $0.get("events")) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Sequence<EventFiguresPoint> {
    /// The figures of all points together.
    package func total() -> EventFigures {
        reduce(into: EventFigures()) { total, point in
            total.successfulLogins += point.figures.successfulLogins
            total.failedLogins += point.figures.failedLogins
            total.accountLockouts += point.figures.accountLockouts
            total.tokenRefreshes += point.figures.tokenRefreshes
            total.tokenTheftDetections += point.figures.tokenTheftDetections
            total.geoAnomalies += point.figures.geoAnomalies
        }
    }
}
