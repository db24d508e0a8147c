import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the board` {
    private func fill(_ office: Office, _ names: String, in stage: DealStage) async throws -> [Character: Deal] {
        var deals: [Character: Deal] = [:]
        for name in names { deals[name] = try await office.deal(office.ana, String(name), in: stage) }
        return deals
    }

    @Test(arguments: DatabaseKind.available)
    func `shows a column for each stage, with the number and the sum of its deals`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            for price in [100, 250] as [Int64] {
                try await office.deal(office.ana, in: stages[1]) {
                    ($0.price, $0.commission) = (.set(price), .set(.init(amount: 10)))
                }
            }
            try await office.deal(office.ben, in: stages[1]) { $0.price = .set(1000) }
            let board = try #require(try await office.deals.board(office.ana, nil))
            #expect(board.columns.map(\.stage) == stages)
            #expect(board.columns.map(\.count) == [0, 2, 0, 0, 0, 0, 0])
            #expect(board.columns[1].volume == 350)
            #expect(board.columns[1].commission == 20)
            #expect(try await office.deals.board(office.owner, nil)?.columns[1].volume == 1350)
            #expect(try await office.deals.board(office.owner, office.time.world.identifier()) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps the order that was dragged, and another version only for another column`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let stages = try await office.stages()
            let deals = try await fill(office, "abcd", in: stages[0])
            let (a, b, d) = (try #require(deals["a"]), try #require(deals["b"]), try #require(deals["d"]))
            func move(_ deal: Deal, _ move: DealMove) async throws -> DealBook.Outcome {
                try await office.deals.move(office.ana, deal.id, move)
            }
            _ = try await move(d, DealMove(to: stages[0].id, after: a.id))
            #expect(try await office.column(office.ana, stages[0]) == ["a", "d", "b", "c"])
            _ = try await move(a, DealMove(to: stages[0].id, before: b.id))
            #expect(try await office.column(office.ana, stages[0]) == ["d", "a", "b", "c"])
            guard case .done(let same) = try await move(a, DealMove(to: stages[0].id, version: 1)) else {
                throw Office.Unexpected()
            }
            #expect(same.version == 1)
            #expect(try await office.column(office.ana, stages[0]) == ["d", "b", "c", "a"])
            guard case .done(let other) = try await move(a, DealMove(to: stages[1].id)) else {
                throw Office.Unexpected()
            }
            #expect(other.version == 2)
            #expect(try await move(a, DealMove(to: stages[1].id, version: 1)) == .versionMismatch)
            // The neighbour has gone elsewhere: the other one that was named counts, and without one the move is refused.
            #expect(try await move(d, DealMove(to: stages[0].id, after: a.id)) == .neighbourMoved)
            _ = try await move(d, DealMove(to: stages[0].id, after: a.id, before: try #require(deals["c"]).id))
            #expect(try await office.column(office.ana, stages[0]) == ["b", "d", "c"])
            #expect(try await office.deals.move(office.ben, d.id, DealMove(to: stages[0].id)) == .notFound)
            #expect(
                try await office.deals.move(
                    office.ben, try await office.deal(office.ben).id,
                    DealMove(to: stages[0].id, after: d.id)) == .neighbourMoved,
                "a neighbour out of reach is none")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `finds a place between two cards however often one is put there`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let stage = try await office.stages()[0]
            let deals = try await fill(office, "abcd", in: stage)
            let a = try #require(deals["a"])
            var inside = [try #require(deals["c"]), try #require(deals["d"])]
            _ = try await office.deals.move(office.ana, inside[1].id, DealMove(to: stage.id, after: a.id))
            for _ in 0..<80 {
                _ = try await office.deals.move(office.ana, inside[0].id, DealMove(to: stage.id, after: a.id))
                inside.swapAt(0, 1)
                let names = try await office.column(office.ana, stage)
                #expect(names == ["a", inside[1].name, inside[0].name, "b"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `follows a model of the columns through any row of drags`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let stages = try await Array(office.stages().prefix(2))
            var ids: [String: DealID] = [:]
            var columns: [[String]] = [[], []]
            for name in "abcdef" {
                ids[String(name)] = try await office.deal(office.ana, String(name), in: stages[0]).id
                columns[0].append(String(name))
            }
            var dice = Dice(seed: 7)
            for _ in 0..<150 {
                let names = ids.keys.sorted()
                let (name, neighbour) = (names[dice.number(0...5)], names[dice.number(0...5)])
                let (column, isAfter) = (dice.number(0...1), dice.happens(percent: 50))
                let move = DealMove(
                    to: stages[column].id, after: isAfter ? ids[neighbour] : nil, before: isAfter ? nil : ids[neighbour]
                )
                let outcome = try await office.deals.move(office.ana, try #require(ids[name]), move)
                if name != neighbour, let place = columns[column].firstIndex(of: neighbour) {
                    guard case .done = outcome else { throw Office.Unexpected() }
                    for other in columns.indices { columns[other].removeAll { $0 == name } }
                    let now = columns[column].firstIndex(of: neighbour) ?? place
                    columns[column].insert(name, at: isAfter ? now + 1 : now)
                } else {
                    #expect(outcome == .neighbourMoved)
                }
                for index in columns.indices {
                    #expect(try await office.column(office.ana, stages[index]) == columns[index])
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps the order of two people who drag in one column at the same time`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let stage = try await office.stages()[0]
            let deals = try await fill(office, "abcdefgh", in: stage)
            func id(_ name: Character) throws -> DealID { try #require(deals[name]).id }
            // Each drags cards of their own behind their own card: whatever comes between, what they put together stays so.
            let drags: [[(DealID, DealID)]] = [
                [(try id("c"), try id("a")), (try id("d"), try id("c")), (try id("e"), try id("d"))],
                [(try id("f"), try id("b")), (try id("g"), try id("f")), (try id("h"), try id("g"))],
            ]
            for round in 0..<12 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (person, own) in drags.enumerated() {
                        let scope = person == 0 ? office.ana : office.owner
                        group.addTask {
                            for (moved, neighbour) in own {
                                guard
                                    case .done = try await office.deals.move(
                                        scope, moved, DealMove(to: stage.id, after: neighbour))
                                else { throw Office.Unexpected() }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let names = try await office.column(office.ana, stage).joined()
                #expect(
                    names.contains("acde") && names.contains("bfgh") && names.count == 8, "round \(round): \(names)")
                let places = try await office.database.rows("SELECT DISTINCT position FROM deal")
                #expect(places.count == 8)
                for name in "hgfedc" {
                    _ = try await office.deals.move(
                        office.ana, try id(name), DealMove(to: stage.id, before: try id("a")))
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes two statements, which read the indexes of columns and totals`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for _ in 0..<30 { try await office.deal(office.ana) }
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            for scope in [office.owner, office.ana] {
                let asked = ReadStatements(office.database)
                _ = try await DealBook(database: asked, world: office.time.world, cursorKey: Office.cursorKey)
                    .board(scope, nil)
                #expect(asked.statements.count == 2)
                let plans = try await asked.plans()
                if scope == office.owner {
                    #expect(plans.contains { $0.contains("deal_by_column") }, "\(plans)")
                    #expect(plans.contains { $0.contains("deal_totals") || $0.contains("deal_by_column") }, "\(plans)")
                    #expect(!plans.contains { $0.contains("SCAN deal") && !$0.contains("SCAN deal_stage") }, "\(plans)")
                } else {
                    #expect(plans.contains { $0.contains("deal_agent_by_user") }, "\(plans)")
                }
            }
        }
    }
}
