import Accounts
import CRM
import Core
import Storage

/// What becomes of appointments when clients become one, are erased or change hands.
struct AppointmentsOfClients: ClientDependent {
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE appointment_client SET client_id = \(winner) WHERE client_id = \(loser)")
    }

    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws {
        let list = ([loser] + others).map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            UPDATE appointment_client SET client_id = \(loser)
            WHERE client_id = \(winner) AND first_client_id IN (\(list))
            """)
    }

    /// An appointment with nobody else goes with the client; its title says whom it was with.
    func erase(_ clients: [ClientID], in session: any SQLSession) throws {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            """
            DELETE FROM appointment
            WHERE id IN (SELECT appointment_id FROM appointment_client WHERE client_id IN (\(list)))
                AND NOT EXISTS (SELECT 1 FROM appointment_client AS other
                    WHERE other.appointment_id = appointment.id AND other.client_id NOT IN (\(list)))
            """)
    }

    /// That somebody has attended is no reason to keep their account.
    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool { false }

    /// What is still to come is the successor's; what was stays as it was.
    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws {
        let order = now.milliseconds - TaskClock.farthest
        try session.run(
            """
            INSERT INTO appointment_attendee (appointment_id, user_id, start_order, end_order)
            SELECT appointment_id, \(successor), start_order, end_order FROM appointment_attendee
            WHERE user_id = \(leaver) AND end_order > \(order)
            ON CONFLICT (appointment_id, user_id) DO NOTHING
            """)
        try session.run("DELETE FROM appointment_attendee WHERE user_id = \(leaver) AND end_order > \(order)")
    }
}
