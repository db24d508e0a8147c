import Accounts
import CRM
import Core
import Storage

/// The rows of appointments and of their people.
enum AppointmentTable {
    static let migration = Migration(
        177, "appointments",
        [
            """
            CREATE TABLE appointment (
                id \(.identifier) PRIMARY KEY,
                kind TEXT NOT NULL,
                title TEXT NOT NULL,
                note TEXT NOT NULL,
                location TEXT NOT NULL,
                type TEXT NOT NULL,
                outcome TEXT NOT NULL,
                feedback_text TEXT,
                feedback_rating BIGINT,
                start_day BIGINT,
                end_day BIGINT,
                start_time BIGINT,
                end_time BIGINT,
                time_zone TEXT,
                start_at BIGINT,
                end_at BIGINT,
                start_order BIGINT NOT NULL,
                end_order BIGINT NOT NULL,
                reminder_minutes BIGINT,
                remind_at BIGINT,
                reminded_at BIGINT,
                created_by \(.identifier) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT,
                version BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE appointment_client (
                appointment_id \(.identifier) NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                PRIMARY KEY (appointment_id, first_client_id)
            )
            """,
            """
            CREATE TABLE appointment_attendee (
                appointment_id \(.identifier) NOT NULL REFERENCES appointment (id) ON DELETE CASCADE,
                user_id \(.identifier) NOT NULL,
                start_order BIGINT NOT NULL,
                end_order BIGINT NOT NULL,
                PRIMARY KEY (appointment_id, user_id)
            )
            """,
            "CREATE INDEX appointment_by_start ON appointment (start_order, id) WHERE deleted_at IS NULL",
            "CREATE INDEX appointment_by_creator ON appointment (created_by, start_order, id) WHERE deleted_at IS NULL",
            "CREATE INDEX appointment_client_by_client ON appointment_client (client_id, appointment_id)",
            """
            CREATE INDEX appointment_attendee_by_user
                ON appointment_attendee (user_id, start_order, appointment_id, end_order)
            """,
            """
            CREATE INDEX appointment_to_remind ON appointment (remind_at)
                WHERE remind_at IS NOT NULL AND reminded_at IS NULL
            """,
        ])

    /// The showings of a listing, with what clients said of it, are found along its own index.
    static let listingMigration = Migration(
        182, "listings of showings",
        [
            "ALTER TABLE appointment ADD COLUMN listing_id \(.identifier)",
            """
            CREATE INDEX appointment_by_listing ON appointment (listing_id, start_order, id)
                WHERE listing_id IS NOT NULL AND deleted_at IS NULL
            """,
        ])

    static let columns: SQL = """
        appointment.id, appointment.kind, appointment.title, appointment.note, appointment.location, appointment.type,
            appointment.outcome, appointment.feedback_text, appointment.feedback_rating, appointment.start_day,
            appointment.end_day, appointment.start_time, appointment.end_time, appointment.time_zone,
            appointment.reminder_minutes, appointment.created_by, appointment.created_at, appointment.updated_at,
            appointment.version, appointment.start_order, appointment.listing_id
        """

    /// Which rows `scope` sees: those with a client within reach, and of those without clients one's own.
    static func isSeen(by scope: Scope) -> SQL {
        let own: SQL =
            scope.role.seesEverything
            ? "1 = 1"
            : """
            (appointment.created_by = \(scope.userID) OR EXISTS (SELECT 1 FROM appointment_attendee AS own
                WHERE own.appointment_id = appointment.id AND own.user_id = \(scope.userID)))
            """
        return """
            appointment.deleted_at IS NULL AND (
                EXISTS (SELECT 1 FROM appointment_client AS link JOIN client ON client.id = link.client_id
                    WHERE link.appointment_id = appointment.id AND \(ClientVisibility(scope).ofOne))
                OR (\(own) AND NOT EXISTS (SELECT 1 FROM appointment_client AS link
                    WHERE link.appointment_id = appointment.id)))
            """
    }

    static func appointment(_ id: AppointmentID, for scope: Scope, in session: any SQLSession) throws -> Appointment? {
        let rows = try session.rows(
            "SELECT \(columns) FROM appointment WHERE appointment.id = \(id) AND \(isSeen(by: scope))")
        return try withPeople(rows.map { try Appointment($0) }, for: scope, in: session).first
    }

