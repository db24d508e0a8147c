import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `a deal` {
    @Test(arguments: DatabaseKind.available)
    func `has price, commission and split in whole cents, and says what each gets`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let deal = try await office.deal(office.ana) { draft in
                draft.price = .set(10_000_001)
                draft.commission = .set(.init(ratePpm: 25_000))
                draft.split = [
                    DealShare(to: "agent", userId: office.ana.userID, basisPoints: 3333),
                    DealShare(to: "team", name: "North", basisPoints: 3333),
                    DealShare(to: "house", basisPoints: 3334),
                ]
            }
            #expect(deal.commissionAmount == 250_000)
            let read = try #require(try await office.deals.get(office.ana, deal.id))
            #expect(read == deal)
            #expect(
                CommissionSplit.amounts(of: 250_000, by: read.split.map(\.basisPoints)) == [83_325, 83_325, 83_350])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose split makes 100.01 percent is refused, and says so`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var draft = DealDraft(name: "A", stageID: try await office.stages()[0].id)
            draft.split = [
                DealShare(to: "agent", userId: office.ana.userID, basisPoints: 5000),
                DealShare(to: "house", basisPoints: 5001),
            ]
            guard case .invalid(let problems) = try await office.deals.create(office.ana, draft) else {
                throw Office.Unexpected()
            }
            #expect(problems.map(\.field) == ["split"])
            #expect(problems[0].message == "The shares make 100.01 %. They must make exactly 100.00 %.")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose price is 0, whose stage was deleted or whose client is out of reach is refused by the field`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let hidden = try await office.client(office.ben)
            let missing: DealStageID = office.time.world.identifier()
            var draft = DealDraft(name: " ", stageID: try await office.stages()[0].id)
            draft.price = .set(0)
            draft.parties = [.init(clientId: hidden.id, roles: ["buyer"]), .init(clientId: hidden.id, roles: ["king"])]
            draft.agents = [office.lender.userID]
            draft.dates = ["closing": "2026-02-30"]
            guard case .invalid(let problems) = try await office.deals.create(office.ana, draft) else {
                throw Office.Unexpected()
            }
            #expect(
                Set(problems.map(\.field)) == [
                    "name", "price", "parties[0].clientId", "parties[1].clientId", "parties[1].roles", "agents[0]",
                    "dates.closing",
                ])
            guard
                case .invalid(let stage) = try await office.deals.create(
                    office.ana, DealDraft(name: "A", stageID: missing))
            else { throw Office.Unexpected() }
            #expect(stage.map(\.field) == ["stageId"])
            let deal = try await office.deal(office.ana)
            guard
                case .invalid(let move) = try await office.deals.move(office.ana, deal.id, DealMove(to: missing))
            else { throw Office.Unexpected() }
            #expect(move.map(\.code) == [.unknownChoice])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is seen by who works on it, by whoever reaches one of its clients, and by owner and admin`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let shared = try await office.client(office.ana) { $0.collaborators = [office.lender.userID] }
            let other = try await office.client(office.ana, "Joe")
            let deal = try await office.deal(office.ana, with: [(shared.id, "buyer"), (other.id, "coBuyer")])
            #expect(try await office.deals.get(office.ben, deal.id) == nil)
            #expect(try await office.deals.get(office.owner, deal.id)?.parties.count == 2)
            // The lender sees the one client of the two that is shared.
            #expect(try await office.deals.get(office.lender, deal.id)?.parties.map(\.clientID) == [shared.id])
            #expect(try await office.deals.change(office.lender, deal.id, DealDraft()) == .forbidden)
            #expect(try await office.deals.change(office.ben, deal.id, DealDraft()) == .notFound)
            for (scope, count) in [(office.ana, 1), (office.ben, 0), (office.lender, 1), (office.owner, 1)] {
                guard case .page(let page, _) = try await office.deals.list(scope, DealQuery()) else {
                    throw Office.Unexpected()
                }
                #expect(page.count == count)
                #expect(try await office.column(scope, deal.stage).count == count)
            }
            _ = try await office.changed(office.owner, deal.id) { $0.agents = [office.ana.userID, office.ben.userID] }
            #expect(try await office.deals.get(office.ben, deal.id)?.parties == [])
            // What Ben does not see he does not take away.
            _ = try await office.changed(office.ben, deal.id) { $0.parties = [] }
            #expect(try await office.deals.get(office.owner, deal.id)?.parties.count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not there any more once it was removed, on no board, list or timeline`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let deal = try await office.deal(office.ana, with: [(client.id, "buyer")])
            #expect(
                try await office.deals.remove(office.ana, deal.id, expectedVersions: [9]) == .versionMismatch)
            guard case .done = try await office.deals.remove(office.ana, deal.id) else { throw Office.Unexpected() }
            #expect(try await office.deals.get(office.owner, deal.id) == nil)
            #expect(try await office.deals.remove(office.ana, deal.id) == .notFound)
            #expect(try await office.column(office.owner, deal.stage) == [])
            let entries = try await office.database.rows(
                "SELECT id FROM timeline_entry WHERE client_id = \(client.id) AND deleted_at IS NULL")
            #expect(entries.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells on the timeline of each client where it goes, and remembers for how long it stood where`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let stages = try await office.stages()
            let deal = try await office.deal(office.ana, with: [(client.id, "buyer")])
            office.time.advance(by: .days(3))
            let won = try #require(stages.first { $0.kind == .won })
            let closed = try await office.changed(office.ana, deal.id) { $0.stageId = won.id }
            #expect(closed.stage == won)
            #expect(closed.closedAt == office.time.now)
            office.time.advance(by: .days(1))
            let stays = try #require(try await office.deals.stages(office.ana, deal.id))
            #expect(stays.map(\.stageID) == [won.id, stages[0].id])
            #expect(stays.map(\.until) == [nil, stays[0].at])
            #expect(Deal.days(from: stays[1].at, to: stays[0].at) == 3)
            let entries = try await office.database.rows(
                "SELECT body FROM timeline_entry WHERE client_id = \(client.id) AND kind = 'deal' ORDER BY at")
            #expect(
                try entries.map { try $0.get("body", as: String.self) } == [
                    "1 Main Street: Consultation", "1 Main Street: Consultation → Closed",
                ])
            let back = try await office.changed(office.ana, deal.id) { $0.stageId = stages[1].id }
            #expect(back.closedAt == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps who did an item of its checklist, and when`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let deal = try await office.deal(office.ana)
            #expect(deal.checklist.count == 8)
            let items = deal.checklist.map { DealDraft.Item(id: $0.id, title: $0.title, done: $0 == deal.checklist[0]) }
            _ = try await office.changed(office.ana, deal.id) { $0.checklist = items }
            let done = office.time.now
            office.time.advance(by: .hours(1))
            let later = try await office.changed(office.owner, deal.id) {
                $0.checklist = items + [.init(title: "Flowers", done: true, due: "2026-03-01")]
            }
            #expect(later.checklist[0].doneBy == office.ana.userID)
            #expect(later.checklist[0].doneAt == done.milliseconds)
            #expect(later.checklist.last?.doneBy == office.owner.userID)
            #expect(later.checklist.last?.due == "2026-03-01")
            #expect(later.checklist[1].isDone == false)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is changed once by two who saw the same version`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let deal = try await office.deal(office.ana)
            var draft = DealDraft(name: "First")
            guard case .done = try await office.deals.change(office.ana, deal.id, draft, expectedVersions: [1]) else {
                throw Office.Unexpected()
            }
            draft.name = "Second"
            #expect(
                try await office.deals.change(office.owner, deal.id, draft, expectedVersions: [1]) == .versionMismatch)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is found in a list by pipeline, stage, client, agent and status, page by page`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let stages = try await office.stages()
            for number in 0..<5 {
                office.time.advance(by: .seconds(1))
                try await office.deal(
                    number < 3 ? office.ana : office.ben, "Deal \(number)", in: stages[number % 2],
                    with: number == 0 ? [(client.id, "buyer")] : [])
            }
            func names(_ change: (inout DealQuery) -> Void) async throws -> [String] {
                var query = DealQuery()
                change(&query)
                query.limit = 2
                var names: [String] = []
                repeat {
                    guard case .page(let page, let next) = try await office.deals.list(office.owner, query) else {
                        throw Office.Unexpected()
                    }
                    names += page.map(\.name)
                    query.cursor = next
                } while query.cursor != nil
                return names
            }
            #expect(try await names { _ in } == ["Deal 4", "Deal 3", "Deal 2", "Deal 1", "Deal 0"])
            #expect(try await names { $0.stage = stages[1].id } == ["Deal 3", "Deal 1"])
            #expect(try await names { $0.client = client.id } == ["Deal 0"])
            #expect(try await names { $0.agent = office.ben.userID } == ["Deal 4", "Deal 3"])
            #expect(try await names { $0.status = .won } == [])
            #expect(try await names { $0.pipeline = stages[0].pipelineID }.count == 5)
            var query = DealQuery()
            query.cursor = "forged"
            #expect(try await office.deals.list(office.owner, query) == .invalidCursor)
        }
    }
}

@Suite struct `a split commission` {
    @Test func `sums to the commission to the cent, whatever the shares`() {
        var dice = Dice(seed: 13)
        for _ in 0..<5000 {
            var shares: [Int64] = []
            var left = CommissionSplit.whole
            while left > 0 {
                let share = Int64(dice.number(1...Int(left)))
                shares.append(share)
                left -= share
            }
            let total = Int64(dice.number(0...1_000_000_000_000))
            let amounts = CommissionSplit.amounts(of: total, by: shares)
            #expect(amounts.reduce(0, +) == total)
            for (amount, share) in zip(amounts, shares) {
                let exact = Double(total) * Double(share) / 10_000
                #expect(abs(Double(amount) - exact) < 1.001)
            }
        }
    }

    @Test func `gives the cents that are left to those who lost most by rounding`() {
        #expect(CommissionSplit.amounts(of: 100, by: [3333, 3333, 3334]) == [33, 33, 34])
        #expect(CommissionSplit.amounts(of: 1, by: [5000, 5000]) == [1, 0])
        #expect(CommissionSplit.amounts(of: 2, by: [2500, 2500, 2500, 2500]) == [1, 1, 0, 0])
    }
}
