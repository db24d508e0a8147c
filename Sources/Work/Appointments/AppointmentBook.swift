package import Accounts
package import CRM
package import Core
package import Storage

/// The appointments and showings of the brokerage.
///
/// One with clients is seen and changed by whoever reaches one of them, who is shown those that they reach; one without by its attendees, whoever
/// made it, owner and admin.
package struct AppointmentBook: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer
    let settings: UserSettings

    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>, settings: UserSettings) {
        self.database = database
        self.world = world
        self.settings = settings
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a request for an appointment ended.
    package enum Outcome: Sendable, Hashable {
        case done(Appointment)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
    }

    /// One appointment.
    package func get(_ scope: Scope, _ id: AppointmentID) async throws -> Outcome {
        try await database.read { session in
            try AppointmentTable.appointment(id, for: scope, in: session).map { .done($0) } ?? .notFound
        }
    }

    /// Makes an appointment; the timelines of its clients tell it.
    package func create(_ scope: Scope, _ patch: AppointmentPatch) async throws -> Outcome {
        let (now, id, settings, world) = (world.now(), world.identifier(AppointmentID.self), settings, world)
        return try await database.transaction { session in
            let home = try settings.zone(of: scope.userID, in: session)
            let today = home.day(now)
            var check = FieldCheck()
            let blank = Appointment(id, .days(today, today), by: scope.userID, at: now)
            var made = blank.applying(patch, home: home, isNew: true, &check)
            try Self.checkListing(of: made, since: nil, &check, in: session)
            let people = try People(scope, patch, of: made, linked: [], &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            made.attendees = people.attendees
            try AppointmentTable.insert(made, in: session)
            try Happening(.appointmentCreated, id, version: made.version, at: now).tell(in: session)
            return .done(try Self.write(made, people, by: scope, world, in: session))
        }
    }

    /// Changes what `patch` names. Clients out of the caller's reach stay.
    package func change(
        _ scope: Scope, _ id: AppointmentID, _ patch: AppointmentPatch, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        let (now, settings, world) = (world.now(), settings, world)
        return try await database.transaction { session in
            let home = try settings.zone(of: scope.userID, in: session)
            guard let before = try AppointmentTable.held(id, for: scope, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            var check = FieldCheck()
            var changed = before.applying(patch, home: home, isNew: false, &check)
            try Self.checkListing(of: changed, since: before, &check, in: session)
            let linked = try AppointmentTable.clients(of: id, in: session)
            let people = try People(scope, patch, of: changed, linked: linked, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            changed.attendees = people.attendees
            changed.updatedAt = now
            changed.version += 1
            try AppointmentTable.update(changed, from: before, in: session)
            try Happening(.appointmentUpdated, id, version: changed.version, at: now).tell(in: session)
            return .done(try Self.write(changed, people, by: scope, world, in: session))
        }
    }

    /// Removes an appointment, and what timelines tell of it.
    package func remove(
        _ scope: Scope, _ id: AppointmentID, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        let (now, world) = (world.now(), world)
        return try await database.transaction { session in
            guard var appointment = try AppointmentTable.held(id, for: scope, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(appointment.version) { return .versionMismatch }
            try AppointmentTable.remove(id, at: now, in: session)
            try Happening(.appointmentDeleted, id, version: appointment.version, at: now).tell(in: session)
            appointment.updatedAt = now
            try Self.tell(appointment, on: [], by: scope, world, in: session)
            return .done(appointment)
        }
    }

    private static func checkListing(
        of appointment: Appointment, since before: Appointment?, _ check: inout FieldCheck, in session: any SQLSession
    ) throws {
        guard let listing = appointment.listingID, listing != before?.listingID,
            try !ListingTable.has(listing, in: session)
        else { return }
        check.refuse("listingId", .unknownChoice, "There is no such listing.")
    }

    /// Writes the people and the timelines, and returns the appointment as the caller sees it, who may have taken off the last client that they reach.
    private static func write(
        _ appointment: Appointment, _ people: People, by scope: Scope, _ world: World, in session: any SQLSession
    ) throws -> Appointment {
        try AppointmentTable.setAttendees(of: appointment, in: session)
        try AppointmentTable.changeClients(of: appointment.id, without: people.gone, with: people.new, in: session)
        try tell(appointment, on: people.clients, by: scope, world, in: session)
        return try AppointmentTable.withPeople([appointment], for: scope, in: session).first ?? appointment
    }

    private static func tell(
        _ appointment: Appointment, on clients: [ClientID], by scope: Scope, _ world: World,
        in session: any SQLSession
    ) throws {
        // The client of the entry is that of each timeline on which it is told.
        let entry = TimelineEntry(
            appointment.kind == .showing ? .showing : .appointment, of: ClientID(high: 0, low: 0),
            id: world.identifier(), at: appointment.time.shownAt, by: appointment.createdBy, body: appointment.title,
            detail: appointment.detail, now: appointment.updatedAt
        ).about(appointment.id)
        try TimelineTable.settle(
            entry, on: clients, by: scope.userID, newID: { world.identifier() }, in: session)
    }
}

/// Whom an appointment is with, after a change.
private struct People {
    /// All clients, those out of the caller's reach too.
    let clients: [ClientID]
    /// What is to be put on the appointment, and to be taken off.
    let new: [ClientID]
    let gone: [ClientID]
    let attendees: [AccountID]

    /// The people after `patch`, with everything that is wrong with them. Whoever is named is held. Whether an attendee exists is not told apart from
    /// whether they reach the clients.
    init(
        _ scope: Scope, _ patch: AppointmentPatch, of appointment: Appointment, linked: [ClientID],
        _ check: inout FieldCheck, in session: any SQLSession
    ) throws {
        let known = appointment.guests.map(\.id)
        var wanted = known
        if case .set(let named) = patch.clients {
            wanted = []
            for (index, id) in check.capped(named, "clients", Appointment.mostGuests).enumerated() {
                guard let client = try ClientAlias.held(id, for: scope, in: session) else {
                    check.refuse(
                        "clients[\(index)]", .unknownClient, "There is no such client, or you may not see it.")
                    continue
                }
                if !wanted.contains(client.id) { wanted.append(client.id) }
            }
        }
        if case .clear = patch.clients { wanted = [] }
        new = wanted.filter { !linked.contains($0) }
        gone = known.filter { !wanted.contains($0) }
        let left = gone
        clients = linked.filter { !left.contains($0) } + new
        var attending = appointment.attendees
        if case .clear = patch.attendees { attending = [] }
        if case .set(let named) = patch.attendees {
            attending = []
            for id in check.capped(named, "attendees", Appointment.mostAttendees) where !attending.contains(id) {
                attending.append(id)
            }
        }
        attendees = attending
        // Somebody who attended before stays, whatever became of their reach.
        let asked = attending.enumerated().filter { _, id in
            id != scope.userID && (!appointment.attendees.contains(id) || !new.isEmpty)
        }
        guard !asked.isEmpty else { return }
        if scope.role == .lender, clients.isEmpty {
            check.refuse("attendees", .notPermitted, "Without a client you can only attend yourself.")
            return
        }
        let fit = try Self.fit(asked.map(\.element), clients, in: session)
        for (index, id) in asked where !fit.contains(id) {
            check.refuse(
                "attendees[\(index)]", .unknownAccount,
                clients.isEmpty
                    ? "There is no active user with this identity."
                    : "There is no active user with this identity who works with these clients. Share them first.")
        }
    }

    private static func fit(
        _ users: [AccountID], _ clients: [ClientID], in session: any SQLSession
    ) throws -> Set<AccountID> {
        let list = users.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
        let reach: [SQL] = ["account.status = 'active'"] + clients.map { ClientVisibility.isReached($0) }
        return Set(
            try session.rows(
                """
                SELECT id FROM account WHERE id IN (\(list)) AND \(reach.joined(separator: " AND ")) ORDER BY id \(.forShare)
                """
            ).map { try $0.get("id") })
    }
}
