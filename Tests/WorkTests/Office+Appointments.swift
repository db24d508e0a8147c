import Accounts
import CRM
import Core
import Storage
import TestSupport

@testable import Work

extension Office {
    var appointments: AppointmentBook {
        AppointmentBook(database: database, world: time.world, cursorKey: Office.cursorKey, settings: settings)
    }

    /// Makes an appointment that must be accepted.
    @discardableResult
    func appointment(
        _ scope: Scope, _ title: String = "Meeting", with clients: [ClientID] = [], at start: String,
        _ change: (inout AppointmentPatch) -> Void = { _ in }
    ) async throws -> Appointment {
        try appointment(await appointments.create(scope, Self.patch(title, with: clients, at: start, change)))
    }

    /// An appointment at that time, or on that day.
    static func patch(
        _ title: String = "Meeting", with clients: [ClientID] = [], at start: String,
        _ change: (inout AppointmentPatch) -> Void = { _ in }
    ) -> AppointmentPatch {
        var patch = AppointmentPatch()
        patch.title = .set(title)
        if !clients.isEmpty { patch.clients = .set(clients) }
        if start.contains("T") { patch.startTime = .set(start) } else { patch.startDay = .set(start) }
        change(&patch)
        return patch
    }

    /// The appointment of an outcome that must be one.
    func appointment(_ outcome: AppointmentBook.Outcome) throws -> Appointment {
        guard case .done(let appointment) = outcome else { throw Unexpected() }
        return appointment
    }

    /// The titles of the appointments that somebody sees in a list, in its order.
    func titles(_ scope: Scope, _ change: (inout AppointmentQuery) -> Void = { _ in }) async throws -> [String] {
        var query = AppointmentQuery()
        change(&query)
        guard case .page(let json, _) = try await appointments.list(scope, query) else { throw Unexpected() }
        return try JSONNames.read(json, "title")
    }

    /// The fields that were refused, with their codes.
    func refused(_ outcome: AppointmentBook.Outcome) -> [String] {
        guard case .invalid(let problems) = outcome else { return [] }
        return problems.map { "\($0.field) \($0.code.rawValue)" }
    }

    /// What the timeline of a client tells of appointments.
    func told(_ client: ClientID) async throws -> [String] {
        try await database.rows(
            """
            SELECT kind, body FROM timeline_entry WHERE client_id = \(client) AND deleted_at IS NULL ORDER BY at, body
            """
        ).map { "\(try $0.get("kind", as: String.self)) \(try $0.get("body", as: String.self))" }
    }
}
