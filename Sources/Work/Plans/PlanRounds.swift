package import Accounts
package import CRM
import Core
import Storage

/// Does the steps of plans that are due: each in one transaction, in which the client is held, so that an answer that came a moment ago counts.
package struct PlanRounds: Sendable {
    let database: any Database
    let world: World
    let mailbox: Mailbox
    let settings: UserSettings
    let links: UnsubscribeLinks
    let book: ClientBook
    let quiet: QuietHours

    private static let atOnce = 50

    package init(
        plans: ActionPlans, book: ClientBook, mailbox: Mailbox, links: UnsubscribeLinks,
        quiet: QuietHours = .standard
    ) {
        database = plans.database
        world = plans.world
        settings = plans.settings
        self.book = book
        self.mailbox = mailbox
        self.links = links
        self.quiet = quiet
    }

    /// Does all that is due. Several nodes may do so at once: whoever holds the client first does the step. One that fails is told to `report`, is
    /// tried again in an hour, and holds up no other. Returns how many steps were looked at.
    @discardableResult package func work(
        until shouldStop: @Sendable () -> Bool = { false },
        report: (PlanEnrolmentID, any Error) -> Void = { _, _ in }
    ) async throws -> Int {
        var looked = 0
        while !shouldStop() {
            let now = world.now()
            let due = try await database.rows(
                """
                SELECT id FROM plan_enrolment WHERE status = 'running' AND next_at <= \(now)
                ORDER BY next_at, id \(.limit(Self.atOnce))
                """
            ).map { try $0.get("id", as: PlanEnrolmentID.self) }
            for id in due {
                if shouldStop() { return looked }
                let (task, entry) = (world.identifier(WorkTaskID.self), world.identifier(TimelineEntryID.self))
                do {
                    try await database.transaction { session in
                        try step(id, PlanMoment(now: now, taskID: task, entryID: entry), in: session)
                    }
                } catch {
                    report(id, error)
                    try await database.transaction { session in
                        try session.run(
                            "UPDATE plan_enrolment SET next_at = \(now + .hours(1)) WHERE id = \(id) AND status = 'running'"
                        )
                    }
                }
                looked += 1
            }
            if due.count < Self.atOnce { return looked }
        }
        return looked
    }

    private func step(_ id: PlanEnrolmentID, _ moment: PlanMoment, in session: any SQLSession) throws {
        let now = moment.now
        guard let row = try session.row("SELECT client_id FROM plan_enrolment WHERE id = \(id)") else { return }
        let client = try ClientBook.held(try row.get("client_id"), in: session)
        guard var enrolment = try ActionPlans.held(id, in: session), enrolment.status == .running,
            enrolment.nextAt <= now, enrolment.steps.indices.contains(enrolment.nextStep)
        else { return }
        guard let client else { return try stop(&enrolment, .clientGone, at: now, in: session) }
        guard try !Self.wasContacted(client.id, since: enrolment.resumedAt, in: session) else {
            return try pause(&enrolment, .contacted, in: session)
        }
        guard let agent = try AccountTable.active(client.assignedTo ?? enrolment.enrolledBy, in: session) else {
            return try pause(&enrolment, .noAgent, in: session)
        }
        let zone = try settings.zone(of: agent.id, in: session)
        let doing = PlanDoing(
            rounds: self, enrolment: enrolment, client: client, agent: agent, zone: zone, moment: moment)
        switch try doing.perform(in: session) {
        case .done:
            enrolment.nextStep += 1
            if enrolment.steps.indices.contains(enrolment.nextStep) {
                enrolment.nextAt = PlanClock.due(enrolment.steps[enrolment.nextStep], after: now, in: zone)
            } else {
                (enrolment.status, enrolment.endedAt) = (.finished, now)
            }
            try enrolment.save(in: session)
        case .later(let moment):
            enrolment.nextAt = moment
            try enrolment.save(in: session)
        case .blocked(let reason): try pause(&enrolment, reason, in: session)
        }
    }

    private func pause(
        _ enrolment: inout PlanEnrolment, _ reason: PlanEnrolment.Reason, in session: any SQLSession
    ) throws {
        (enrolment.status, enrolment.reason) = (.paused, reason)
        try enrolment.save(in: session)
    }

    private func stop(
        _ enrolment: inout PlanEnrolment, _ reason: PlanEnrolment.Reason, at now: Timestamp, in session: any SQLSession
    ) throws {
        (enrolment.status, enrolment.reason, enrolment.endedAt) = (.stopped, reason, now)
        try enrolment.save(in: session)
    }

    /// Whether the client answered, or somebody spoke with them, since then. Mails of plans are no contact.
    private static func wasContacted(
        _ client: ClientID, since moment: Timestamp, in session: any SQLSession
    ) throws -> Bool {
        try session.row(
            """
            SELECT 1 AS one FROM timeline_entry
            WHERE client_id = \(client) AND deleted_at IS NULL AND at > \(moment) AND created_at > \(moment)
                AND kind IN ('call', 'text', 'email', 'enquiry', 'appointment', 'showing')
                AND (kind <> 'email' OR subject_id IS NULL) LIMIT 1
            """) != nil
    }
}

/// What one step needs that is not decided by the data: the moment, and fresh identities.
struct PlanMoment: Sendable {
    let now: Timestamp
    let taskID: WorkTaskID
    let entryID: TimelineEntryID
}
