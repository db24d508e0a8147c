package import Accounts
import CRM
package import Core
package import Storage

/// Mails that remind of appointments, some minutes before they begin: one to each attendee.
package struct AppointmentReminders: Sendable {
    private let database: any Database
    private let world: World
    private let mailbox: Mailbox

    private static let atOnce = 50
    /// What is late by more than this, because no node was running, is not sent any more.
    private static let patience: Duration = .hours(12)

    package init(database: any Database, world: World, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.mailbox = mailbox
    }

    /// Writes the mails that are due into the outbox. Of several nodes one writes each: whoever marks the appointment in the same transaction.
    package func post(until shouldStop: @Sendable () -> Bool = { false }) async throws {
        guard mailbox.isEnabled else { return }
        while !shouldStop(), try await postSome() == Self.atOnce {}
    }

    private func postSome() async throws -> Int {
        let (now, world, mailbox) = (world.now(), world, mailbox)
        return try await database.transaction { session in
            let due = try session.rows(
                """
                SELECT id FROM appointment
                WHERE remind_at <= \(now) AND remind_at IS NOT NULL AND reminded_at IS NULL
                ORDER BY remind_at \(.limit(Self.atOnce)) \(.forUpdate)
                """
            ).map { try $0.get("id", as: AppointmentID.self) }
            for id in due {
                let isFirst = try session.changes(
                    "UPDATE appointment SET reminded_at = \(now) WHERE id = \(id) AND reminded_at IS NULL")
                guard isFirst > 0 else { continue }
                let attendees = try session.rows(
                    """
                    SELECT \(AccountTable.columns(of: "account")) FROM appointment_attendee AS attendee
                    JOIN account ON account.id = attendee.user_id
                    WHERE attendee.appointment_id = \(id) AND account.status = 'active' ORDER BY account.id
                    """
                ).map { try Account($0) }
                for account in attendees {
                    // Each is told of the clients that they reach, and of nothing when they reach none any more.
                    let reader = Scope(userID: account.id, sessionID: world.identifier(), role: account.role)
                    guard let appointment = try AppointmentTable.appointment(id, for: reader, in: session),
                        let remindAt = appointment.remindAt, remindAt > now - Self.patience
                    else { continue }
                    try mailbox.post(
                        Self.mail(of: appointment, to: account),
                        cause: "appointment_reminder:\(id):\(account.id):\(remindAt.milliseconds)", in: session)
                }
            }
            return due.count
        }
    }

    private static func mail(of appointment: Appointment, to account: Account) -> OutgoingMail {
        var values = ["title": appointment.title, "location": appointment.location]
        values["client"] = appointment.guests.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")
        if case .times(let start, _, let zone) = appointment.time { values["when"] = start.sentence(in: zone) }
        let mail = OutgoingMail(.appointmentReminder, to: account, values: values)
        return appointment.time.moments.map { mail.expiring(at: $0.end) } ?? mail
    }
}
