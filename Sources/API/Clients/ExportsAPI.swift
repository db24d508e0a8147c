import Accounts
package import CRM
import Core
import Guarding
import Hummingbird
import Sessions
package import Web

/// Who may export, and exports that wait for a second person: `/v1/export-grants`, `/v1/export-requests`.
package struct ExportsAPI: Sendable {
    private let grants: ExportGrants
    private let approvals: ExportApprovals

    package init(grants: ExportGrants, approvals: ExportApprovals) {
        self.grants = grants
        self.approvals = approvals
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listExportGrants", .get, "/v1/export-grants", limit: .api, .signedIn(list))
                .answers(.json(.all(.exportGrant)))
                .refuses(.forbidden),
            Route("grantExport", .put, "/v1/export-grants/{id}", limit: .api, .steppedUp(.privilege, grant))
                .reads(orNothing: true)
                .answers(.noContent)
                .refuses(.forbidden),
            Route("revokeExportGrant", .delete, "/v1/export-grants/{id}", limit: .api, .steppedUp(.privilege, revoke))
                .answers(.noContent)
                .refuses(.forbidden),
            Route("listExportRequests", .get, "/v1/export-requests", limit: .api, .signedIn(requests))
                .answers(.json(.all(.exportRequest))),
            Route(
                "approveExport", .post, "/v1/export-requests/{id}/approve", limit: .api,
                .steppedUp(.privilege, approve)
            )
            .reads(orNothing: true)
            .answers(.noContent)
            .refuses(.forbidden),
        ]
    }

    /// `GET /v1/export-grants`: who may export beside the owners; for owner and admin.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        let all = try await grants.all()
        return Response.json(capacity: all.count * 160 + 32) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for grant in all {
                        list.object { item in
                            item.member("userId", grant.userID)
                            item.member("grantedBy", grant.grantedBy)
                            item.member("grantedAt", grant.grantedAt)
                        }
                    }
                }
            }
        }
    }

    /// `PUT /v1/export-grants/{id}`: lets an admin or agent export; by an owner.
    @Sendable private func grant(_ steppedUp: SteppedUpCall) async throws -> Response {
        try await steppedUp.signedIn.call.noFields()
        return try await set(steppedUp, isGranted: true)
    }

    /// `DELETE /v1/export-grants/{id}`.
    @Sendable private func revoke(_ steppedUp: SteppedUpCall) async throws -> Response {
        try await set(steppedUp, isGranted: false)
    }

    private func set(_ steppedUp: SteppedUpCall, isGranted: Bool) async throws -> Response {
        let call = steppedUp.signedIn.call
        let outcome = try await grants.set(
            steppedUp.signedIn.scope, try call.identifier(AccountID.self), isGranted: isGranted, proof: steppedUp.proof,
            from: call.source)
        switch outcome {
        case .done: return Response(status: .noContent)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    /// `GET /v1/export-requests`: those that still count; all of them for owner and admin, one's own for others.
    @Sendable private func requests(_ signedIn: SignedInCall) async throws -> Response {
        let all = try await approvals.list(signedIn.scope)
        return Response.json(capacity: all.count * 256 + 32) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for request in all {
                        list.object { item in
                            item.member("id", request.id)
                            item.member("userId", request.userID)
                            item.member("format", request.format)
                            item.member("clients", Int64(request.clients))
                            item.member("requestedAt", request.requestedAt)
                            item.member("approvedBy", request.approvedBy)
                        }
                    }
                }
            }
        }
    }

    /// `POST /v1/export-requests/{id}/approve`: by an owner or admin who is not the one who asked.
    @Sendable private func approve(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        try await call.noFields()
        let id = try call.identifier(ExportRequestID.self)
        switch try await approvals.approve(steppedUp.signedIn.scope, id, proof: steppedUp.proof, from: call.source) {
        case .approved: return Response(status: .noContent)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let exportGrant = JSONShape(
        "ExportGrant",
        [.required("userId", .identifier), .required("grantedBy", .identifier), .required("grantedAt", .moment)])

    fileprivate static let exportRequest = JSONShape(
        "ExportRequest",
        [
            .required("id", .identifier), .required("userId", .identifier),
            .required("format", .choice(ExportFormat.self)), .required("clients", .integer),
            .required("requestedAt", .moment), .nullable("approvedBy", .identifier),
        ])
}
