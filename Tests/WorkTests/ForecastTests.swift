import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the forecast` {
    @Test(arguments: DatabaseKind.available)
    func `counts each month's deals, open ones by how likely they close, won ones whole and lost ones not`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            let cases: [(DealStage, String?, Int64)] = [
                (stages[0], "2026-01-31", 333), (stages[2], "2026-02-01", 1000), (stages[5], "2026-02-28", 2000),
                (stages[6], "2026-02-10", 9_999), (stages[1], nil, 400), (stages[1], "2027-01-01", 7),
            ]
            for (stage, day, price) in cases {
                try await office.deal(office.ana, in: stage) { draft in
                    draft.price = .set(price)
                    draft.commission = .set(.init(ratePpm: 30_000))
                    if let day { draft.dates = ["closing": day] }
                }
            }
            let (from, to) = (try #require(YearMonth("2026-01")), try #require(YearMonth("2026-12")))
            let forecast = try await office.deals.forecast(office.ana, from: from, through: to)
            #expect(forecast.months.map(\.name).last == "2026-12")
            let (january, february) = (forecast.months[0], forecast.months[1])
            // 10 % of 3.33 are 33.3 cents.
            #expect([january.count, january.volume, january.weightedVolume, january.commission] == [1, 333, 33, 10])
            #expect([february.count, february.won, february.volume, february.weightedVolume] == [2, 1, 3000, 2500])
            #expect([february.commission, february.weightedCommission] == [90, 75])
            #expect(
                [forecast.undated.count, forecast.undated.volume, forecast.undated.weightedVolume] == [1, 400, 100])
            #expect(try await office.deals.forecast(office.ben, from: from, through: to).months[1].count == 0)
            let lines = String(decoding: forecast.csv, as: UTF8.self).split(separator: "\r\n")
            #expect(lines[0] == "Month,Deals,Won,Volume,Commission,Weighted volume,Weighted commission")
            #expect(lines[2] == "2026-02,2,1,30.00,0.90,25.00,0.75")
            #expect(lines.count == 14)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is read from the index of closing days`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<60 {
                try await office.deal(office.ana) { $0.dates = ["closing": "20\(10 + number % 30)-03-01"] }
            }
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            let asked = ReadStatements(office.database)
            let deals = DealBook(database: asked, world: office.time.world, cursorKey: Office.cursorKey)
            let month = try #require(YearMonth("2026-03"))
            #expect(try await deals.forecast(office.owner, from: month, through: month).months[0].count == 2)
            #expect(asked.statements.count == 2)
            let plans = try await asked.plans()
            #expect(plans.contains { $0.contains("deal_by_closing") }, "\(plans)")
            #expect(!plans.contains { $0 == "SCAN deal" }, "\(plans)")
        }
    }

    @Test func `reads months, and nothing that looks like one`() {
        #expect(YearMonth("2026-12")?.adding(1).text == "2027-01")
        for text in ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "--01", ""] {
            #expect(YearMonth(text) == nil)
        }
    }
}
