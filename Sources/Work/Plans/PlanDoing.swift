import Accounts
import CRM
import Core
import Storage

/// One step of a plan for one client, on behalf of the client's agent.
struct PlanDoing {
    let rounds: PlanRounds
    let enrolment: PlanEnrolment
    let client: Client
    let agent: Account
    let zone: Zone
    let moment: PlanMoment

    /// How it ended.
    enum Outcome {
        case done
        /// Not now: a mail would come at night, or none can be sent.
        case later(Timestamp)
        /// Somebody has to look at it first.
        case blocked(PlanEnrolment.Reason)
    }

    private var step: PlanStep { enrolment.steps[enrolment.nextStep] }
    private var now: Timestamp { moment.now }

    func perform(in session: any SQLSession) throws -> Outcome {
        switch step.kind {
        case .task: return try makeTask(in: session)
        case .mail: return try mail(in: session)
        case .addTag:
            var patch = ClientPatch()
            let tags = try client.tags.elements()
            if tags.contains(step.text) { return .done }
            patch.tags = .set(tags + [step.text])
            return try change(patch, told: "Tag added: \(step.text)", in: session)
        case .stage:
            if client.stage == step.text { return .done }
            var patch = ClientPatch()
            patch.stage = .set(step.text)
            return try change(patch, told: "Stage: \(step.text)", in: session)
        }
    }

    private func makeTask(in session: any SQLSession) throws -> Outcome {
        var task = WorkTask(moment.taskID, for: client.id, by: agent.id, at: now)
        task.name = step.text
        task.kind = step.taskKind ?? .followUp
        task.due = .day(zone.day(now))
        try TaskTable.insert(task, in: session)
        try tell("Task: \(step.text)", in: session)
        return .done
    }

    private func change(_ patch: ClientPatch, told: String, in session: any SQLSession) throws -> Outcome {
        let problems = try rounds.book.change(
            held: client, patch, by: agent.id, .by(.plan, enrolment.id), at: now, in: session)
        guard problems.isEmpty else { return .blocked(.impossible) }
        try tell(told, in: session)
        return .done
    }

    /// A mail goes to nobody who asked for none, and to nobody in their sleep.
    private func mail(in session: any SQLSession) throws -> Outcome {
        guard rounds.mailbox.isEnabled else { return .later(now + .hours(1)) }
        if let end = rounds.quiet.end(at: now, in: zone) { return .later(end) }
        guard try !client.details.value().refuses(.mail) else { return .blocked(.optedOut) }
        var check = FieldCheck()
        guard let address = try LetterAddress.chosen(nil, of: client, &check) else { return .blocked(.noAddress) }
        let (text, detail) = try LetterText(subject: step.subject, body: step.body)
            .filled(for: client, from: agent, &check, in: session)
        guard check.problems.isEmpty else { return .blocked(.emptyMergeField) }
        let entry = TimelineEntry(
            .email, of: client.id, id: moment.entryID, at: now, by: agent.id, body: text.body, detail: detail, now: now
        ).directed(.outgoing).about(enrolment.id)
        try TimelineTable.insert(entry, in: session)
        let letter = Letter(
            to: address, name: LetterAddress.name(of: client), from: agent, subject: text.subject, text: text.body,
            unsubscribeLink: rounds.links.link(client.id))
        try rounds.mailbox.post(letter, cause: "plan:\(enrolment.id):\(enrolment.nextStep)", in: session)
        return .done
    }

    private func tell(_ text: String, in session: any SQLSession) throws {
        var detail = JSONWriter(capacity: 64)
        detail.object { object in
            object.member("plan", enrolment.planName)
            object.member("step", Int64(enrolment.nextStep + 1))
        }
        let entry = TimelineEntry(
            .plan, of: client.id, id: moment.entryID, at: now, by: agent.id, body: text,
            detail: String(decoding: detail.bytes, as: UTF8.self), now: now)
        try TimelineTable.insert(entry.about(enrolment.id), in: session)
    }
}
