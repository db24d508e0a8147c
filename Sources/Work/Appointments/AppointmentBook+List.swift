package import Accounts
package import CRM
package import Core
import Storage

/// Which appointments are asked for.
package struct AppointmentQuery: Sendable, Hashable {
    package var client: ClientID?
    package var attendee: AccountID?
    /// The showings of a listing.
    package var listing: ListingID?
    /// From this day on, as the caller's clock has it.
    package var from: CalendarDay?
    /// Up to this day.
    package var to: CalendarDay?
    package var limit = 50
    package var cursor: String?

    package init() {}
}

/// How a request for a list of appointments ended.
package enum AppointmentListOutcome: Sendable {
    /// The appointments, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case invalidCursor
}

extension AppointmentBook {
    /// A page of the appointments that the caller sees, the earliest first.
    package func list(_ scope: Scope, _ query: AppointmentQuery) async throws -> AppointmentListOutcome {
        let binding = CursorBinding(
            list: "appointments", reader: scope.userID,
            facts: [
                query.client?.description, query.attendee?.description, query.listing?.description, query.from?.text,
                query.to?.text,
            ])
        var position: [SQLValue]?
        if let cursor = query.cursor {
            guard let opened = cursors.open(cursor, for: binding), opened.count == 2 else { return .invalidCursor }
            position = opened
        }
        let (settings, start) = (settings, position)
        let (page, isLast, key) = try await database.read { session in
            let zone = try settings.zone(of: scope.userID, in: session)
            let rows = try session.rows(AppointmentListRows(scope, query, zone, after: start).statement)
            let shown = try rows.prefix(query.limit).map { try Appointment($0) }
            return (
                try AppointmentTable.withPeople(shown, for: scope, in: session), rows.count <= query.limit,
                shown.last?.time.order.start ?? 0
            )
        }
        var json = JSONWriter(capacity: page.count * 768)
        page.forEach { $0.write(to: &json) }
        guard !isLast, let last = page.last else { return .page(json, nextCursor: nil) }
        return .page(json, nextCursor: cursors.seal([.integer(key), last.id.sqlValue], for: binding))
    }
}

/// The statement of a list of appointments.
struct AppointmentListRows {
    private let scope: Scope
    private let query: AppointmentQuery
    private let zone: Zone
    private let position: [SQLValue]?

    init(_ scope: Scope, _ query: AppointmentQuery, _ zone: Zone, after position: [SQLValue]? = nil) {
        self.scope = scope
        self.query = query
        self.zone = zone
        self.position = position
    }

    var statement: SQL {
        var conditions: [SQL] = [AppointmentTable.isSeen(by: scope)]
        if let from = query.from { conditions.append(Self.ends(onOrAfter: from, in: zone)) }
        if let to = query.to { conditions.append(Self.begins(onOrBefore: to, in: zone)) }
        if let position {
            conditions.append("(appointment.start_order, appointment.id) > (\(position[0]), \(position[1]))")
        }
        if let listing = query.listing { conditions.append("appointment.listing_id = \(listing)") }
        if let ids { conditions.append("appointment.id IN (\(ids))") }
        return """
            SELECT \(AppointmentTable.columns) FROM appointment WHERE \(conditions.joined(separator: " AND "))
            ORDER BY appointment.start_order, appointment.id \(.limit(query.limit + 1))
            """
    }

    /// Those among which is sought: the client's, the attendee's, or what belongs to the reader or their clients. `nil` for all.
    private var ids: SQL? {
        var parts: [SQL] = []
        if let client = query.client {
            parts.append(
                "SELECT appointment_id FROM appointment_client WHERE client_id = \(ClientAlias.target(of: client))")
        }
        if let user = query.attendee {
            parts.append("SELECT appointment_id FROM appointment_attendee WHERE user_id = \(user)")
        }
        if !parts.isEmpty { return parts.joined(separator: " INTERSECT ") }
        if query.listing != nil { return nil }
        if scope.role.seesEverything { return nil }
        return """
            SELECT appointment_id FROM appointment_attendee WHERE user_id = \(scope.userID)
            UNION SELECT id FROM appointment WHERE created_by = \(scope.userID) AND deleted_at IS NULL
            UNION SELECT link.appointment_id FROM client_reader AS reader
                CROSS JOIN appointment_client AS link
                WHERE reader.user_id = \(scope.userID) AND link.client_id = reader.client_id
            """
    }

    /// The first parts find it along an index of the order, the second are exact.
    static func ends(onOrAfter day: CalendarDay, in zone: Zone) -> SQL {
        let begin = zone.moment(LocalTime(day))
        let order = min(Int64(day.number) * 86_400_000, begin.milliseconds - TaskClock.farthest)
        return """
            appointment.end_order >= \(order) AND (appointment.end_day >= \(day) OR appointment.end_at > \(begin)
                OR (appointment.end_at = \(begin) AND appointment.start_at = \(begin)))
            """
    }

    static func begins(onOrBefore day: CalendarDay, in zone: Zone) -> SQL {
        let end = zone.moment(LocalTime(day.adding(1)))
        let order = max(Int64(day.number + 1) * 86_400_000, end.milliseconds + TaskClock.farthest)
        return """
            appointment.start_order < \(order)
                AND (appointment.start_day <= \(day) OR appointment.start_at < \(end))
            """
    }
}
