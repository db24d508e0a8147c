package import CRM
package import Core
import Storage

/// Marks identities of clients on plans.
package enum PlanEnrolmentEntity {}

/// The identity of one client's way through one plan.
package typealias PlanEnrolmentID = Identifier<PlanEnrolmentEntity>

/// A client on a plan.
package struct PlanEnrolment: Sendable, Hashable {
    /// How it goes; the raw value is what the API shows.
    package enum Status: String, Sendable, CaseIterable {
        case running, paused, finished, stopped
    }

    /// Why it does not go on; the raw value is what the API shows.
    package enum Reason: String, Sendable, CaseIterable {
        /// The client answered, or somebody of the brokerage spoke with them.
        case contacted
        case optedOut = "opted_out"
        case noAddress = "no_address"
        /// A merge field of the next mail is empty, and has no fallback.
        case emptyMergeField = "empty_merge_field"
        /// Nobody who is active is there to do it for.
        case noAgent = "no_agent"
        /// What the next step changes is not there any more, such as a stage.
        case impossible
        case byHand = "by_hand"
        case merged
        case planRemoved = "plan_removed"
        case clientGone = "client_gone"
    }

    package let id: PlanEnrolmentID
    package let planID: ActionPlanID
    package let planName: String
    package let clientID: ClientID
    package let enrolledBy: AccountID
    package let steps: [PlanStep]
    /// Which step comes next, from 0; as many as there are when it is through.
    package var nextStep: Int
    package var nextAt: Timestamp
    package var status: Status
    package var reason: Reason?
    package let startedAt: Timestamp
    /// When it last began to run: what happened before does not pause it again.
    package var resumedAt: Timestamp
    package var endedAt: Timestamp?

    static let columns: SQL = """
        plan_enrolment.id, plan_enrolment.plan_id, plan_enrolment.plan_name, plan_enrolment.client_id,
            plan_enrolment.enrolled_by, plan_enrolment.steps, plan_enrolment.next_step, plan_enrolment.next_at,
            plan_enrolment.status, plan_enrolment.reason, plan_enrolment.started_at, plan_enrolment.resumed_at,
            plan_enrolment.ended_at
        """

    /// Writes the enrolment as the API shows it.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("id", id)
            object.member("planId", planID)
            object.member("planName", planName)
            object.member("clientId", clientID)
            object.member("enrolledBy", enrolledBy)
            object.member("steps", Int64(steps.count))
            object.member("stepsDone", Int64(nextStep))
            object.member("nextAt", status == .running ? nextAt : nil)
            object.member("status", status.rawValue)
            object.member("reason", reason?.rawValue)
            object.member("startedAt", startedAt)
            object.member("endedAt", endedAt)
        }
    }

    /// Writes what has become of it.
    func save(in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE plan_enrolment SET next_step = \(nextStep), next_at = \(nextAt), status = \(status.rawValue),
                reason = \(reason?.rawValue), resumed_at = \(resumedAt), ended_at = \(endedAt)
            WHERE id = \(id)
            """)
    }
}

extension PlanEnrolment {
    init(_ row: Row) throws {
        id = try row.get("id")
        planID = try row.get("plan_id")
        planName = try row.get("plan_name")
        clientID = try row.get("client_id")
        enrolledBy = try row.get("enrolled_by")
        steps = try StoredList<PlanStep>(stored: try row.get("steps")).elements()
        nextStep = try row.get("next_step")
        nextAt = try row.get("next_at")
        status = Status(rawValue: try row.get("status")) ?? .stopped
        reason = try row.optional("reason", as: String.self).flatMap(Reason.init)
        startedAt = try row.get("started_at")
        resumedAt = try row.get("resumed_at")
        endedAt = try row.optional("ended_at")
    }
}
