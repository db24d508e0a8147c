import CRM
package import Core
import Storage

/// Marks identities of plans.
package enum ActionPlanEntity {}

/// The identity of a plan.
package typealias ActionPlanID = Identifier<ActionPlanEntity>

/// Steps that follow each other by themselves, for each client who is put on the plan.
package struct ActionPlan: Sendable, Hashable {
    package let id: ActionPlanID
    package var name: String
    package var steps: [PlanStep]
    /// Whether clients can be put on it. Those who are on it go on.
    package var isActive: Bool
    package let createdBy: AccountID
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var version: Int64

    /// Writes the plan as the API shows it.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("id", id)
            object.member("name", name)
            object.member("isActive", isActive)
            object.key("steps")
            object.array { list in
                for step in steps { list.object { step.writeMembers(to: &$0) } }
            }
            object.member("createdBy", createdBy)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}

/// The plans of the brokerage, and the clients who are on them.
enum PlanTable {
    static let migration = Migration(
        211, "action plans",
        [
            """
            CREATE TABLE action_plan (
                id \(.identifier) PRIMARY KEY,
                name TEXT NOT NULL,
                steps TEXT NOT NULL,
                is_active BIGINT NOT NULL,
                created_by \(.identifier) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE plan_enrolment (
                id \(.identifier) PRIMARY KEY,
                plan_id \(.identifier) NOT NULL,
                plan_name TEXT NOT NULL,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                enrolled_by \(.identifier) NOT NULL,
                steps TEXT NOT NULL,
                next_step BIGINT NOT NULL,
                next_at BIGINT NOT NULL,
                status TEXT NOT NULL,
                reason TEXT,
                started_at BIGINT NOT NULL,
                resumed_at BIGINT NOT NULL,
                ended_at BIGINT
            )
            """,
            "CREATE INDEX plan_enrolment_due ON plan_enrolment (next_at, id) WHERE status = 'running'",
            "CREATE INDEX plan_enrolment_by_client ON plan_enrolment (client_id, started_at, id)",
            "CREATE INDEX plan_enrolment_by_plan ON plan_enrolment (plan_id, status)",
        ])

    static let columns: SQL = "id, name, steps, is_active, created_by, created_at, updated_at, version"

    static func plan(_ id: ActionPlanID, isToChange: Bool = false, in session: any SQLSession) throws -> ActionPlan? {
        let held: SQL = isToChange ? "\(.forUpdate)" : ""
        return try session.row("SELECT \(columns) FROM action_plan WHERE id = \(id) \(held)").map { try ActionPlan($0) }
    }
}

extension ActionPlan {
    init(_ row: Row) throws {
        id = try row.get("id")
        name = try row.get("name")
        steps = try StoredList<PlanStep>(stored: try row.get("steps")).elements()
        isActive = try row.get("is_active")
        createdBy = try row.get("created_by")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
