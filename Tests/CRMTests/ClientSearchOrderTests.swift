import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the best answer to a search first` {
    @Test(arguments: DatabaseKind.available)
    func `a whole word comes before the beginning of one, and that before the inside`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Kathleen", "Ash")
            try await office.client(office.ana, "Leeland", "Ash")
            try await office.client(office.ana, "Lee", "Ash")
            office.time.advance(by: .seconds(1))
            try await office.client(office.ana, "Colleen", "Ash")
            for scope in [office.owner, office.ana] {
                #expect(try await found(office, scope, "lee") == ["Lee", "Leeland", "Colleen", "Kathleen"])
                #expect(try await found(office, scope, "LEE ash") == ["Lee", "Leeland", "Colleen", "Kathleen"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a name comes before an address of mail, a number, and a postal address or tag`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let makers: [(String, @Sendable (inout ClientDraft) -> Void)] = [
                ("Inside", { $0.emails = [ContactPoint(value: "x512@example.com")] }),
                ("Tag", { $0.tags = ["512 club"] }),
                ("Street", { $0.addresses = [PostalAddress(street: "512 Oak St")] }),
                ("Mail", { $0.emails = [ContactPoint(value: "512@example.com")] }), ("512b", { _ in }),
                ("512", { _ in }),
                ("Number", { $0.phones = [ContactPoint(value: "5125550100")] }),
            ]
            for (name, change) in makers {
                try await office.client(office.ana, name, "Doe", change)
                office.time.advance(by: .seconds(1))
            }
            for scope in [office.owner, office.ana] {
                // The number is kept with the code of its country before it.
                #expect(
                    try await found(office, scope, "512") == [
                        "512", "Street", "Tag", "512b", "Mail", "Inside", "Number",
                    ])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `postal addresses and tags are searched, whatever their capitals and accents`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Here") {
                $0.addresses = [
                    PostalAddress(
                        street: "12 Rúa d'Oro", city: "São Paulo", state: "SP", code: "01310-100", country: "BR")
                ]
                $0.tags = ["First-time buyer", "Élite"]
            }
            let searches = [
                "rua", "doro", "d'oro", "sao paulo", "PAULO", "01310", "310-1", "first-time", "time buyer", "elite",
                "here elite",
            ]
            for search in searches { #expect(try await found(office, office.ana, search) == ["Here"], "\(search)") }
            for search in ["rio", "first-timer", "\u{1}", "\u{3}\u{4}"] {
                let answers = try await found(office, office.ana, search)
                // Control characters alone are no search.
                #expect(answers == (search.utf8.allSatisfy { $0 < 32 } ? ["Here"] : []), "\(search)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `among equals comes first with whom somebody dealt last`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var made: [Client] = []
            for number in 0..<3 {
                made.append(try await office.client(office.ana, "Jane", "\(number)"))
                office.time.advance(by: .seconds(1))
            }
            for table in ["client", "client_reader"] as [SQL] {
                let id: SQL = table.rendered(for: .sqlite).text == "client" ? "id" : "client_id"
                _ = try await office.database.batch([
                    "UPDATE \(table) SET last_activity_at = last_activity_at + 60000 WHERE \(id) = \(made[0].id)"
                ])
            }
            let first = made[0].id
            try await office.database.transaction { session in try ClientSearchRows.refresh(first, in: session) }
            for scope in [office.owner, office.ana] {
                let page = try await office.page(scope) { $0.search = "jane" }
                #expect(page.clients.map(\.lastName) == ["0", "2", "1"])
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `pages of answers neither skip nor repeat while clients come and go`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var original: Set<ClientID> = []
            for number in 0..<30 {
                original.insert(try await office.client(office.ana, number % 3 == 0 ? "Jane" : "Janette").id)
                office.time.advance(by: .seconds(1))
            }
            for scope in [office.owner, office.ana] {
                var (seen, query): ([ClientID], ClientQuery) = ([], ClientQuery())
                query.search = "jane"
                query.limit = 4
                repeat {
                    guard case .page(let page) = try await office.book.list(scope, query) else {
                        throw Office.Unexpected()
                    }
                    seen += page.clients.map(\.id)
                    query.cursor = page.nextCursor
                    office.time.advance(by: .seconds(1))
                    let passing = try await office.client(office.ana, "Jane")
                    _ = try await office.book.delete(office.ana, passing.id, proof: office.proof(office.ana))
                    try await office.client(office.ana, "Jane", "Late")
                } while query.cursor != nil && seen.count < 200
                #expect(Set(seen).count == seen.count)
                #expect(Set(seen).isSuperset(of: original))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a cursor of answers by relevance is none of another order`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<3 { try await office.client(office.ana, "Jane", "\(number)") }
            let page = try await office.page(office.ana) {
                $0.search = "jane"
                $0.limit = 1
            }
            #expect(page.nextCursor != nil)
            for sort in ClientSort.allCases {
                var query = ClientQuery()
                query.search = "jane"
                query.sort = sort
                query.cursor = page.nextCursor
                #expect(try await office.book.list(office.ana, query) == .invalidCursor)
            }
        }
    }

    private func found(_ office: Office, _ scope: Scope, _ search: String) async throws -> [String] {
        try await office.page(scope) { $0.search = search }.clients.map(\.firstName)
    }
}
