import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// What happens with clients: `/v1/clients/{id}/timeline` and `/v1/timeline`.
package struct TimelineAPI: Sendable {
    private let timeline: Timeline

    package init(timeline: Timeline) {
        self.timeline = timeline
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route(
                "clientTimeline", .get, "/v1/clients/{id}/timeline", limit: .api, .signedIn(page), keys: .workRead
            )
            .query(
                .optional("kind", .choice(Self.kinds)), .optional("limit", .integer), .optional("cursor", .text)
            )
            .answers(.json(.timeline))
            .refuses(.invalidCursor),
            Route(
                "recordEntry", .post, "/v1/clients/{id}/timeline", limit: .api, .signedIn(record), keys: .workWrite
            )
            .reads([.required("kind", .choice(TimelineDraft.kinds.map(\.rawValue)))] + Self.fields)
            .answers(.json(.timelineEntry, .created)),
            Route("getEntry", .get, "/v1/timeline/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.timelineEntry)),
            Route("changeEntry", .patch, "/v1/timeline/{id}", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.timelineEntry))
                .refuses(.forbidden, .versionMismatch),
            Route("removeEntry", .delete, "/v1/timeline/{id}", limit: .api, .signedIn(remove), keys: .workWrite)
                .answers(.noContent)
                .refuses(.forbidden),
            Route(
                "restoreEntry", .post, "/v1/timeline/{id}/restore", limit: .api, .signedIn(restore), keys: .workWrite
            )
            .reads(orNothing: true)
            .answers(.json(.timelineEntry))
            .refuses(.forbidden),
            Route(
                "entryRevisions", .get, "/v1/timeline/{id}/revisions", limit: .api, .signedIn(revisions),
                keys: .workRead
            )
            .answers(.json(.all(.timelineRevision))),
        ]
    }

    private static let kinds = TimelineEntry.Kind.allCases.map(\.rawValue) + ["change"]

    private static let fields: [RouteField] = [
        .optional("body", .text), .optional("at", .moment), .optional("isPinned", .flag),
        .optional("direction", .choice(TimelineEntry.Direction.self)),
        .optional("outcome", .choice(TimelineDetail.CallOutcome.self)), .optional("durationSeconds", .integer),
        .optional("subject", .text), .optional("enquiryType", .text), .optional("source", .text),
        .optional("property", .object(.enquiredProperty)), .optional("mentions", .list(.identifier)),
    ]

    /// `GET /v1/clients/{id}/timeline`: newest first; the first page also has what is pinned.
    @Sendable private func page(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        var fields = signedIn.call.query
        let kind = fields.text("kind")
        if let kind, !Self.kinds.contains(kind) {
            fields.refuse("kind", "invalid", "This must be one of: \(Self.kinds.joined(separator: ", ")).")
        }
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await timeline.page(signedIn.scope, id, kind: kind, limit: limit, cursor: cursor) {
        case .page(let entries, let pinned, let client, let next):
            var response = Response.json(capacity: entries.bytes.count + pinned.bytes.count + 128) { json in
                json.object { object in
                    object.key("pinned")
                    object.array { list in list.json(trusted: pinned.bytes.span) }
                    object.key("data")
                    object.array { list in list.json(trusted: entries.bytes.span) }
                    object.key("page")
                    object.object { $0.member("nextCursor", next) }
                }
            }
            if client != id { response.headers[.contentLocation] = "/v1/clients/\(client)/timeline" }
            return response
        case .notFound: throw Problem(.notFound)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/clients/{id}/timeline` `{kind, body, …}`: something that happened.
    @Sendable private func record(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        let draft = try await signedIn.call.decode(TimelineDraft.self)
        return try Self.answer(try await timeline.record(signedIn.scope, id, draft), .created)
    }

    /// `GET /v1/timeline/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let entry = try await timeline.get(signedIn.scope, try signedIn.call.identifier(TimelineEntryID.self))
        else { throw Problem(.notFound) }
        return try Self.answer(.done(entry))
    }

    /// `PATCH /v1/timeline/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(TimelineEntryID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(TimelineDraft.self)
        return try Self.answer(try await timeline.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/timeline/{id}`: without the password again, for it can be brought back.
    @Sendable private func remove(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(TimelineEntryID.self)
        _ = try Self.answer(try await timeline.remove(signedIn.scope, id))
        return Response(status: .noContent)
    }

    /// `POST /v1/timeline/{id}/restore`: within 30 days of its removal.
    @Sendable private func restore(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(TimelineEntryID.self)
        try await signedIn.call.noFields()
        return try Self.answer(try await timeline.restore(signedIn.scope, id))
    }

    /// `GET /v1/timeline/{id}/revisions`: what the entry was before each edit, the last first.
    @Sendable private func revisions(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(TimelineEntryID.self)
        guard let revisions = try await timeline.revisions(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response.json(capacity: revisions.bytes.count + 16) { json in
            json.object { object in
                object.key("data")
                object.array { list in list.json(trusted: revisions.bytes.span) }
            }
        }
    }

    private static func answer(_ outcome: Timeline.Outcome, _ status: HTTPResponse.Status = .ok) throws -> Response {
        switch outcome {
        case .done(let entry):
            var response = Response.json(status, capacity: entry.body.utf8.count * 2 + 512) { entry.write(to: &$0) }
            response.headers[.eTag] = "\"\(entry.version)\""
            if status == .created { response.headers[.location] = "/v1/timeline/\(entry.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let enquiredProperty = JSONShape(
        "EnquiredProperty",
        [
            .optional("street", .text), .optional("city", .text), .optional("state", .text), .optional("code", .text),
            .optional("mlsNumber", .text), .optional("price", .integer), .optional("forRent", .flag),
            .optional("url", .text), .optional("type", .text), .optional("bedrooms", .number),
            .optional("bathrooms", .number), .optional("area", .text), .optional("lot", .text),
        ])

    private static let change = JSONShape(
        "TimelineChange",
        [
            .required("clientId", .identifier), .required("field", .text), .nullable("old", .foreign),
            .nullable("new", .foreign), .required("way", .choice(ChangeOrigin.Way.self)),
            .nullable("originId", .identifier),
        ])

    fileprivate static let timelineEntry = JSONShape(
        "TimelineEntry",
        [
            .required("id", .identifier), .required("clientId", .identifier),
            .required("kind", .choice(TimelineEntry.Kind.self)), .required("at", .moment),
            .nullable("authorId", .identifier), .nullable("direction", .choice(TimelineEntry.Direction.self)),
            .nullable("subjectId", .identifier), .required("body", .text), .optional("html", .text),
            .required("detail", .foreign), .required("isPinned", .flag), .required("isEdited", .flag),
            .required("createdAt", .moment), .required("updatedAt", .moment), .required("version", .integer),
        ])

    /// An entry, or a line of the client's history, which has no id and a `change`.
    private static let timelineLine = JSONShape(
        "TimelineLine",
        [
            .nullable("id", .identifier), .required("clientId", .identifier), .required("kind", .text),
            .required("at", .moment), .nullable("authorId", .identifier), .optional("direction", .text),
            .optional("subjectId", .identifier), .optional("body", .text), .optional("html", .text),
            .optional("detail", .foreign), .optional("isPinned", .flag), .optional("isEdited", .flag),
            .optional("createdAt", .moment), .optional("updatedAt", .moment), .optional("version", .integer),
            .optional("change", .object(change)),
        ])

    fileprivate static let timeline = JSONShape(
        "Timeline",
        [
            .required("pinned", .list(timelineEntry)), .required("data", .list(timelineLine)),
            .required("page", .object(JSONShape("TimelinePageEnd", [.nullable("nextCursor", .text)]))),
        ])

    fileprivate static let timelineRevision = JSONShape(
        "TimelineRevision",
        [
            .required("version", .integer), .required("body", .text), .required("detail", .foreign),
            .required("replacedAt", .moment), .nullable("replacedBy", .identifier),
        ])
}
