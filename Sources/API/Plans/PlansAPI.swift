import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import Sessions
package import Web
package import Work

/// Action plans: `/v1/plans`, and the clients who are on them.
package struct PlansAPI: Sendable {
    private let plans: ActionPlans

    package init(plans: ActionPlans) {
        self.plans = plans
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listPlans", .get, "/v1/plans", limit: .api, .signedIn(list), keys: .workRead)
                .answers(.json(.all(.actionPlan))),
            Route("createPlan", .post, "/v1/plans", limit: .api, .signedIn(create))
                .reads(Self.fields)
                .answers(.json(.actionPlan, .created))
                .refuses(.forbidden),
            Route("getPlan", .get, "/v1/plans/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.actionPlan)),
            Route("changePlan", .patch, "/v1/plans/{id}", limit: .api, .signedIn(change))
                .reads(Self.fields)
                .answers(.json(.actionPlan))
                .refuses(.forbidden, .versionMismatch),
            Route("removePlan", .delete, "/v1/plans/{id}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden),
            Route("clientPlans", .get, "/v1/clients/{id}/plans", limit: .api, .signedIn(ofClient), keys: .workRead)
                .answers(.json(.all(.planEnrolment))),
            Route("enrolClient", .post, "/v1/clients/{id}/plans", limit: .api, .signedIn(enrol), keys: .workWrite)
                .reads(.required("planId", .identifier))
                .answers(.json(.planEnrolment, .created)),
            Route(
                "changeEnrolment", .patch, "/v1/plan-enrolments/{id}", limit: .api, .signedIn(set), keys: .workWrite
            )
            .reads(.required("status", .choice(["running", "paused", "stopped"])))
            .answers(.json(.planEnrolment)),
        ]
    }

    private static let fields: [RouteField] = [
        .optional("name", .text), .optional("isActive", .flag), .optional("steps", .list(.planStep)),
    ]

    /// `GET /v1/plans`: all of them, by name.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let all = try await plans.all()
        return Response.list(all, size: 600) { $0.write(to: &$1) }
    }

    /// `POST /v1/plans` `{name, steps, isActive?}`, by owner and admin.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(PlanDraft.self)
        return try Self.answer(try await plans.create(signedIn.scope, draft), .created)
    }

    /// `GET /v1/plans/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let plan = try await plans.get(try signedIn.call.identifier(ActionPlanID.self)) else {
            throw Problem(.notFound)
        }
        return try Self.answer(.done(plan))
    }

    /// `PATCH /v1/plans/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ActionPlanID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(PlanDraft.self)
        return try Self.answer(try await plans.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/plans/{id}`: stops it for every client who is on it.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        _ = try Self.answer(try await plans.remove(signedIn.scope, try signedIn.call.identifier(ActionPlanID.self)))
        return Response(status: .noContent)
    }

    /// `GET /v1/clients/{id}/plans`: those that the client is or was on.
    @Sendable private func ofClient(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        guard let all = try await plans.enrolments(signedIn.scope, of: id) else { throw Problem(.notFound) }
        return Response.list(all, size: 300) { $0.write(to: &$1) }
    }

    /// `POST /v1/clients/{id}/plans` `{planId}`.
    @Sendable private func enrol(_ signedIn: SignedInCall) async throws -> Response {
        struct Body: Decodable {
            let planId: ActionPlanID
        }
        let id = try signedIn.call.identifier(ClientID.self)
        let plan = try await signedIn.call.decode(Body.self).planId
        return try Self.answer(try await plans.enrol(signedIn.scope, id, on: plan), .created)
    }

    /// `PATCH /v1/plan-enrolments/{id}` `{status}`: pauses it, goes on, or stops it.
    @Sendable private func set(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(PlanEnrolmentID.self)
        var fields = try await signedIn.call.json()
        let status = fields.string("status")
        let wanted = PlanEnrolment.Status(rawValue: status)
        if wanted == nil || wanted == .finished {
            fields.refuse("status", "unknown_choice", "This must be one of: running, paused, stopped.")
        }
        try fields.finish()
        return try Self.answer(try await plans.set(signedIn.scope, id, to: wanted ?? .paused))
    }

    private static func answer(_ outcome: ActionPlans.Outcome, _ status: HTTPResponse.Status = .ok) throws -> Response {
        switch outcome {
        case .done(let plan):
            var response = Response.json(status) { plan.write(to: &$0) }
            response.headers[.eTag] = "\"\(plan.version)\""
            if status == .created { response.headers[.location] = "/v1/plans/\(plan.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    private static func answer(
        _ outcome: ActionPlans.EnrolmentOutcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let enrolment): return Response.json(status) { enrolment.write(to: &$0) }
        case .invalid(let problems): throw Problem(problems)
        case .notFound: throw Problem(.notFound)
        }
    }
}

extension JSONShape {
    fileprivate static let planStep = JSONShape(
        "PlanStep",
        [
            .required("kind", .choice(PlanStep.Kind.self)), .required("afterDays", .integer), .optional("time", .text),
            .optional("name", .text), .optional("type", .choice(WorkTask.Kind.self)),
            .optional("templateId", .identifier), .optional("tag", .text), .optional("stage", .text),
        ])

    fileprivate static let actionPlan = JSONShape(
        "ActionPlan",
        [
            .required("id", .identifier), .required("name", .text), .required("isActive", .flag),
            .required("steps", .list(planStep)), .required("createdBy", .identifier), .required("createdAt", .moment),
            .required("updatedAt", .moment), .required("version", .integer),
        ])

    fileprivate static let planEnrolment = JSONShape(
        "PlanEnrolment",
        [
            .required("id", .identifier), .required("planId", .identifier), .required("planName", .text),
            .required("clientId", .identifier), .required("enrolledBy", .identifier), .required("steps", .integer),
            .required("stepsDone", .integer), .nullable("nextAt", .moment),
            .required("status", .choice(PlanEnrolment.Status.self)),
            .nullable("reason", .choice(PlanEnrolment.Reason.self)), .required("startedAt", .moment),
            .nullable("endedAt", .moment),
        ])
}
