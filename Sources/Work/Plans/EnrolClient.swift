package import Accounts
package import CRM
import Core
import Storage

extension ActionPlans {
    /// How a wish about a client on a plan ended.
    package enum EnrolmentOutcome: Sendable, Hashable {
        case done(PlanEnrolment)
        case invalid([FieldProblem])
        case notFound
    }

    /// Puts a client within reach on a plan. The texts of its mails are those of now.
    package func enrol(_ scope: Scope, _ client: ClientID, on plan: ActionPlanID) async throws -> EnrolmentOutcome {
        let (now, id, settings) = (world.now(), world.identifier(PlanEnrolmentID.self), settings)
        return try await database.transaction { session in
            guard let held = try ClientAlias.held(client, for: scope, in: session) else { return .notFound }
            var check = FieldCheck()
            guard let plan = try PlanTable.plan(plan, in: session), plan.isActive else {
                check.refuse("planId", .unknownChoice, "There is no such plan, or it is switched off.")
                return .invalid(check.problems)
            }
            let there = try session.row(
                """
                SELECT 1 AS one FROM plan_enrolment
                WHERE client_id = \(held.id) AND plan_id = \(plan.id) AND status IN ('running', 'paused')
                """)
            if there != nil {
                check.refuse("planId", .taken, "The client is on this plan already.")
                return .invalid(check.problems)
            }
            var steps = plan.steps
            for (index, step) in steps.enumerated() {
                guard step.kind == .mail, let template = step.templateID else { continue }
                guard let text = try MailTemplateTable.template(template, for: scope.userID, in: session) else {
                    check.refuse("planId", .unknownChoice, "A template of this plan is not there any more.")
                    return .invalid(check.problems)
                }
                (steps[index].subject, steps[index].body) = (text.subject, text.body)
            }
            let zone = try settings.zone(of: held.assignedTo ?? scope.userID, in: session)
            let enrolment = PlanEnrolment(
                id: id, planID: plan.id, planName: plan.name, clientID: held.id, enrolledBy: scope.userID, steps: steps,
                nextStep: 0, nextAt: PlanClock.due(steps[0], after: now, in: zone), status: .running, startedAt: now,
                resumedAt: now)
            try session.run(
                """
                INSERT INTO plan_enrolment (id, plan_id, plan_name, client_id, first_client_id, enrolled_by, steps,
                    next_step, next_at, status, started_at, resumed_at)
                VALUES (\(id), \(plan.id), \(plan.name), \(held.id), \(held.id), \(scope.userID), \(StoredList(steps)), 0,
                    \(enrolment.nextAt), 'running', \(now), \(now))
                """)
            return .done(enrolment)
        }
    }

    /// The plans that a client is or was on, the latest first; `nil` when the client is out of reach.
    package func enrolments(_ scope: Scope, of client: ClientID) async throws -> [PlanEnrolment]? {
        let rows = try await database.rows(
            """
            SELECT client.id AS subject_id, \(PlanEnrolment.columns)
            FROM client LEFT JOIN plan_enrolment ON plan_enrolment.client_id = client.id
            WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne)
            ORDER BY plan_enrolment.started_at DESC, plan_enrolment.id DESC LIMIT 200
            """, isShort: true)
        guard !rows.isEmpty else { return nil }
        return try rows.filter { try $0.optional("id", as: PlanEnrolmentID.self) != nil }.map { try PlanEnrolment($0) }
    }

    /// Pauses a plan for one client, goes on with it, or stops it for good.
    package func set(
        _ scope: Scope, _ id: PlanEnrolmentID, to status: PlanEnrolment.Status
    ) async throws -> EnrolmentOutcome {
        let now = world.now()
        return try await database.transaction { session in
            let row = try session.row(
                """
                SELECT client.id AS id FROM plan_enrolment JOIN client ON client.id = plan_enrolment.client_id
                WHERE plan_enrolment.id = \(id) AND \(ClientVisibility(scope).ofOne)
                """)
            guard let row, try ClientAlias.held(try row.get("id"), for: scope, in: session) != nil,
                var enrolment = try Self.held(id, in: session)
            else { return .notFound }
            if enrolment.status == status { return .done(enrolment) }
            var check = FieldCheck()
            guard [.running, .paused].contains(enrolment.status), status != .finished else {
                check.refuse("status", .notPermitted, "A plan that has ended stays so. Put the client on it once more.")
                return .invalid(check.problems)
            }
            enrolment.status = status
            enrolment.reason = status == .running ? nil : .byHand
            if status == .running {
                enrolment.resumedAt = now
                enrolment.nextAt = max(enrolment.nextAt, now)
            }
            if status == .stopped { enrolment.endedAt = now }
            try enrolment.save(in: session)
            return .done(enrolment)
        }
    }

    static func held(_ id: PlanEnrolmentID, in session: any SQLSession) throws -> PlanEnrolment? {
        try session.row("SELECT \(PlanEnrolment.columns) FROM plan_enrolment WHERE id = \(id) \(.forUpdate)")
            .map { try PlanEnrolment($0) }
    }
}
