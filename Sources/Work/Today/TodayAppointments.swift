import Accounts
import Core
import Storage

/// The appointments of the day that the caller attends.
struct TodayAppointments: TodayPart {
    let member: StaticString = "appointments"
    let most = 50

    /// None begins earlier than ``AppointmentTime/longest`` days before it ends, so that a piece of the index is enough.
    func statement(for reader: TodayReader) -> SQL? {
        let (today, zone) = (reader.clock.today, reader.clock.zone)
        let day = Int64(today.number) * 86_400_000
        let first = day - Int64(AppointmentTime.longest + 2) * 86_400_000
        return """
            SELECT \(AppointmentTable.columns) FROM appointment_attendee AS mine CROSS JOIN appointment
            WHERE mine.user_id = \(reader.scope.userID) AND mine.start_order >= \(first)
                AND mine.start_order < \(day + 3 * 86_400_000) AND appointment.id = mine.appointment_id
                AND \(AppointmentListRows.ends(onOrAfter: today, in: zone))
                AND \(AppointmentListRows.begins(onOrBefore: today, in: zone))
                AND \(AppointmentTable.isSeen(by: reader.scope))
            ORDER BY mine.start_order, mine.appointment_id \(.limit(most + 1))
            """
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        let appointments = try rows.map { try Appointment($0) }
        for appointment in try AppointmentTable.withPeople(appointments, for: reader.scope, in: session) {
            appointment.write(to: &list)
        }
    }
}
