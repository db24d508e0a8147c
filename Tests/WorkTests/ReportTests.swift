import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `reports` {
    @Test(arguments: DatabaseKind.available)
    func `of sources tell what came, what became of it, what it cost and what came back`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            let zillow = try await office.client(office.ana, "A") { $0.source = "Zillow" }
            let second = try await office.client(office.ben, "B") { $0.source = "Zillow" }
            try await office.client(office.ben, "C")
            let referral = try await office.client(office.ana, "D") { $0.source = "Referral" }
            try await office.told(.call, zillow.id, by: office.ana, after: .minutes(4))
            // Two of one source take part, and a client of another one: the deal counts for the first.
            try await office.deal(
                office.owner, in: stages[5],
                with: [(zillow.id, "buyer"), (second.id, "coBuyer"), (referral.id, "other")]
            ) { draft in
                draft.price = .set(50_000_000)
                draft.commission = .set(.init(ratePpm: 30_000))
            }
            #expect(try await office.cost("Zillow", "2026-01", 310_00) == nil)
            #expect(try await office.cost("Radio", "2026-01", 5000) == nil)
            #expect(try await office.cost("Radio", "2026-01", 0) == nil)
            let report = try await office.report(office.owner, .sources, "2026-01-01", "2026-01-10")
            #expect(report.column("source") == [.text("Referral"), .text("Zillow"), .text(nil)])
            #expect(report.column("clients") == [.count(1), .count(2), .count(1)])
            #expect(report.column("contacted") == [.count(0), .count(1), .count(0)])
            #expect(report.column("withDeal") == [.count(1), .count(2), .count(0)])
            #expect(report.column("won") == [.count(0), .count(1), .count(0)])
            #expect(report.column("volume") == [.money(0), .money(50_000_000), .money(0)])
            #expect(report.column("commission") == [.money(0), .money(1_500_000), .money(0)])
            // Ten of 31 days of 310.00.
            #expect(report.column("cost") == [.money(0), .money(10_000), .money(0)])
            #expect(report.column("returnBasisPoints") == [.share(nil), .share(1_490_000), .share(nil)])
            let own = try await office.report(office.ben, .sources, "2026-01-01", "2026-01-31")
            #expect(own.column("source") == [.text("Zillow"), .text(nil)])
            #expect(own.column("withDeal") == [.count(1), .count(0)])
            #expect(own.column("won") == [.count(0), .count(0)], "the deal is that of Ana's client")
            #expect(own.column("cost") == [.money(nil), .money(nil)])
            #expect(try await office.report(office.owner, .sources, "2026-01-02", "2026-01-10").rows.count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of speed tell the median and who waited how long`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let waits: [Duration] = [.minutes(5), .minutes(60), .hours(24), .hours(24) + .seconds(1)]
            for wait in waits {
                let client = try await office.client(office.ana)
                try await office.told(.text, client.id, by: office.ana, after: wait)
            }
            try await office.client(office.ana)
            try await office.client(office.owner)
            let report = try await office.report(office.owner, .speed, "2026-01-01", "2026-12-31")
            // The last row is of clients whom nobody has.
            #expect(report.column("name") == [.text("ana Test"), .text("ben Test"), .text("owner Test"), .text(nil)])
            #expect(report.column("clients") == [.count(5), .count(0), .count(0), .count(1)])
            #expect(report.column("contacted") == [.count(4), .count(0), .count(0), .count(0)])
            #expect(report.column("medianSeconds")[..<2] == [.count((3600 + 86_400) / 2), .count(nil)])
            #expect(report.column("within5Minutes") == [.share(2000), .share(nil), .share(nil), .share(0)])
            #expect(report.column("within1Hour").first == .share(4000))
            #expect(report.column("within1Day").first == .share(6000))
            #expect(report.column("never") == [.count(1), .count(0), .count(0), .count(1)])
            let own = try await office.report(office.ana, .speed, "2026-01-01", "2026-12-31")
            #expect(own.rows == [report.rows[0]])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of conversion tell who came into each stage, who went on and after how many days`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            let first = try await office.client(office.ana)
            let second = try await office.client(office.ben)
            try await office.deal(office.ana)
            let won = try await office.deal(office.ana)
            let lost = try await office.deal(office.ana)
            office.time.advance(by: .days(3))
            try await office.stage(first, "Nurture", by: office.ana)
            office.time.advance(by: .days(2))
            try await office.stage(second, "Nurture", by: office.ben)
            try await office.changed(office.ana, won.id) { $0.stageId = stages[1].id }
            try await office.changed(office.ana, lost.id) { $0.stageId = stages[6].id }
            let report = try await office.report(office.owner, .conversion, "2026-01-01", "2026-01-04")
            func row(_ of: String, _ stage: String) -> [Report.Cell] {
                report.rows.first { $0[0] == .text(of) && $0[2] == .text(stage) }.map { Array($0[3...]) } ?? []
            }
            #expect(row("client", "Leads") == [.count(2), .count(2), .share(10_000), .count(4)])
            #expect(row("client", "Nurture") == [.count(1), .count(0), .share(0), .count(nil)])
            #expect(row("deal", stages[0].name) == [.count(3), .count(1), .share(3333), .count(5)])
            #expect(row("deal", stages[1].name) == [.count(0), .count(0), .share(nil), .count(nil)])
            let own = try await office.report(office.ben, .conversion, "2026-01-01", "2026-12-31")
            #expect(own.rows[0][3] == .count(1))
            #expect(own.rows.allSatisfy { $0[0] == .text("client") || $0[3] == .count(0) })
            // Who lies in the trash is not counted.
            try await office.trash(first.id)
            let less = try await office.report(office.owner, .conversion, "2026-01-01", "2026-12-31")
            #expect(less.rows[0][3] == .count(1))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of activity tell what each agent did, an agent their own row alone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let other = try await office.client(office.ben) { $0.collaborators = [office.ana.userID] }
            for kind: TimelineEntry.Kind in [.note, .note, .call, .text, .email, .enquiry] {
                try await office.told(kind, client.id, by: office.ana)
            }
            try await office.told(.note, other.id, by: office.ana)
            try await office.appointment(office.ana, with: [client.id], at: "2026-01-01T09:00")
            try await office.appointment(office.ana, at: "2026-01-02T09:00")
            let task = try await office.task(office.ana, for: client.id)
            _ = try await office.tasks.complete(office.ana, task.id)
            let report = try await office.report(office.owner, .activity, "2026-01-01", "2026-01-01")
            #expect(report.rows[0][1] == .text("ana Test"))
            #expect(report.rows[0][2...] == [3, 1, 1, 1, 1, 1, 1].map { Report.Cell.count($0) }[...])
            #expect(report.column("clients") == [.count(1), .count(1), .count(0)])
            let own = try await office.report(office.ana, .activity, "2026-01-01", "2026-01-01")
            #expect(own.rows == [report.rows[0]])
            // What is out of reach now is not counted any more.
            guard case .patched = try await office.book.patch(office.owner, other.id, office.unshared) else {
                throw Office.Unexpected()
            }
            let less = try await office.report(office.ana, .activity, "2026-01-01", "2026-01-01")
            #expect(less.column("notes") == [.count(2)])
            #expect(
                try await office.report(office.owner, .activity, "2026-01-02", "2026-01-03").rows[0][2] == .count(0))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of volume tell each month's won deals, each agent with their share to the cent`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            for (day, price) in [("2026-02-28", Int64(333)), ("2026-03-01", 10_000), (nil, 100)] {
                try await office.deal(office.ana, in: stages[5]) { draft in
                    draft.price = .set(price)
                    draft.commission = .set(.init(ratePpm: 100_000))
                    draft.agents = [office.ana.userID, office.ben.userID]
                    draft.split = [
                        DealShare(to: "agent", userId: office.ana.userID, basisPoints: 3334),
                        DealShare(to: "house", basisPoints: 6666),
                    ]
                    if let day { draft.dates = ["closing": day] }
                }
            }
            try await office.deal(office.ana, in: stages[0]) { $0.dates = ["closing": "2026-03-01"] }
            let report = try await office.report(office.owner, .volume, "2026-01-01", "2026-03-01")
            #expect(
                report.column("month")
                    == ["01", "01", "01", "02", "02", "02", "03", "03", "03"].map { .text("2026-\($0)") })
            #expect(report.column("name")[3...5] == [.text("ana Test"), .text("ben Test"), .text(nil)])
            #expect(report.column("commission")[3...5] == [.money(11), .money(0), .money(33)])
            #expect(report.column("volume")[6...8] == [.money(10_000), .money(10_000), .money(10_000)])
            #expect(report.column("deals") == Array(repeating: .count(1), count: 9))
            let own = try await office.report(office.ben, .volume, "2026-03-01", "2026-03-31")
            #expect(own.rows.map { Array($0[2...]) } == [[.text("ben Test"), .count(1), .money(10_000), .money(0)]])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `begin and end with the days of whoever asks, and are nothing for a lender`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            // Half past eleven in the evening of New York is the next day in Kiritimati.
            try office.go(to: "2026-01-03T04:30:00Z")
            try await office.client(office.ana)
            func clients(_ day: String) async throws -> Report.Cell? {
                try await office.report(office.ana, .speed, day, day).column("clients").first
            }
            #expect(try await clients("2026-01-02") == .count(1))
            #expect(try await clients("2026-01-03") == .count(0))
            try await office.live(office.ana, in: "Pacific/Kiritimati")
            #expect(try await clients("2026-01-02") == .count(0))
            #expect(try await clients("2026-01-03") == .count(1))
            for subject in Report.Subject.allCases {
                let period = try Office.period("2026-01-01", "2026-01-31")
                #expect(try await office.reports.report(office.lender, subject, period) == .forbidden)
            }
            #expect(try await office.cost("A", "2026-01", 1, by: office.ana) == [])
            #expect(try await office.cost(" ", "2026-13", -1) == ["source", "month", "cost"])
        }
    }

    @Test func `take at most three years, and write amounts, shares and formulas so that a sheet reads them`() throws {
        let day = try #require(CalendarDay("2024-02-29"))
        #expect(ReportPeriod(from: day, through: day) != nil)
        #expect(ReportPeriod(from: day, through: day.adding(-1)) == nil)
        #expect(ReportPeriod(from: day, through: try #require(CalendarDay("2027-02-27"))) != nil)
        #expect(ReportPeriod(from: day, through: try #require(CalendarDay("2027-02-28"))) == nil)
        let period = try Office.period("2026-02-01", "2026-03-01")
        let month = try #require(YearMonth("2026-03"))
        #expect(period.part(of: 100, for: month.index) == 3)
        #expect(period.part(of: 100, for: month.index - 1) == 100)
        #expect(period.part(of: 100, for: month.index + 1) == 0)
        var report = Report([Report.Column("a", "A"), Report.Column("b", "B")])
        report.rows = [[.text("=1+1"), .money(105)], [.text(nil), .share(-50)], [.count(nil), .count(-7)]]
        #expect(String(decoding: report.csv, as: UTF8.self) == "A,B\r\n'=1+1,1.05\r\n,'-0.50\r\n,'-7\r\n")
        #expect(Median.of(sorted: [1, 2, 9]) == 2)
        #expect(Median.of(sorted: [1, 4]) == 2)
    }
}

