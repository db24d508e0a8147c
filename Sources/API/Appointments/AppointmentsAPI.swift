import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// Appointments and showings: `/v1/appointments`.
package struct AppointmentsAPI: Sendable {
    private let appointments: AppointmentBook

    package init(appointments: AppointmentBook) {
        self.appointments = appointments
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listAppointments", .get, "/v1/appointments", limit: .api, .signedIn(list), keys: .workRead)
                .query(
                    .optional("client", .identifier), .optional("attendee", .identifier),
                    .optional("listing", .identifier), .optional("from", .text),
                    .optional("to", .text), .optional("limit", .integer), .optional("cursor", .text)
                )
                .answers(.json(.page(of: .appointment)))
                .refuses(.invalidCursor),
            Route("createAppointment", .post, "/v1/appointments", limit: .api, .signedIn(create), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.appointment, .created)),
            Route("getAppointment", .get, "/v1/appointments/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.appointment)),
            Route(
                "changeAppointment", .patch, "/v1/appointments/{id}", limit: .api, .signedIn(change), keys: .workWrite
            )
            .reads(Self.fields)
            .answers(.json(.appointment))
            .refuses(.versionMismatch),
            Route(
                "removeAppointment", .delete, "/v1/appointments/{id}", limit: .api, .signedIn(remove), keys: .workWrite
            )
            .answers(.noContent)
            .refuses(.versionMismatch),
        ]
    }

    private static let fields: [RouteField] = [
        .optional("kind", .text), .optional("title", .text), .optional("note", .text), .optional("startDay", .text),
        .optional("endDay", .text), .optional("startTime", .text), .optional("endTime", .text),
        .optional("timeZone", .text), .optional("location", .text), .optional("type", .text),
        .optional("outcome", .text),
        .optional(
            "feedback",
            .object(
                JSONShape("AppointmentFeedbackDraft", [.optional("text", .text), .optional("rating", .integer)]))),
        .optional("reminderMinutes", .integer), .optional("listingId", .identifier),
        .optional("clients", .list(.identifier)),
        .optional("attendees", .list(.identifier)),
    ]

    /// `GET /v1/appointments`: what the caller sees, the earliest first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = AppointmentQuery()
        query.client = fields.identifier("client", ClientID.self)
        query.attendee = fields.identifier("attendee", AccountID.self)
        query.listing = fields.identifier("listing", ListingID.self)
        query.from = Self.day("from", &fields)
        query.to = Self.day("to", &fields)
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await appointments.list(signedIn.scope, query) {
        case .page(let items, let next): return ClientsAPI.page(items, next)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    private static func day(_ name: String, _ fields: inout QueryFields) -> CalendarDay? {
        guard let text = fields.text(name) else { return nil }
        if let day = CalendarDay(text) { return day }
        fields.refuse(name, "invalid_date", "This must be a day such as 2026-01-31.")
        return nil
    }

    /// `POST /v1/appointments` `{title, kind?, startTime + endTime? + timeZone? | startDay + endDay?, clients?, attendees?, …}`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let patch = try await signedIn.call.decode(AppointmentPatch.self)
        return try Self.answer(try await appointments.create(signedIn.scope, patch), .created)
    }

    /// `GET /v1/appointments/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(AppointmentID.self)
        return try Self.answer(try await appointments.get(signedIn.scope, id))
    }

    /// `PATCH /v1/appointments/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(AppointmentID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let patch = try await signedIn.call.decode(AppointmentPatch.self)
        return try Self.answer(
            try await appointments.change(signedIn.scope, id, patch, expectedVersions: versions))
    }

    /// `DELETE /v1/appointments/{id}`. With `If-Match` only that version.
    @Sendable private func remove(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(AppointmentID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        _ = try Self.answer(try await appointments.remove(signedIn.scope, id, expectedVersions: versions))
        return Response(status: .noContent)
    }

    private static func answer(
        _ outcome: AppointmentBook.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let appointment):
            var response = Response.json(status, capacity: 1024) { appointment.write(to: &$0) }
            response.headers[.eTag] = "\"\(appointment.version)\""
            if status == .created { response.headers[.location] = "/v1/appointments/\(appointment.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        }
    }
}

extension JSONShape {
    /// An appointment.
    static let appointment = JSONShape(
        "Appointment",
        [
            .required("id", .identifier), .required("kind", .choice(Appointment.Kind.self)),
            .required("title", .text), .required("note", .text), .nullable("startDay", .text),
            .nullable("endDay", .text), .nullable("startTime", .text), .nullable("endTime", .text),
            .nullable("timeZone", .text), .nullable("startAt", .moment), .nullable("endAt", .moment),
            .required("location", .text), .required("type", .text), .required("outcome", .text),
            .nullable(
                "feedback",
                .object(
                    JSONShape("AppointmentFeedback", [.required("text", .text), .nullable("rating", .integer)]))),
            .nullable("reminderMinutes", .integer), .nullable("listingId", .identifier),
            .required(
                "clients",
                .list(JSONShape("AppointmentClient", [.required("id", .identifier), .required("name", .text)]))),
            .required("attendees", .list(.identifier)), .required("createdBy", .identifier),
            .required("createdAt", .moment), .required("updatedAt", .moment), .required("version", .integer),
        ])
}
