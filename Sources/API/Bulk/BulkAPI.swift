package import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import Sessions
package import Web

/// Changes of many clients at once: `/v1/clients/bulk` and `/v1/bulk-changes`.
package struct BulkAPI: Sendable {
    private let changes: BulkChanges

    package init(changes: BulkChanges) {
        self.changes = changes
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("changeClients", .post, "/v1/clients/bulk", limit: .api, .signedIn(change), keys: .clientsWrite)
                .query(.optional("preview", .flag))
                .reads(
                    [
                        .required("action", .choice(BulkAction.Name.allCases.filter { $0 != .delete }.map(\.rawValue))),
                        .optional("tags", .list(.text)), .optional("stage", .text),
                        .optional("assignedTo", .identifier), .optional("collaborators", .list(.identifier)),
                    ] + Self.selection
                )
                .answers(.json(.bulkPreview), .json(.bulkChange, .accepted))
                .refuses(.forbidden),
            Route(
                "deleteClients", .post, "/v1/clients/bulk-delete", limit: .api, .steppedUp(.delete, delete),
                keys: .clientsDelete
            )
            .query(.optional("preview", .flag))
            .reads(Self.selection)
            .answers(.json(.bulkPreview), .json(.bulkChange, .accepted))
            .refuses(.forbidden),
            Route("getBulkChange", .get, "/v1/bulk-changes/{id}", limit: .api, .signedIn(get), keys: .clientsRead)
                .answers(.json(.bulkChange)),
            Route(
                "cancelBulkChange", .post, "/v1/bulk-changes/{id}/cancel", limit: .api, .signedIn(cancel),
                keys: .clientsWrite
            )
            .reads(orNothing: true)
            .answers(.json(.bulkChange)),
            Route(
                "undoBulkChange", .post, "/v1/bulk-changes/{id}/undo", limit: .api, .signedIn(undo), keys: .clientsWrite
            )
            .reads(orNothing: true)
            .answers(.json(.bulkChange, .accepted))
            .refuses(.notUndoable),
        ]
    }

    private static let selection: [RouteField] = [.optional("filter", .foreign), .optional("ids", .list(.identifier))]

    /// `POST /v1/clients/bulk` `{action, …, filter | ids}`; with `preview=true` only the number of clients.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let isPreview = fields.flag("preview")
        try fields.finish()
        let order = try await signedIn.call.decode(BulkOrder.self)
        if order.action == BulkAction.Name.delete.rawValue {
            throw Problem(
                .invalidRequest,
                errors: [
                    .init(
                        field: "action", code: FieldProblem.Code.unknownChoice.rawValue,
                        message: "To delete is a call of its own: POST /v1/clients/bulk-delete.")
                ])
        }
        return try Self.answer(
            try await changes.start(signedIn.scope, order, isPreview: isPreview, from: signedIn.call.source))
    }

    /// `POST /v1/clients/bulk-delete` `{filter | ids}`, after a step-up; with `preview=true` only the number of clients.
    @Sendable private func delete(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        var fields = call.query
        let isPreview = fields.flag("preview")
        try fields.finish()
        var order = try await call.decode(BulkOrder.self)
        order.action = BulkAction.Name.delete.rawValue
        return try Self.answer(
            try await changes.start(
                steppedUp.signedIn.scope, order, isPreview: isPreview, proof: steppedUp.proof, from: call.source))
    }

    private static func answer(_ outcome: BulkChanges.Outcome) throws -> Response {
        switch outcome {
        case .preview(let count):
            return Response.json { json in json.object { $0.member("total", Int64(count)) } }
        case .started(let report): return accepted(report)
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        case .reauthenticationRequired: throw Problem(.reauthenticationRequired)
        }
    }

    private static func accepted(_ report: BulkReport) -> Response {
        Response.json(.accepted, headers: [.location: "/v1/bulk-changes/\(report.change.id)"]) { report.write(to: &$0) }
    }

    /// `GET /v1/bulk-changes/{id}`: how far it is. Whoever started it, owner and admin see it.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(BulkChangeID.self)
        guard let report = try await changes.report(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response.json { report.write(to: &$0) }
    }

    /// `POST /v1/bulk-changes/{id}/cancel`: no further client is changed. What has ended stays as it is.
    @Sendable private func cancel(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(BulkChangeID.self)
        try await signedIn.call.noFields()
        guard let report = try await changes.cancel(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response.json { report.write(to: &$0) }
    }

    /// `POST /v1/bulk-changes/{id}/undo`: for 24 hours after its end.
    @Sendable private func undo(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(BulkChangeID.self)
        try await signedIn.call.noFields()
        switch try await changes.undo(signedIn.scope, id) {
        case .started(let report): return Self.accepted(report)
        case .notFound: throw Problem(.notFound)
        case .notUndoable: throw Problem(.notUndoable)
        }
    }
}

extension JSONShape {
    fileprivate static let bulkPreview = JSONShape("BulkPreview", [.required("total", .integer)])

    fileprivate static let bulkRefusal = JSONShape(
        "BulkRefusal",
        [.required("clientId", .identifier), .nullable("field", .text), .required("reason", .text)])

    fileprivate static let bulkChange = JSONShape(
        "BulkChange",
        [
            .required("id", .identifier),
            .required("status", .choice(["queued", "running", "completed", "cancelled", "undone"])),
            .required("isUndoing", .flag), .nullable("endedBecause", .choice(BulkChange.Ending.self)),
            .required("action", .choice(BulkAction.Name.self)), .optional("tags", .list(.text)),
            .optional("stage", .text), .optional("assignedTo", .identifier),
            .optional("collaborators", .list(.identifier)), .required("startedBy", .identifier),
            .required("total", .integer), .required("changed", .integer), .required("unchanged", .integer),
            .required("refused", .integer), .required("restored", .integer), .required("notRestored", .integer),
            .required("refusals", .list(bulkRefusal)), .required("notRestorable", .list(bulkRefusal)),
            .required("createdAt", .moment), .nullable("endedAt", .moment), .nullable("undoableUntil", .moment),
            .nullable("undoneAt", .moment),
        ])
}