    /// The appointment, held until the transaction ends, and its clients before it: a merge, too, takes the clients first.
    static func held(_ id: AppointmentID, for scope: Scope, in session: any SQLSession) throws -> Appointment? {
        let seen = try session.row(
            "SELECT 1 AS one FROM appointment WHERE appointment.id = \(id) AND \(isSeen(by: scope))")
        guard seen != nil else { return nil }
        _ = try session.rows(
            """
            SELECT client.id FROM client
            WHERE client.id IN (SELECT client_id FROM appointment_client WHERE appointment_id = \(id))
            ORDER BY client.id \(.forUpdate)
            """)
        _ = try session.rows("SELECT id FROM appointment WHERE id = \(id) \(.forUpdate)")
        return try appointment(id, for: scope, in: session)
    }

    /// The appointments with those of their clients that `scope` reaches, and with their attendees.
    static func withPeople(
        _ appointments: [Appointment], for scope: Scope, in session: any SQLSession
    ) throws -> [Appointment] {
        guard !appointments.isEmpty else { return [] }
        let list = appointments.map { "\($0.id)" as SQL }.joined(separator: ", ")
        let found = try session.answers(to: [
            """
            SELECT DISTINCT link.appointment_id, client.id, client.first_name, client.last_name
            FROM appointment_client AS link JOIN client ON client.id = link.client_id
            WHERE link.appointment_id IN (\(list)) AND \(ClientVisibility(scope).ofOne) ORDER BY client.id
            """,
            "SELECT appointment_id, user_id FROM appointment_attendee WHERE appointment_id IN (\(list)) ORDER BY user_id",
        ])
        var guests: [AppointmentID: [Appointment.Guest]] = [:]
        for row in found[0] {
            let names = [try row.get("first_name", as: String.self), try row.get("last_name")]
            guests[try row.get("appointment_id"), default: []].append(
                Appointment.Guest(id: try row.get("id"), name: names.filter { !$0.isEmpty }.joined(separator: " ")))
        }
        var attendees: [AppointmentID: [AccountID]] = [:]
        for row in found[1] { attendees[try row.get("appointment_id"), default: []].append(try row.get("user_id")) }
        return appointments.map { appointment in
            var appointment = appointment
            appointment.guests = guests[appointment.id] ?? []
            appointment.attendees = attendees[appointment.id] ?? []
            return appointment
        }
    }

    static func insert(_ appointment: Appointment, in session: any SQLSession) throws {
        let time = StoredTime(appointment)
        try session.run(
            """
            INSERT INTO appointment (id, kind, title, note, location, type, outcome, feedback_text, feedback_rating,
                start_day, end_day, start_time, end_time, time_zone, start_at, end_at, start_order, end_order,
                reminder_minutes, remind_at, listing_id, created_by, created_at, updated_at, version)
            VALUES (\(appointment.id), \(appointment.kind.rawValue), \(appointment.title), \(appointment.note),
                \(appointment.location), \(appointment.type), \(appointment.outcome), \(appointment.feedback?.text),
                \(appointment.feedback?.rating), \(time.days?.0), \(time.days?.1), \(time.times?.0), \(time.times?.1),
                \(time.zone), \(time.moments?.start), \(time.moments?.end), \(time.order.start), \(time.order.end),
                \(appointment.reminderMinutes), \(appointment.remindAt), \(appointment.listingID), \(appointment.createdBy),
                \(appointment.createdAt), \(appointment.updatedAt), \(appointment.version))
            """)
    }

