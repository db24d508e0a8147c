package import Accounts
package import CRM
package import Core
package import Storage

/// The plans: everybody reads them and puts their clients on them, owner and admin make them.
package struct ActionPlans: Sendable {
    let database: any Database
    let world: World
    let settings: UserSettings

    static let most = 200

    package init(database: any Database, world: World, settings: UserSettings) {
        self.database = database
        self.world = world
        self.settings = settings
    }

    /// How a change of a plan ended.
    package enum Outcome: Sendable, Hashable {
        case done(ActionPlan)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// All of them, by name.
    package func all() async throws -> [ActionPlan] {
        try await database.rows("SELECT \(PlanTable.columns) FROM action_plan ORDER BY name, id")
            .map { try ActionPlan($0) }
    }

    /// One.
    package func get(_ id: ActionPlanID) async throws -> ActionPlan? {
        try await database.read { session in try PlanTable.plan(id, in: session) }
    }

    /// Makes a plan.
    package func create(_ scope: Scope, _ draft: PlanDraft) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        let empty = ActionPlan(
            id: world.identifier(), name: "", steps: [], isActive: true, createdBy: scope.userID, createdAt: now,
            updatedAt: now, version: 1)
        return try await database.transaction { session in
            var check = FieldCheck()
            let plan = try draft.applied(to: empty, by: scope.userID, &check, in: session)
            if try session.row("SELECT COUNT(*) AS plans FROM action_plan")?.get("plans") ?? 0 >= Self.most {
                check.refuse("name", .tooMany, "At most \(Self.most) plans are kept.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try session.run(
                """
                INSERT INTO action_plan (\(PlanTable.columns)) VALUES (\(plan.id), \(plan.name),
                    \(StoredList(plan.steps)), \(plan.isActive), \(plan.createdBy), \(now), \(now), 1)
                """)
            return .done(plan)
        }
    }

    /// Changes what `draft` names. Clients who are on the plan go on with the steps that they began with.
    package func change(
        _ scope: Scope, _ id: ActionPlanID, _ draft: PlanDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        return try await database.transaction { session in
            guard let before = try PlanTable.plan(id, isToChange: true, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            var check = FieldCheck()
            var plan = try draft.applied(to: before, by: scope.userID, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            guard plan != before else { return .done(before) }
            plan.updatedAt = now
            plan.version += 1
            try session.run(
                """
                UPDATE action_plan SET name = \(plan.name), steps = \(StoredList(plan.steps)),
                    is_active = \(plan.isActive), updated_at = \(now), version = \(plan.version)
                WHERE id = \(id)
                """)
            return .done(plan)
        }
    }

    /// Removes a plan, and stops it for the clients who are on it.
    package func remove(_ scope: Scope, _ id: ActionPlanID) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        return try await database.transaction { session in
            guard let plan = try PlanTable.plan(id, isToChange: true, in: session) else { return .notFound }
            try session.run("DELETE FROM action_plan WHERE id = \(id)")
            try session.run(
                """
                UPDATE plan_enrolment SET status = 'stopped', reason = 'plan_removed', ended_at = \(now)
                WHERE plan_id = \(id) AND status IN ('running', 'paused')
                """)
            return .done(plan)
        }
    }
}
