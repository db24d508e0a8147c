import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a database without the index of trigrams` {
    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `still searches, says what is missing, and takes the extension into use at a later start`() async throws {
        try await withGuestDatabase { guest, owner in
            try await Office.open(over: guest, preparesSearch: false) { office in
                guard case .missing(let reason) = try await office.book.prepareSearch() else {
                    Issue.record("a guest has created an extension")
                    return
                }
                #expect(reason.contains("CREATE EXTENSION pg_trgm"))
                let advice = try await TrigramIndex.state(of: guest).advice
                #expect(advice?.contains(reason) == true)
                for number in 0..<30 { try await office.client(office.ana, "Common", "\(number)") }
                try await office.client(office.ana, "Rarissima", "Mo")
                var book = office.book
                book.searchBounds = SearchBounds(
                    mostRanked: 20, mostOfOwn: 10, shownOfCommon: 5, sample: 5, readOfCommon: 10)
                let searches = [("rissim", "Rarissima"), ("mo", "Rarissima"), ("common", "Common")]
                func search() async throws {
                    for (search, name) in searches {
                        var query = ClientQuery()
                        query.search = search
                        guard case .page(let page) = try await book.list(office.owner, query) else {
                            throw Office.Unexpected()
                        }
                        #expect(page.clients.first?.firstName == name, "\(search)")
                    }
                }
                try await search()
                _ = try await owner.rows("CREATE EXTENSION pg_trgm WITH SCHEMA public")
                let states = try await (office.book.prepareSearch(), TrigramIndex.state(of: guest))
                #expect(states == (.ready, .ready))
                try await search()
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is no other one once the index is there, however often it is made`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var states = [try await TrigramIndex.state(of: office.database)]
            for _ in 0..<2 { states.append(try await office.book.prepareSearch()) }
            #expect(states.allSatisfy { $0 == .ready })
            #expect(TrigramIndex.State.ready.advice == nil)
        }
    }
}
