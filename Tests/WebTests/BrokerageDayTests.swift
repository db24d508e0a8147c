import Accounts
import Core
import Foundation
import HTTPTypes
import Identity
import NIOCore
import Storage
import TestSupport
import Testing
import Work

@testable import Web

/// A week in the life of one lead, told as a realtor would: who calls whom, what is shown, what is signed, and what each of them finds on their day.
@Suite struct `a day of a brokerage` {
    @Test(arguments: DatabaseKind.available)
    func `goes from a lead on the website to keys handed over`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["MAIL_URL": "file:///dev/null", "RATE_LIMIT_API_MAX": "1000000"]) { office in
            // The test's world begins at midnight of New Year in UTC, which is the evening before in New York. Monday, 5 January 2026, 9:00 there:
            office.clock.advance(by: .hours(4 * 24 + 14))
            let rita = try await office.signedIn("rita@office.example", role: .owner)
            let ana = try await office.signedIn("ana@office.example")
            let ben = try await office.signedIn("ben@office.example")
            let anaID = try await ana.id()

            // Over the weekend the website brought Mia. Rita gives her to Ana, with the plan for new buyers.
            let mia = try await rita.made(
                "/v1/clients",
                #"{"firstName":"Mia","lastName":"Long","source":"Website","stage":"Leads","assignedTo":"\#(anaID)","emails":[{"value":"mia@example.com"}],"phones":[{"value":"512 555 0143"}],"birthday":"--01-08"}"#
            )
            try await rita.done(
                "/v1/clients/\(mia)/timeline",
                #"{"kind":"enquiry","enquiryType":"Property Inquiry","source":"Website","body":"Is the garden fenced?","property":{"street":"12 Elm Street","city":"Austin","price":420000}}"#
            )
            let template = try await rita.made(
                "/v1/templates",
                #"{"name":"Welcome","subject":"Hello {{client.firstName}}","body":"Dear {{client.firstName}},\n\nI am {{agent.firstName}}.","isShared":true}"#
            )
            let plan = try await rita.made(
                "/v1/plans",
                #"{"name":"New buyer","steps":[{"kind":"task","afterDays":0,"name":"Call Mia","type":"Call"},{"kind":"mail","afterDays":1,"templateId":"\#(template)"}]}"#
            )
            try await rita.done("/v1/clients/\(mia)/plans", #"{"planId":"\#(plan)"}"#)
            try await office.makePlanRound()

            // Ana looks at her phone between two showings: a lead that waits, a task for today, a birthday on Thursday.
            office.clock.advance(by: .minutes(7))
            var today = try await ana.get("/v1/today")
            #expect(today.string("newLeads", "data", "0", "clientName") == "Mia Long")
            #expect(today["newLeads", "data", "0", "secondsWaiting"] == .integer(420))
            #expect(today.string("dueTasks", "data", "0", "name") == "Call Mia")
            #expect(today.string("celebrations", "data", "0", "day") == "2026-01-08")
            #expect(try await ben.get("/v1/today").string("newLeads", "data", "0", "clientName") == nil)
            #expect(try await ben.get("/v1/clients/\(mia)/timeline").code == "not_found")

            // She calls, and the mail of tomorrow will not go out: somebody has spoken with Mia.
            try await ana.done(
                "/v1/clients/\(mia)/timeline",
                #"{"kind":"call","outcome":"Interested","durationSeconds":310,"body":"Garden, two dogs, up to 450."}"#)
            let task = try #require(today.string("dueTasks", "data", "0", "id"))
            try await ana.done("/v1/tasks/\(task)/complete")
            try await ana.done(
                "/v1/clients/\(mia)/requests",
                #"{"name":"House with a garden","maxPrice":45000000,"cities":["Austin"]}"#)
            today = try await ana.get("/v1/today")
            #expect(today.string("newLeads", "data", "0", "clientName") == nil)
            #expect(today.string("dueTasks", "data", "0", "name") == nil)

            // Ben lists just such a house; Ana finds it on her day, and shows it.
            office.clock.advance(by: .hours(22))
            for (person, name) in [(rita, "rita"), (ana, "ana"), (ben, "ben")] {
                _ = try await person.signIn("\(name)@office.example")
            }
            let house = try await ben.made(
                "/v1/listings",
                #"{"mlsNumber":"4711","status":"Active","price":42000000,"address":{"street":"12 Elm Street","city":"Austin","state":"TX","code":"78701"},"type":"house","beds":3,"baths":2}"#
            )
            try await office.makePlanRound()
            #expect(try await ana.get("/v1/clients/\(mia)/plans").string("data", "0", "reason") == "contacted")
            today = try await ana.get("/v1/today")
            #expect(today.string("newMatches", "data", "0", "listingId") == house)
            let showing = try await ana.made(
                "/v1/appointments",
                #"{"kind":"showing","title":"12 Elm Street","startTime":"2026-01-06T17:00","timeZone":"America/Chicago","clients":["\#(mia)"],"listingId":"\#(house)"}"#
            )
            #expect(try await ana.get("/v1/today").string("appointments", "data", "0", "id") == showing)
            try await ana.changed(
                "/v1/appointments/\(showing)", #"{"feedback":{"text":"Loves the garden","rating":5}}"#)
            let showings = try await ana.get("/v1/appointments?listing=\(house)")
            #expect(showings["data", "0", "feedback", "rating"] == .integer(5))

            // An offer is accepted. The days of the escrow follow, and the board has the deal where Ana drags it.
            let board = try await ana.get("/v1/deals/board")
            let stages = (0..<4).compactMap { board.string("columns", "\($0)", "stageId") }
            let deal = try await ana.made(
                "/v1/deals",
                #"{"name":"12 Elm Street","stageId":"\#(stages[0])","price":41500000,"commission":{"ratePpm":30000},"split":[{"to":"agent","userId":"\#(anaID)","basisPoints":7000},{"to":"house","basisPoints":3000}],"parties":[{"clientId":"\#(mia)","roles":["buyer"]}],"dates":{"acceptance":"2026-01-06"}}"#
            )
            try await ana.done("/v1/deals/\(deal)/move", #"{"stageId":"\#(stages[1])"}"#)
            let signed = try await ana.get("/v1/deals/\(deal)")
            #expect(signed["split", "0", "amount"] == .integer(871_500))
            let earnest = try #require(signed.string("dates", "earnestMoney"))
            today = try await ana.get("/v1/today")
            #expect(today.string("dealDates", "data", "0", "dealId") == deal)
            #expect(today.text.contains(earnest))
            // Each day of the escrow is a task of hers as well, and moves with it.
            let tasks = try await ana.get("/v1/tasks?assignedTo=\(anaID)&limit=100")
            #expect(tasks.text.contains("Earnest money: 12 Elm Street"))
            try await ana.changed("/v1/deals/\(deal)", #"{"dates":{"closing":"2026-03-01"}}"#)
            #expect(try await ana.get("/v1/tasks?limit=100").text.contains(#""dueDay":"2026-03-01""#))

            office.clock.advance(by: .minutes(1))
            // The contract is on file, private to those who work with Mia.
            let contract = try await ana.send(
                .post, "/v1/clients/\(mia)/files?name=Contract.pdf", body: ByteBuffer(string: "%PDF-1.7 signed"),
                headers: ["Content-Type": "application/octet-stream"])
            #expect(contract.string("mediaType") == "application/pdf")
            #expect(try await ben.get("/v1/files/\(contract.string("id") ?? "")/content").code == "not_found")

            // Mia's whole story, newest first, on one page.
            let story = try await ana.get("/v1/clients/\(mia)/timeline?limit=50")
            let kinds = story.data.compactMap { line -> String? in
                if case .object(let members) = line, case .string(let kind) = members["kind"] { return kind }
                return nil
            }
            #expect(kinds.first == "file")
            #expect(Set(["file", "deal", "showing", "task", "call", "enquiry", "plan", "change"]).isSubset(of: kinds))

            // Ana leaves the brokerage. What she had to do is Ben's, and he sees all of it at once.
            let left = try await rita.post("/v1/users/\(anaID)/leave", #"{"clientsTo":"\#(try await ben.id())"}"#)
            #expect(left.status == .ok, "\(left.text)")
            #expect(try await ben.get("/v1/clients/\(mia)/timeline?limit=50").data.count == story.data.count + 1)
            #expect(try await ben.get("/v1/today").string("dealDates", "data", "0", "dealId") == deal)
            #expect(try await ben.get("/v1/files/\(contract.string("id") ?? "")/content").text == "%PDF-1.7 signed")
        }
    }
}

extension Visitor {
    fileprivate func id() async throws -> String { try await get("/v1/auth/me").string("user", "id") ?? "" }

    /// Makes something, and gives its identity.
    fileprivate func made(_ path: String, _ json: String) async throws -> String {
        let answer = try await post(path, json)
        guard answer.status == .created, let id = answer.string("id") else { throw Surprise("\(path): \(answer.text)") }
        return id
    }

    /// Sends what must be accepted.
    fileprivate func done(_ path: String, _ json: String? = nil) async throws {
        let answer = try await post(path, json)
        guard answer.status.code < 300 else { throw Surprise("\(path): \(answer.text)") }
    }

    fileprivate func changed(_ path: String, _ json: String) async throws {
        let answer = try await send(.patch, path, json: json)
        guard answer.status == .ok else { throw Surprise("\(path): \(answer.text)") }
    }
}

extension Office {
    /// Does the steps of plans that are due.
    fileprivate func makePlanRound() async throws {
        let settings = UserSettings(database: gate.database, world: clock.world)
        let secret = ServerSecret(current: Secret(Array(Self.secret.utf8)))
        try await PlanRounds(
            plans: ActionPlans(database: gate.database, world: clock.world, settings: settings), book: book,
            mailbox: gate.mailbox,
            links: UnsubscribeLinks(secret: secret, origin: Self.origin)
        ).work()
    }
}
