import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `an action plan` {
    @Test(arguments: DatabaseKind.available)
    func `does its steps at their times, for the client's agent, and tells them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.standAt("2026-03-02T10:00")
            let client = try await office.mia()
            let plan = try await office.plan(
                try await office.steps { template in
                    var (task, mail) = (PlanDraft.Step("task", afterDays: 0), PlanDraft.Step("mail", afterDays: 1))
                    (task.name, task.type) = ("Call her", "Call")
                    (mail.templateId, mail.time) = (template, "09:30")
                    var (tag, stage) = (PlanDraft.Step("addTag", afterDays: 2), PlanDraft.Step("stage", afterDays: 0))
                    (tag.tag, stage.stage) = ("nurtured", "Nurture")
                    return [task, mail, tag, stage]
                })
            let enrolment = try await office.enrolled(office.ana, client.id, plan)
            #expect(try await office.makeRound() == 1)
            #expect(try await office.taskNames(office.ana) == ["Call her"])
            #expect(try await office.makeRound() == 0)
            try await office.standAt("2026-03-03T09:29")
            #expect(try await office.makeRound() == 0)
            try await office.standAt("2026-03-03T09:30")
            #expect(try await office.makeRound() == 1)
            let letter = try #require(try await office.sentLetters().first)
            #expect(letter.text == "Dear Mia")
            #expect(letter.unsubscribeLink?.hasPrefix("http://office.example/unsubscribe?token=") == true)
            #expect(letter.replyTo == "ana@example.com")
            try await office.standAt("2026-03-05T09:00")
            #expect(try await office.makeRound() == 1)
            office.time.advance(by: .seconds(1))
            #expect(try await office.makeRound() == 1)
            guard case .found(let after) = try await office.book.get(office.ana, client.id) else {
                throw Office.Unexpected()
            }
            #expect(try after.tags.elements() == ["nurtured"])
            #expect(after.stage == "Nurture")
            let all = try #require(try await office.plans.enrolments(office.ana, of: client.id))
            #expect(all.map(\.status) == [.finished])
            #expect(all.map(\.id) == [enrolment.id])
            let told = try await office.lines(office.ana, client.id, kind: "plan", limit: 50).map(\.body)
            #expect(told == ["Stage: Nurture", "Tag added: nurtured", "Task: Call her"])
            #expect(try await office.contact(client.id).first == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `pauses when the client answered or was spoken with, even a second ago`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.standAt("2026-03-02T10:00")
            for direction in ["incoming", "outgoing"] {
                let client = try await office.mia()
                let plan = try await office.plan(try await office.mailSteps(afterDays: 1))
                let enrolment = try await office.enrolled(office.ana, client.id, plan)
                office.time.advance(by: .days(1))
                var text = TimelineDraft(kind: .text, body: "Stop by")
                text.direction = direction
                _ = try await office.recorded(office.ana, client.id, text)
                _ = try await office.makeRound()
                let state = try await office.state(office.ana, client.id)
                #expect(state.status == .paused && state.reason == .contacted)
                #expect(try await office.sentLetters().isEmpty)
                office.time.advance(by: .seconds(1))
                // Whoever goes on with it does so knowing of that.
                _ = try await office.plans.set(office.ana, enrolment.id, to: .running)
                _ = try await office.plans.set(office.ana, enrolment.id, to: .stopped)
                #expect(try await office.makeRound() == 0)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `mails nobody who asked for none, nobody at night, and nothing with a hole in it`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            try await office.standAt("2026-03-02T10:00")
            let plan = try await office.plan(try await office.mailSteps(afterDays: 0))
            let opted = try await office.mia()
            _ = try await office.enrolled(office.ana, opted.id, plan)
            _ = try await office.book.refuseMail(opted.id, from: "unsubscribe link")
            let unnamed = try await office.client(office.ana, "", "Long") {
                $0.emails = [ContactPoint(value: "x@example.com")]
            }
            _ = try await office.enrolled(office.ana, unnamed.id, plan)
            let unreachable = try await office.client(office.ana, "Kim")
            _ = try await office.enrolled(office.ana, unreachable.id, plan)
            _ = try await office.makeRound()
            #expect(try await office.state(office.ana, opted.id).reason == .optedOut)
            #expect(try await office.state(office.ana, unnamed.id).reason == .emptyMergeField)
            #expect(try await office.state(office.ana, unreachable.id).reason == .noAddress)
            try await office.standAt("2026-03-02T22:15")
            let night = try await office.mia()
            _ = try await office.enrolled(office.ana, night.id, plan)
            _ = try await office.makeRound()
            #expect(try await office.sentLetters().isEmpty)
            #expect(try await office.state(office.ana, night.id).nextAt == office.moment("2026-03-03T08:00"))
            try await office.standAt("2026-03-03T08:00")
            _ = try await office.makeRound()
            #expect(try await office.sentLetters().count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on once for two clients who become one, and stops with whoever is gone`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            try await office.standAt("2026-03-02T10:00")
            let plan = try await office.plan(try await office.mailSteps(afterDays: 1))
            let (winner, loser) = (try await office.mia(), try await office.mia())
            _ = try await office.enrolled(office.ana, winner.id, plan)
            _ = try await office.enrolled(office.ana, loser.id, plan)
            let merge = try await office.merged(office.ana, winner.id, with: loser.id)
            office.time.advance(by: .days(1))
            _ = try await office.makeRound()
            #expect(try await office.sentLetters().count == 1)
            let all = try #require(try await office.plans.enrolments(office.ana, of: loser.id))
            #expect(Set(all.map(\.status)) == [.finished, .stopped])
            _ = try await office.book.undoMerge(office.ana, merge)
            #expect(try await office.state(office.ana, loser.id).status == .stopped)
            let gone = try await office.mia()
            _ = try await office.enrolled(office.ana, gone.id, plan)
            _ = try await office.book.delete(office.owner, gone.id, proof: try office.proof(office.owner))
            office.time.advance(by: .days(1))
            _ = try await office.makeRound()
            let stopped: Int64 = try await office.database.rows(
                "SELECT COUNT(*) AS n FROM plan_enrolment WHERE reason = 'client_gone'")[0].get("n")
            #expect(stopped == 1)
            #expect(try await office.sentLetters().count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is made by owner and admin, and refuses what could not be done`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let plans = office.plans
            #expect(try await plans.create(office.ana, PlanDraft(name: "A", steps: [])) == .forbidden)
            var (tag, task) = (PlanDraft.Step("addTag", afterDays: -1), PlanDraft.Step("task", afterDays: 1))
            (tag.time, task.type) = ("25:00", "Yoga")
            var (stage, mail) = (PlanDraft.Step("stage", afterDays: 1), PlanDraft.Step("mail", afterDays: 1))
            stage.stage = "Nowhere"
            mail.templateId = try await office.template(office.ana, "Hi", "x").id.description
            let draft = PlanDraft(name: "", steps: [tag, task, stage, mail, PlanDraft.Step("sms", afterDays: 1)])
            guard case .invalid(let problems) = try await plans.create(office.owner, draft) else {
                throw Office.Unexpected()
            }
            #expect(
                problems.map { "\($0.field) \($0.code.rawValue)" } == [
                    "name required", "steps[0].afterDays out_of_range", "steps[0].time invalid_date",
                    "steps[0].tag required", "steps[1].name required", "steps[1].type unknown_choice",
                    "steps[2].stage unknown_choice", "steps[3].templateId unknown_choice",
                    "steps[4].kind unknown_choice",
                ])
            let plan = try await office.plan(try await office.mailSteps(afterDays: 1))
            let client = try await office.mia()
            #expect(try await plans.enrol(office.ben, client.id, on: plan) == .notFound)
            let enrolment = try await office.enrolled(office.ana, client.id, plan)
            guard case .invalid = try await plans.enrol(office.ana, client.id, on: plan) else {
                throw Office.Unexpected()
            }
            #expect(try await plans.enrolments(office.ben, of: client.id) == nil)
            #expect(try await plans.set(office.ben, enrolment.id, to: .stopped) == .notFound)
            guard case .done = try await plans.remove(office.owner, plan) else { throw Office.Unexpected() }
            #expect(try await office.state(office.ana, client.id).reason == .planRemoved)
            guard case .invalid = try await plans.set(office.ana, enrolment.id, to: .running) else {
                throw Office.Unexpected()
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leaves the numbers of a client what they are at home`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let british = ClientBook(
                database: office.database, world: office.time.world, cursorKey: Office.cursorKey,
                home: try #require(HomeRegion("GB")))
            var draft = ClientDraft(firstName: "Mia")
            draft.phones = [ContactPoint(value: "020 7946 0958")]
            guard case .created(let client) = try await british.create(office.ana, draft, force: true) else {
                throw Office.Unexpected()
            }
            var tag = PlanDraft.Step("addTag", afterDays: 0)
            tag.tag = "nurtured"
            _ = try await office.enrolled(office.ana, client.id, try await office.plan([tag]))
            #expect(try await office.makeRound(british) == 1)
            let matches: [String] = try await office.database.rows(
                "SELECT value FROM client_match WHERE client_id = \(client.id) ORDER BY value"
            ).map { try $0.get("value") }
            #expect(matches.contains { $0.hasSuffix("442079460958") }, "\(matches)")
            #expect(matches.contains("nurtured"), "\(matches)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that cannot be read holds up no other`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.standAt("2026-03-02T10:00")
            let plan = try await office.plan(try await office.mailSteps(afterDays: 0))
            let (broken, whole) = (try await office.mia(), try await office.mia())
            let first = try await office.enrolled(office.ana, broken.id, plan)
            office.time.advance(by: .seconds(1))
            _ = try await office.enrolled(office.ana, whole.id, plan)
            try await office.database.transaction { session in
                try session.run("UPDATE plan_enrolment SET steps = '[{]' WHERE id = \(first.id)")
            }
            #expect(try await office.makeRound() == 2)
            #expect(try await office.sentLetters().count == 1)
            #expect(try await office.makeRound() == 0)
            office.time.advance(by: .hours(1))
            #expect(try await office.makeRound() == 1)
        }
    }

    @Test func `knows when the night is over, also across midnight and a change of the clocks`() throws {
        let zone = try #require(Zone("America/New_York"))
        func moment(_ text: String) throws -> Timestamp { zone.moment(try #require(LocalTime(text))) }
        let hours = QuietHours.standard
        #expect(hours.end(at: try moment("2026-03-07T20:59"), in: zone) == nil)
        #expect(hours.end(at: try moment("2026-03-07T21:00"), in: zone) == (try moment("2026-03-08T08:00")))
        #expect(hours.end(at: try moment("2026-03-08T07:59"), in: zone) == (try moment("2026-03-08T08:00")))
        #expect(hours.end(at: try moment("2026-03-08T08:00"), in: zone) == nil)
        let noon = try #require(QuietHours("12:00-13:00"))
        #expect(noon.end(at: try moment("2026-03-08T12:30"), in: zone) == (try moment("2026-03-08T13:00")))
        #expect(QuietHours("00:00-00:00")?.end(at: try moment("2026-03-08T03:30"), in: zone) == nil)
        for text in ["", "9-5", "21:00", "21:00-08:00-09:00", "24:00-08:00"] { #expect(QuietHours(text) == nil) }
    }
}

extension Office {
    var plans: ActionPlans {
        ActionPlans(
            database: database, world: time.world,
            settings: UserSettings(database: database, world: time.world))
    }

    func moment(_ local: String) throws -> Timestamp { Zone.standard.moment(try #require(LocalTime(local))) }

    /// Moves the clock forward to that time of the brokerage's zone.
    func standAt(_ local: String) async throws {
        let ahead = try moment(local).milliseconds - time.world.now().milliseconds
        time.advance(by: .milliseconds(ahead))
    }

    /// Does the steps that are due, of each plan one; how many those were.
    func makeRound(_ other: ClientBook? = nil) async throws -> Int {
        try await PlanRounds(plans: plans, book: other ?? book, mailbox: mailbox, links: unsubscribeLinks).work()
    }

    /// Steps with a shared template of the owner.
    func steps(_ body: (String) -> [PlanDraft.Step]) async throws -> [PlanDraft.Step] {
        let draft = MailTemplateDraft(
            name: "Shared", subject: "Hello", body: "Dear {{client.firstName}}", isShared: true)
        guard case .done(let template) = try await templates.create(owner, draft) else { throw Unexpected() }
        return body(template.id.description)
    }

    func mailSteps(afterDays: Int) async throws -> [PlanDraft.Step] {
        try await steps { template in
            var mail = PlanDraft.Step("mail", afterDays: afterDays)
            mail.templateId = template
            return [mail]
        }
    }

    /// A plan that must be accepted.
    func plan(_ steps: [PlanDraft.Step]) async throws -> ActionPlanID {
        let outcome = try await plans.create(owner, PlanDraft(name: "New buyer", steps: steps))
        guard case .done(let plan) = outcome else {
            Issue.record("no plan: \(outcome)")
            throw Unexpected()
        }
        return plan.id
    }

    func enrolled(_ scope: Scope, _ client: ClientID, _ plan: ActionPlanID) async throws -> PlanEnrolment {
        let outcome = try await plans.enrol(scope, client, on: plan)
        guard case .done(let enrolment) = outcome else {
            Issue.record("not enrolled: \(outcome)")
            throw Unexpected()
        }
        return enrolment
    }

    /// The client's latest plan.
    func state(_ scope: Scope, _ client: ClientID) async throws -> PlanEnrolment {
        guard let first = try await plans.enrolments(scope, of: client)?.first else { throw Unexpected() }
        return first
    }

    func taskNames(_ scope: Scope) async throws -> [String] {
        try await database.rows("SELECT name FROM task WHERE assigned_to = \(scope.userID)").map { try $0.get("name") }
    }
}