    /// Writes an appointment that is held. Of a reminder at another time than before it is not known yet that it was sent.
    static func update(_ appointment: Appointment, from before: Appointment, in session: any SQLSession) throws {
        let time = StoredTime(appointment)
        let reminded: SQL = appointment.remindAt == before.remindAt ? "" : "reminded_at = NULL,"
        try session.run(
            """
            UPDATE appointment SET kind = \(appointment.kind.rawValue), title = \(appointment.title),
                note = \(appointment.note), location = \(appointment.location), type = \(appointment.type),
                outcome = \(appointment.outcome), feedback_text = \(appointment.feedback?.text),
                feedback_rating = \(appointment.feedback?.rating), start_day = \(time.days?.0),
                end_day = \(time.days?.1), start_time = \(time.times?.0), end_time = \(time.times?.1),
                time_zone = \(time.zone), start_at = \(time.moments?.start), end_at = \(time.moments?.end),
                start_order = \(time.order.start), end_order = \(time.order.end),
                reminder_minutes = \(appointment.reminderMinutes), remind_at = \(appointment.remindAt), \(reminded)
                listing_id = \(appointment.listingID), updated_at = \(appointment.updatedAt),
                version = \(appointment.version)
            WHERE id = \(appointment.id)
            """)
    }

    static func remove(_ id: AppointmentID, at now: Timestamp, in session: any SQLSession) throws {
        try session.run("UPDATE appointment SET deleted_at = \(now), version = version + 1 WHERE id = \(id)")
    }

    /// Has these attend, and nobody else.
    static func setAttendees(of appointment: Appointment, in session: any SQLSession) throws {
        let order = appointment.time.order
        try session.run("DELETE FROM appointment_attendee WHERE appointment_id = \(appointment.id)")
        try session.insert(
            appointment.attendees.map { "(\(appointment.id), \($0), \(order.start), \(order.end))" },
            into: "appointment_attendee (appointment_id, user_id, start_order, end_order)")
    }

    /// Takes `gone` off the appointment and puts `new` on it.
    static func changeClients(
        of id: AppointmentID, without gone: [ClientID], with new: [ClientID], in session: any SQLSession
    ) throws {
        for client in gone {
            try session.run("DELETE FROM appointment_client WHERE appointment_id = \(id) AND client_id = \(client)")
        }
        for client in new {
            try session.run(
                """
                INSERT INTO appointment_client (appointment_id, first_client_id, client_id)
                VALUES (\(id), \(client), \(client))
                ON CONFLICT (appointment_id, first_client_id) DO UPDATE SET client_id = excluded.client_id
                """)
        }
    }

    /// All clients of an appointment, within reach or not.
    static func clients(of id: AppointmentID, in session: any SQLSession) throws -> [ClientID] {
        try session.rows(
            "SELECT DISTINCT client_id FROM appointment_client WHERE appointment_id = \(id) ORDER BY client_id"
        )
        .map { try $0.get("client_id") }
    }
}

/// How ``AppointmentTime`` lies in its columns.
private struct StoredTime {
    var days: (CalendarDay, CalendarDay)?
    var times: (LocalTime, LocalTime)?
    var zone: String?
    let moments: (start: Timestamp, end: Timestamp)?
    let order: (start: Int64, end: Int64)

    init(_ appointment: Appointment) {
        switch appointment.time {
        case .days(let first, let last): days = (first, last)
        case .times(let start, let end, let zone): (times, self.zone) = ((start, end), zone.name)
        }
        moments = appointment.time.moments
        order = appointment.time.order
    }
}

extension Appointment {
    /// Reads a row of ``AppointmentTable/columns``; the people are read apart.
    init(_ row: Row) throws {
        let time: AppointmentTime
        if let first: CalendarDay = try row.optional("start_day") {
            time = .days(first, try row.get("end_day"))
        } else {
            let zone = Zone(try row.get("time_zone")) ?? .standard
            time = .times(try row.get("start_time"), try row.get("end_time"), zone)
        }
        self.init(try row.get("id"), time, by: try row.get("created_by"), at: try row.get("created_at"))
        kind = Kind(rawValue: try row.get("kind")) ?? .appointment
        title = try row.get("title")
        note = try row.get("note")
        location = try row.get("location")
        type = try row.get("type")
        outcome = try row.get("outcome")
        let (text, rating): (String?, Int?) = (try row.optional("feedback_text"), try row.optional("feedback_rating"))
        if text != nil || rating != nil { feedback = Feedback(text: text, rating: rating) }
        reminderMinutes = try row.optional("reminder_minutes")
        listingID = try row.optional("listing_id")
        attendees = []
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