extension Office {
    var reports: Reports { Reports(database: database, settings: settings) }

    static func period(_ from: String, _ to: String) throws -> ReportPeriod {
        guard let first = CalendarDay(from), let last = CalendarDay(to),
            let period = ReportPeriod(from: first, through: last)
        else { throw Unexpected() }
        return period
    }

    /// The report, which `scope` must be allowed.
    func report(_ scope: Scope, _ subject: Report.Subject, _ from: String, _ to: String) async throws -> Report {
        let period = try Self.period(from, to)
        guard case .done(let report, _) = try await reports.report(scope, subject, period) else { throw Unexpected() }
        return report
    }

    /// Sets a cost, and returns the fields that were refused; none of them where nobody may.
    fileprivate func cost(_ source: String, _ month: String, _ cents: Int64, by scope: Scope? = nil) async throws
        -> [String]?
    {
        let draft = SourceCostDraft(source: source, month: month, cost: cents)
        switch try await SourceCosts(database: database).set(scope ?? owner, draft) {
        case .done: return nil
        case .invalid(let problems): return problems.map(\.field)
        case .forbidden: return []
        }
    }

    /// Has a timeline tell something, so long after now.
    fileprivate func told(
        _ kind: TimelineEntry.Kind, _ client: ClientID, by scope: Scope, after wait: Duration = .seconds(0)
    ) async throws {
        let entry = TimelineEntry(
            kind, of: client, id: time.world.identifier(), at: time.now + wait, by: scope.userID, body: "",
            now: time.now + wait)
        try await database.transaction { try TimelineTable.insert(entry, in: $0) }
    }

    fileprivate func stage(_ client: Client, _ stage: String, by scope: Scope) async throws {
        var patch = ClientPatch()
        patch.stage = .set(stage)
        guard case .patched = try await book.patch(scope, client.id, patch) else { throw Unexpected() }
    }

    fileprivate var unshared: ClientPatch {
        var patch = ClientPatch()
        patch.collaborators = .set([])
        return patch
    }
}
