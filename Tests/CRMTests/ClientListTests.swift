import Accounts
import CRM
import Core
import Identity
import Storage
import TestSupport
import Testing

@Suite struct `the list of clients` {
    @Test(arguments: DatabaseKind.available)
    func `a page is one query, total included, and three for a search`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<5 { try await office.client(office.ana, "Client \(number)") }
            let recording = RecordingDatabase(office.database)
            let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
            var query = ClientQuery()
            query.limit = 2
            for (number, shown) in [2, 2, 1].enumerated() {
                guard case .page(let page) = try await book.list(office.ana, query) else {
                    Issue.record("no page")
                    return
                }
                #expect(page.clients.count == shown)
                #expect(page.total == 5)
                #expect(recording.statements.count == number + 1)
                #expect(recording.transactions == 0)
                query.cursor = page.nextCursor
            }
            #expect(query.cursor == nil)
            _ = try await book.get(office.ana, office.time.world.identifier())
            #expect(recording.statements.count == 4)
            query = ClientQuery()
            query.search = "client"
            _ = try await book.list(office.ana, query)
            // How many there are, which of them answer, and those that are shown.
            #expect(recording.statements.count == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `every order goes through all clients once, both ways`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let names = ["Ángel", "adam", "Zoë", "Bob", "Éva", "", "Bob", "Ødegaard"]
            for name in names {
                // Two at the same moment each time: the identity has to break the tie.
                try await office.client(office.owner, "A", name)
                try await office.client(office.owner, "B", name) { $0.price = Int64(name.count) }
                office.time.advance(by: .seconds(1))
            }
            for sort in ClientSort.allCases {
                let walked = try await walk(office, office.owner) { $0.sort = sort }
                #expect(Set(walked.map(\.id)).count == names.count * 2, "\(sort)")
                #expect(walked.count == names.count * 2, "\(sort)")
                let keys = walked.map { client -> Int64 in
                    switch sort {
                    case .createdAt, .newestFirst: return client.createdAt.milliseconds
                    case .updatedAt, .lastUpdatedFirst: return client.updatedAt.milliseconds
                    case .lastActivityAt, .lastActiveFirst: return client.lastActivityAt.milliseconds
                    case .price, .highestPriceFirst: return client.price ?? -1
                    case .lastName, .lastNameReversed: return 0
                    }
                }
                #expect(keys == (sort.rawValue.hasPrefix("-") ? keys.sorted(by: >) : keys.sorted()), "\(sort)")
            }
            let byName = try await walk(office, office.owner) { $0.sort = .lastName }.map(\.lastName)
            #expect(byName.filter { !$0.isEmpty }.prefix(4) == ["adam", "adam", "Ángel", "Ángel"])
            #expect(byName.last == "Zoë")
            let reversed = try await walk(office, office.owner) { $0.sort = .lastNameReversed }.map(\.lastName)
            #expect(reversed == Array(byName.reversed()))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `pages neither skip nor repeat while clients come and go`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var original: [ClientID] = []
            for number in 0..<30 {
                original.append(try await office.client(office.ana, "Old", "\(number)").id)
                office.time.advance(by: .seconds(1))
            }
            for sort in [ClientSort.newestFirst, .createdAt, .lastName] {
                var seen: [ClientID] = []
                var query = ClientQuery()
                query.sort = sort
                query.limit = 4
                repeat {
                    guard case .page(let page) = try await office.book.list(office.ana, query) else {
                        Issue.record("no page")
                        return
                    }
                    seen += page.clients.map(\.id)
                    query.cursor = page.nextCursor
                    office.time.advance(by: .seconds(1))
                    let passing = try await office.client(office.ana, "New", "\(seen.count)")
                    let first = try await office.client(office.ana, "New", "!")
                    _ = try await office.book.delete(office.ana, passing.id, proof: office.proof(office.ana))
                    _ = try await office.book.delete(office.ana, first.id, proof: office.proof(office.ana))
                    try await office.client(office.ana, "New", "\(seen.count)")
                } while query.cursor != nil && seen.count < 200
                #expect(Set(seen).count == seen.count, "\(sort) repeated a client")
                #expect(Set(seen).isSuperset(of: original), "\(sort) skipped a client")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `filters narrow together and the total follows them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "One") {
                $0.stage = "Buyers"
                $0.source = "Zillow"
                $0.tags = ["VIP", "Häuser"]
            }
            try await office.client(office.ana, "Two") {
                $0.stage = "Buyers"
                $0.tags = ["V", "I\"P"]
            }
            try await office.client(office.ben, "Three") { $0.source = "Zillow" }
            func found(_ change: (inout ClientQuery) -> Void) async throws -> Set<String> {
                let page = try await office.page(office.owner, change)
                #expect(page.total == page.clients.count)
                return Set(page.clients.map(\.firstName))
            }
            #expect(try await found { $0.stage = "Buyers" } == ["One", "Two"])
            #expect(try await found { $0.source = "Zillow" } == ["One", "Three"])
            #expect(try await found { $0.tag = "vip" } == ["One"])
            #expect(try await found { $0.tag = "HAUSER" } == ["One"])
            #expect(try await found { $0.tag = "v" } == ["Two"])
            #expect(try await found { $0.tag = "i\"p" } == ["Two"])
            #expect(try await found { $0.tag = "%" } == [])
            #expect(try await found { $0.assignedTo = office.ben.userID } == ["Three"])
            #expect(
                try await found {
                    $0.stage = "Buyers"
                    $0.source = "Zillow"
                    $0.search = "on"
                } == ["One"])
            #expect(try await found { $0.stage = "' OR 1=1 --" } == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a cursor serves only the query and the person it was made for`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<3 { try await office.client(office.ana, "Client \(number)") }
            func query(_ change: (inout ClientQuery) -> Void = { _ in }) -> ClientQuery {
                var query = ClientQuery()
                query.limit = 1
                change(&query)
                return query
            }
            guard case .page(let page) = try await office.book.list(office.ana, query()) else {
                Issue.record("no page")
                return
            }
            let cursor = try #require(page.nextCursor)
            let others: [(Scope, ClientQuery)] = [
                (office.ana, query { $0.stage = "Leads" }), (office.ana, query { $0.search = "client" }),
                (office.ana, query { $0.tag = "x" }), (office.ana, query { $0.source = "x" }),
                (office.ana, query { $0.assignedTo = office.ana.userID }), (office.ana, query { $0.sort = .createdAt }),
                (office.ana, query { $0.sort = .lastUpdatedFirst }), (office.ben, query()), (office.owner, query()),
            ]
            for (scope, other) in others {
                var other = other
                other.cursor = cursor
                #expect(try await office.book.list(scope, other) == .invalidCursor)
            }
            for forged in ["", "x", cursor + "A", String(cursor.dropLast()), String(cursor.reversed())] {
                #expect(try await office.book.list(office.ana, query { $0.cursor = forged }) == .invalidCursor)
            }
            let wider = query {
                $0.cursor = cursor
                $0.limit = 100
                $0.search = " "
            }
            guard case .page(let rest) = try await office.book.list(office.ana, wider) else {
                Issue.record("another limit, or a search for nothing, is still the same query")
                return
            }
            #expect(rest.clients.count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `everything wrong with a query is told at once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var query = ClientQuery()
            query.limit = 101
            query.search = String(repeating: "a", count: 201)
            query.stage = "a\u{0}"
            query.tag = String(repeating: "é", count: 101)
            guard case .invalid(let problems) = try await office.book.list(office.ana, query) else {
                Issue.record("accepted")
                return
            }
            #expect(problems.map(\.field) == ["limit", "search", "stage", "tag"])
            #expect(problems.map(\.code) == [.outOfRange, .tooLong, .invalidCharacters, .tooLong])
            query = ClientQuery()
            query.limit = 0
            query.search = "a b c d e f g h i j k"
            guard case .invalid(let more) = try await office.book.list(office.ana, query) else {
                Issue.record("accepted")
                return
            }
            #expect(more.map(\.code) == [.outOfRange, .tooMany])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is written for the API as its clients are one by one`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(count: 60)
            try await office.client(office.ana, "Zoë \"Zo\" \u{1F3E0}") {
                $0.source = nil
                $0.background = "line one\nline \\ two"
            }
            var query = ClientQuery()
            for sort in ClientSort.allCases {
                query.sort = sort
                query.cursor = nil
                for _ in 0..<2 {
                    let outcome = try await (
                        office.book.list(office.owner, query), office.book.listJSON(office.owner, query)
                    )
                    guard case (.page(let page), .page(let json)) = outcome else {
                        Issue.record("no page: \(outcome)")
                        return
                    }
                    var writer = JSONWriter()
                    for client in page.clients { client.write(to: &writer) }
                    #expect(json.clients.bytes == writer.bytes)
                    #expect(json.total == page.total)
                    #expect(json.nextCursor == page.nextCursor)
                    query.cursor = page.nextCursor
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `still tells the total when everything behind the cursor is gone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let first = try await office.client(office.ana, "First")
            office.time.advance(by: .seconds(1))
            try await office.client(office.ana, "Second")
            let page = try await office.page(office.owner) { $0.limit = 1 }
            _ = try await office.book.delete(office.owner, first.id, proof: try office.proof(office.owner))
            let rest = try await office.page(office.owner) {
                $0.limit = 1
                $0.cursor = page.nextCursor
            }
            #expect(rest.clients.isEmpty)
            #expect(rest.total == 1)
            #expect(rest.nextCursor == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the total of the whole book is right after what happened at once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            func totals() async throws -> [Int] {
                let whole = try await office.page(office.owner).total
                // A search that all of them answer is counted row by row.
                return [whole, try await office.page(office.owner) { $0.search = "client" }.total]
            }
            #expect(try await totals() == [0, 0])
            let made = try await withThrowingTaskGroup(of: Client.self) { group in
                for number in 0..<20 { group.addTask { try await office.client(office.ana, "Client \(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(try await totals() == [20, 20])
            let proof = try office.proof(office.owner)
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Each is deleted by two at once, of whom one finds nothing.
                for client in made.prefix(7) + made.prefix(7) {
                    group.addTask { _ = try await office.book.delete(office.owner, client.id, proof: proof) }
                }
                try await group.waitForAll()
            }
            #expect(try await totals() == [13, 13])
            // What somebody does by hand is put right in time.
            _ = try await office.database.batch(["UPDATE client_total SET live = 99"])
            #expect(try await totals() == [99, 13])
            try await office.book.care()
            #expect(try await totals() == [13, 13])
        }
    }

    /// All pages of three, one after the other.
    private func walk(
        _ office: Office, _ scope: Scope, _ change: (inout ClientQuery) -> Void
    ) async throws -> [Client] {
        var query = ClientQuery()
        query.limit = 3
        change(&query)
        var walked: [Client] = []
        repeat {
            guard case .page(let page) = try await office.book.list(scope, query) else {
                Issue.record("no page")
                return walked
            }
            walked += page.clients
            query.cursor = page.nextCursor
        } while query.cursor != nil && walked.count < 1000
        return walked
    }
}
