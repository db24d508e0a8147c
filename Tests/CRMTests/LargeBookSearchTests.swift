import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

/// The bounds of a search are lowered here, so that a small book is a large one.
@Suite struct `searching a book that is too large to be read` {
    /// Clients named Common, of whom the first is the one with whom somebody dealt the longest ago, and some others.
    private func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Office, ClientBook) async throws -> Void
    ) async throws {
        try await Office.open(kind) { office in
            for number in 0..<60 {
                try await office.client(number % 2 == 0 ? office.ana : office.ben, "Common", "N\(number)")
                if number == 2 {
                    try await office.client(office.ana, "Rarissima", "Mo") { $0.tags = ["Ocelot"] }
                    try await office.client(office.ben, "Al", "Uncommon") { $0.stage = "Closed" }
                    try await office.client(office.ben, "小龙", "李")
                }
                office.time.advance(by: .seconds(1))
            }
            var book = office.book
            book.searchBounds = SearchBounds(
                mostRanked: 20, mostOfOwn: 40, shownOfCommon: 10, sample: 10, readOfCommon: 30)
            try await body(office, book)
        }
    }

    private func page(
        _ book: ClientBook, _ scope: Scope, _ search: String, _ change: (inout ClientQuery) -> Void = { _ in }
    ) async throws -> ClientPage<[Client]> {
        var query = ClientQuery()
        query.search = search
        change(&query)
        guard case .page(let page) = try await book.list(scope, query) else { throw Office.Unexpected() }
        return page
    }

    @Test(arguments: DatabaseKind.available)
    func `what few have is found by its trigrams, however long ago somebody dealt with them`(
        kind: DatabaseKind
    ) async throws {
        try await open(kind) { office, book in
            let searches = [
                ("rarissima", "Rarissima"), ("rissi", "Rarissima"), ("ocelot", "Rarissima"), ("celo", "Rarissima"),
                ("ris mo", "Rarissima"), ("uncom", "Al"), ("李小龙", "小龙"),
            ]
            for (search, name) in searches {
                let page = try await page(book, office.owner, search)
                #expect(page.clients.map(\.firstName) == [name], "\(search)")
                #expect(page.total == 1 && !page.totalIsAtLeast && page.nextCursor == nil, "\(search)")
            }
            #expect(try await page(book, office.owner, "nobody").total == 0)
            // A piece of the trigrams of a client is none of its words.
            #expect(try await page(book, office.owner, "rarocelot").total == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `one or two letters find the words that begin with them, in the whole book`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            for (search, name) in [("mo", "Rarissima"), ("al", "Al"), ("r", "Rarissima"), ("u", "Al")] {
                let page = try await page(book, office.owner, search)
                #expect(page.clients.first?.firstName == name, "\(search)")
                #expect(page.totalIsAtLeast)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of what many have the latest are shown, behind those who have it as a word`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            let whole = try await page(book, office.owner, "common")
            #expect(whole.clients.map(\.lastName) == (50..<60).reversed().map { "N\($0)" })
            #expect(whole.total == 10 && whole.totalIsAtLeast && whole.nextCursor == nil)
            let inside = try await page(book, office.owner, "ommo")
            #expect(inside.clients.map(\.lastName) == (50..<60).reversed().map { "N\($0)" })
            // The pages end with what is shown.
            let first = try await page(book, office.owner, "common") { $0.limit = 6 }
            let second = try await page(book, office.owner, "common") {
                $0.limit = 6
                $0.cursor = first.nextCursor
            }
            #expect((first.clients + second.clients).map(\.id) == whole.clients.map(\.id))
            #expect(second.nextCursor == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `in an order that is asked for all answers can be read, few and many`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            for (search, count) in [("common", 61), ("n5", 11), ("uncommon", 1)] {
                for sort in ClientSort.allCases {
                    var (seen, cursor): ([Client], String?) = ([], nil)
                    repeat {
                        let page = try await page(book, office.owner, search) {
                            $0.sort = sort
                            $0.limit = 7
                            $0.cursor = cursor
                        }
                        seen += page.clients
                        cursor = page.nextCursor
                    } while cursor != nil && seen.count < 100
                    #expect(seen.count == count && Set(seen.map(\.id)).count == count, "\(search) \(sort)")
                    let moments = seen.map(\.createdAt)
                    if sort == .createdAt { #expect(moments == moments.sorted()) }
                    if sort == .newestFirst { #expect(moments == moments.sorted(by: >)) }
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a filter narrows a common search to all that it holds for`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            let closed = try await page(book, office.owner, "common") { $0.stage = "Closed" }
            #expect(closed.clients.map(\.firstName) == ["Al"])
            #expect(closed.total == 1 && !closed.totalIsAtLeast)
            let bens = try await page(book, office.owner, "o") {
                $0.stage = "Closed"
                $0.assignedTo = office.ben.userID
            }
            #expect(bens.clients.map(\.firstName) == ["Al"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an agent finds all of their own clients, and is told nothing of others`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            let own = try await page(book, office.ana, "common") { $0.limit = 100 }
            #expect(own.total == 30 && !own.totalIsAtLeast)
            #expect(own.clients.allSatisfy { $0.assignedTo == office.ana.userID })
            #expect(try await page(book, office.ana, "uncommon").total == 0)
            #expect(try await page(book, office.ben, "ocelot").total == 0)
            // A colleague's clients change nothing of what is asked, so nothing of the time either.
            func asked() async throws -> [String] {
                let recording = RecordingDatabase(office.database)
                var watched = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
                watched.searchBounds = book.searchBounds
                _ = try await page(watched, office.ana, "ocelot")
                return recording.statements.map { "\($0.rendered(for: office.database.dialect))" }
            }
            let before = try await asked()
            for number in 0..<30 { try await office.client(office.ben, "Ocelot", "\(number)") }
            #expect(try await asked() == before)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `odd searches are bounded and answer nothing that is not there`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            let odd = [
                "%", "_", "\"", "'", "\"\"\"", "AND", "NEAR(", "*", "a*", "^c", "col:x", "{", "-", "--", "😀😀😀", "\\",
                "\u{0}x", String(repeating: "%_", count: 100), String(repeating: "\"a", count: 100),
                String(repeating: "z", count: 200), "a b c d e f g h i j",
            ]
            for search in odd {
                for scope in [office.owner, office.ana] {
                    #expect(try await page(book, scope, search).clients.isEmpty, "\(search)")
                }
            }
            var query = ClientQuery()
            query.search = String(repeating: "x", count: 10_240)
            guard case .invalid(let problems) = try await book.list(office.owner, query) else {
                throw Office.Unexpected()
            }
            #expect(problems.map(\.code) == [.tooLong])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what is changed, deleted and handed over is found as it is now`(kind: DatabaseKind) async throws {
        try await open(kind) { office, book in
            let ocelot = try await page(book, office.owner, "ocelot").clients[0]
            var patch = ClientPatch()
            patch.tags = .set(["Panther"])
            patch.assignedTo = .set(office.ben.userID)
            _ = try await book.patch(office.owner, ocelot.id, patch)
            #expect(try await page(book, office.owner, "ocelot").total == 0)
            for scope in [office.owner, office.ben] { #expect(try await page(book, scope, "panther").total == 1) }
            #expect(try await page(book, office.ana, "panther").total == 0)
            _ = try await book.delete(office.owner, ocelot.id, proof: office.proof(office.owner))
            for scope in [office.owner, office.ben] { #expect(try await page(book, scope, "panther").total == 0) }
            _ = try await office.database.batch(["DELETE FROM client WHERE first_name = '小龙'"])
            #expect(try await page(book, office.owner, "李小龙").total == 0)
        }
    }
}
