package import Accounts
import CRM
package import Core
package import Storage

/// The middle of a working week of a small brokerage, made up so that somebody who looks sees what all of it is for: what was said, what has to be
/// done, who meets whom, what is for sale and what is nearly sold.
///
/// Everything goes through the same functions as a person's work, so that nothing is there that could not be. For a demo, after
/// ``ClientBook/seedDemo(count:assignedTo:)``.
package struct DemoWeek: Sendable {
    private let database: any Database
    private let world: World
    private let timeline: Timeline
    private let tasks: TaskBook
    private let appointments: AppointmentBook
    private let deals: DealBook
    private let pipelines: Pipelines
    private let listings: ListingBook
    private let requests: BuyerRequests
    private let templates: MailTemplateBook
    private let plans: ActionPlans
    private let zone: Zone

    package init(
        database: any Database, world: World, cursorKey: Secret<[UInt8]>, mailbox: Mailbox, settings: UserSettings
    ) {
        self.database = database
        self.world = world
        zone = settings.standard
        timeline = Timeline(database: database, world: world, cursorKey: cursorKey, mailbox: mailbox)
        tasks = TaskBook(database: database, world: world, cursorKey: cursorKey, settings: settings)
        appointments = AppointmentBook(database: database, world: world, cursorKey: cursorKey, settings: settings)
        deals = DealBook(database: database, world: world, cursorKey: cursorKey)
        pipelines = Pipelines(database: database, world: world)
        listings = ListingBook(database: database, world: world, cursorKey: cursorKey)
        requests = BuyerRequests(database: database, world: world, cursorKey: cursorKey)
        templates = MailTemplateBook(database: database, world: world)
        plans = ActionPlans(database: database, world: world, settings: settings)
    }

    /// How much was made.
    package struct Made: Sendable, Hashable {
        package var entries = 0
        package var tasks = 0
        package var appointments = 0
        package var listings = 0
        package var deals = 0
    }

    /// A client with whose it is.
    private struct Subject {
        let id: ClientID
        let name: String
        let agent: Scope
    }

    /// Fills the week of `agents`, whose clients are there already.
    package func fill(owner: Scope, agents: [Scope]) async throws -> Made {
        var (dice, made) = (DemoDice(world), Made())
        let subjects = try await subjects(of: agents)
        for subject in subjects where dice.chance(60) {
            made.entries += try await tell(subject, &dice)
        }
        for subject in subjects where dice.chance(20) {
            made.tasks += try await assign(subject, &dice)
        }
        for subject in subjects where dice.chance(7) {
            made.appointments += try await meet(subject, &dice)
        }
        for agent in agents {
            for _ in 0..<3 { made.listings += try await list(agent, &dice) }
        }
        for subject in subjects where dice.chance(8) { try await ask(subject, &dice) }
        made.deals = try await sell(owner, Array(subjects.shuffled(by: &dice).prefix(28)), &dice)
        try await plan(owner, Array(subjects.prefix(12)))
        return made
    }

    private func subjects(of agents: [Scope]) async throws -> [Subject] {
        let rows = try await database.rows(
            "SELECT id, first_name, last_name, assigned_to FROM client WHERE deleted_at IS NULL ORDER BY id")
        return try rows.compactMap { row in
            let assignee: AccountID? = try row.optional("assigned_to")
            guard let agent = agents.first(where: { $0.userID == assignee }) else { return nil }
            let name = [try row.get("first_name", as: String.self), try row.get("last_name")].joined(separator: " ")
            return Subject(id: try row.get("id"), name: name, agent: agent)
        }
    }

    /// What was said in the last five weeks.
    private func tell(_ subject: Subject, _ dice: inout DemoDice) async throws -> Int {
        let count = 1 + dice.number(below: 4)
        for _ in 0..<count {
            var draft = TimelineDraft(kind: dice.pick([.note, .call, .call, .text, .email]))
            draft.at = (world.now() - .minutes(30 + dice.number(below: 35 * 24 * 60))).iso8601
            switch draft.kind {
            case "call":
                draft.outcome = dice.pick(["Interested", "Left Message", "No Answer", "Not Interested"])
                draft.durationSeconds = Int64(20 + dice.number(below: 900))
                draft.body = dice.pick(["Asked about schools.", "Wants to see it again.", "Call back next week.", ""])
            case "email":
                draft.subject = dice.pick(["The house you saw", "Rates this week", "Your showing"])
                draft.body = dice.pick(["Here are the disclosures.", "Three houses that may suit you."])
            case "text": draft.body = dice.pick(["On my way.", "Could we do Saturday?", "Thank you!"])
            default: draft.body = dice.pick(["Two dogs, needs a **fence**.", "Pre-approved.", "Sells in spring."])
            }
            if draft.kind != "note", dice.chance(35) { draft.direction = "incoming" }
            _ = try await timeline.record(subject.agent, subject.id, draft)
        }
        return count
    }

    private var today: CalendarDay { zone.day(world.now()) }

    /// Something to do, from three days ago to a week from now.
    private func assign(_ subject: Subject, _ dice: inout DemoDice) async throws -> Int {
        let kind = dice.pick(["Follow Up", "Call", "Text", "Email", "Thank You"])
        let day = today.adding(dice.number(below: 11) - 3).text
        let patch = TaskPatch(name: "\(kind): \(subject.name)", client: subject.id) {
            $0.type = .set(kind)
            $0.dueDay = .set(day)
        }
        guard case .done = try await tasks.create(subject.agent, patch) else { return 0 }
        return 1
    }

    /// A meeting within three days on either side.
    private func meet(_ subject: Subject, _ dice: inout DemoDice) async throws -> Int {
        let start = LocalTime(today.adding(dice.number(below: 7) - 3), minute: 9 * 60 + dice.number(below: 16) * 30)
        var patch = AppointmentPatch()
        patch.title = .set(dice.pick(["Showing", "Coffee", "Listing presentation", "Walk-through"]))
        patch.kind = .set(dice.chance(60) ? "showing" : "appointment")
        patch.startTime = .set(start.text)
        patch.timeZone = .set(zone.name)
        patch.clients = .set([subject.id])
        guard case .done = try await appointments.create(subject.agent, patch) else { return 0 }
        return 1
    }

    private static let cities = [("Austin", "TX", "78701"), ("Round Rock", "TX", "78664"), ("Denver", "CO", "80202")]

    private func list(_ agent: Scope, _ dice: inout DemoDice) async throws -> Int {
        let city = dice.pick(Self.cities)
        var draft = ListingDraft()
        draft.status = dice.pick(["Active", "Active", "Coming Soon", "Pending"])
        draft.mlsNumber = .set("D\(1000 + dice.number(below: 9000))")
        draft.price = .set(Int64(300 + dice.number(below: 120) * 5) * 100_000)
        draft.address = Listing.Address(
            street: "\(1 + dice.number(below: 900)) \(dice.pick(["Elm", "Oak", "Maple", "Cedar"])) Street",
            city: city.0,
            state: city.1, code: city.2)
        draft.type = .set("house")
        draft.beds = .set(Int64(2 + dice.number(below: 4)))
        draft.baths = .set(Int64(1 + dice.number(below: 3)))
        draft.area = .set(Int64(1100 + dice.number(below: 200) * 10))
        guard case .done(let listing) = try await listings.create(agent, draft, telling: requests) else { return 0 }
        if dice.chance(40), let price = listing.price {
            var cheaper = ListingDraft()
            cheaper.price = .set(price - 1_000_000)
            _ = try await listings.change(agent, listing.id, cheaper, telling: requests)
        }
        return 1
    }

    /// What a buyer looks for.
    private func ask(_ subject: Subject, _ dice: inout DemoDice) async throws {
        var draft = BuyerRequestDraft()
        draft.name = "First home"
        draft.maxPrice = .set(Int64(400 + dice.number(below: 100) * 5) * 100_000)
        draft.minBeds = .set(Int64(2 + dice.number(below: 2)))
        draft.cities = [dice.pick(Self.cities).0]
        _ = try await requests.create(subject.agent, for: subject.id, draft)
    }

    /// Deals at each stage of each pipeline, with their escrow around today.
    private func sell(_ owner: Scope, _ subjects: [Subject], _ dice: inout DemoDice) async throws -> Int {
        let stages = try await pipelines.all(owner).flatMap(\.stages)
        guard !stages.isEmpty else { return 0 }
        var made = 0
        for (index, subject) in subjects.enumerated() {
            var draft = DealDraft(name: "\(subject.name)", stageID: stages[index % stages.count].id)
            draft.price = .set(Int64(300 + dice.number(below: 120) * 5) * 100_000)
            draft.commission = .set(DealDraft.CommissionDraft(ratePpm: 25_000))
            draft.parties = [
                DealDraft.Party(clientId: subject.id, roles: [index.isMultiple(of: 2) ? "buyer" : "seller"])
            ]
            draft.dates = ["acceptance": today.adding(-dice.number(below: 28)).text]
            if case .done = try await deals.create(subject.agent, draft) { made += 1 }
        }
        return made
    }

    /// A template and a plan, with some clients who are on it.
    private func plan(_ owner: Scope, _ subjects: [Subject]) async throws {
        let welcome = MailTemplateDraft(
            name: "Welcome", subject: "Good to meet you, {{client.firstName|there}}",
            body: "Dear {{client.firstName|friend}},\n\nthank you for getting in touch.\n\n{{agent.fullName}}",
            isShared: true)
        guard case .done = try await templates.create(owner, welcome) else { return }
        var (call, tag) = (PlanDraft.Step("task", afterDays: 1), PlanDraft.Step("addTag", afterDays: 5))
        (call.name, call.type, tag.tag) = ("Call to see how it went", "Call", "nurture")
        guard case .done(let plan) = try await plans.create(owner, PlanDraft(name: "New buyer", steps: [call, tag]))
        else { return }
        for subject in subjects { _ = try await plans.enrol(subject.agent, subject.id, on: plan.id) }
    }
}

extension Array {
    /// The elements in an order that the dice give (Fisher and Yates).
    fileprivate func shuffled(by dice: inout DemoDice) -> [Element] {
        var shuffled = self
        for index in shuffled.indices.dropFirst().reversed() {
            shuffled.swapAt(index, dice.number(below: index + 1))
        }
        return shuffled
    }
}
