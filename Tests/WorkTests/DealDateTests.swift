import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the dates of a deal` {
    @Test(arguments: DatabaseKind.available)
    func `come from the acceptance, and one set by hand stays when that is another day`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let deal = try await office.deal(office.ana) { $0.dates = ["acceptance": "2026-02-27"] }
            #expect(deal.dates.day(.earnestMoney)?.text == "2026-03-02")
            #expect(deal.dates.day(.closing)?.text == "2026-03-29")
            #expect(deal.checklist[1].due == "2026-03-02")
            _ = try await office.changed(office.ana, deal.id) {
                $0.dates = ["closing": "2026-04-15", "appraisal": nil]
            }
            let later = try await office.changed(office.ana, deal.id) { $0.dates = ["acceptance": "2026-03-01"] }
            #expect(later.dates.day(.closing)?.text == "2026-04-15")
            #expect(later.dates.day(.appraisal) == nil)
            #expect(later.dates.day(.earnestMoney)?.text == "2026-03-04")
            #expect(later.dates.byHand == [.acceptance, .appraisal, .closing])
            #expect(later.checklist[1].due == "2026-03-04")
            let back = try await office.changed(office.ana, deal.id) { $0.dates = ["closing": "template"] }
            #expect(back.dates.day(.closing)?.text == "2026-03-31")
            let read = try #require(try await office.deals.get(office.ana, deal.id))
            #expect(read.dates == back.dates)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are counted by the template that owner and admin make`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            #expect(
                try await office.deals.replaceTemplate(office.ana, dates: [:], checklist: []) == .forbidden)
            guard
                case .invalid(let problems) = try await office.deals.replaceTemplate(
                    office.owner, dates: ["party": 3, "closing": .min], checklist: [.init(title: " ", days: .min)])
            else { throw Office.Unexpected() }
            #expect(
                Set(problems.map(\.field)) == ["dates", "dates.closing", "checklist[0].title", "checklist[0].days"])
            guard
                case .done(let template) = try await office.deals.replaceTemplate(
                    office.owner, dates: ["closing": 45], checklist: [.init(title: "Call", days: -1)],
                    expectedVersions: [1])
            else { throw Office.Unexpected() }
            #expect(template.version == 2)
            let deal = try await office.deal(office.ana) { $0.dates = ["acceptance": "2026-01-15"] }
            #expect(deal.dates.day(.closing)?.text == "2026-03-01")
            #expect(deal.dates.day(.loan) == nil)
            #expect(deal.checklist.map(\.due) == ["2026-01-14"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that are due soon are told for the open deals on which somebody works`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let mine = try await office.deal(office.ana, "Mine") { $0.dates = ["acceptance": "2026-01-01"] }
            try await office.deal(office.ben, "Ben's") { $0.dates = ["acceptance": "2026-01-01"] }
            let (from, through) = (try #require(PartialDate("2026-01-02")), try #require(PartialDate("2026-01-16")))
            func upcoming(_ scope: Scope) async throws -> [String] {
                try await office.database.read { session in
                    try DealDeadlines.upcoming(for: scope, from: from, through: through, limit: 50, in: session)
                        .map { "\($0.dealName) \($0.kind.rawValue) \($0.day.text)" }
                }
            }
            #expect(
                try await upcoming(office.ana) == ["Mine earnestMoney 2026-01-04", "Mine diligence 2026-01-11"])
            #expect(try await upcoming(office.owner) == [])
            let won = try #require(try await office.stages().first { $0.kind == .won })
            _ = try await office.changed(office.ana, mine.id) { $0.stageId = won.id }
            #expect(try await upcoming(office.ana) == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that are due soon are found along the open deals of somebody, not those of all`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            for number in 0..<60 {
                try await office.deal(number % 20 == 0 ? office.ana : office.ben) {
                    $0.dates = ["acceptance": "2026-01-01"]
                }
            }
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            let asked = ReadStatements(office.database)
            let (from, through) = (try #require(PartialDate("2026-01-02")), try #require(PartialDate("2026-01-16")))
            let count = try await asked.read { session in
                try DealDeadlines.upcoming(for: office.ana, from: from, through: through, limit: 50, in: session).count
            }
            #expect(count == 6)
            let plans = try await asked.plans()
            #expect(plans.contains { $0.contains("deal_agent_by_user") }, "\(plans)")
            #expect(!plans.contains { $0.contains("SCAN deal") }, "\(plans)")
        }
    }
}
