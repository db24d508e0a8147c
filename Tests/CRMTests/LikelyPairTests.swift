import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the report of likely pairs` {
    /// The pairs of a reader as `Jane+Janet: email`, all pages of it.
    private func pairs(_ office: Office, _ scope: Scope, limit: Int = 100) async throws -> [String] {
        office.time.advance(by: .minutes(2))
        try await office.book.findPairs()
        var found: [String] = []
        var cursor: String?
        repeat {
            guard case .page(let json, let next) = try await office.book.pairsJSON(scope, limit: limit, cursor: cursor)
            else { throw Office.Unexpected() }
            for pair in try Office.objects(json) {
                let clients = pair["clients"] as? [[String: Any]] ?? []
                let names = clients.map { "\($0["firstName"] as? String ?? "")" }.sorted().joined(separator: "+")
                found.append("\(names): \((pair["reasons"] as? [String] ?? []).joined(separator: ","))")
            }
            cursor = next
        } while cursor != nil
        return found
    }

    private func emails(_ address: String) -> [ContactPoint] { [ContactPoint(value: address)] }

    @Test(arguments: DatabaseKind.available)
    func `says for each pair what speaks for it, the surest first`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let street = PostalAddress(street: "12 Elm St.", city: "Austin", code: "78701")
            try await office.client(office.ana, "Mary", "Major") {
                $0.phones = [ContactPoint(value: "512 555 0100")]
                $0.addresses = [street]
            }
            try await office.client(office.ana, "Mari", "Major") {
                $0.phones = [ContactPoint(value: "(512) 555-0100")]
            }
            try await office.client(office.ana, "mary", "MAJOR") {
                $0.addresses = [PostalAddress(street: "12 elm st", city: "Austin")]
            }
            try await office.client(office.ana, "Mary", "Major") {
                $0.addresses = [PostalAddress(street: "12 Elm St", city: "Boston")]
            }
            try await office.client(office.ana, "Tom", "Thumb") { $0.emails = emails("t@example.com") }
            try await office.client(office.ana, "Hop", "O") { $0.emails = emails("T@EXAMPLE.com") }
            try await office.client(office.ana, "Ann", "Lee") { $0.phones = [ContactPoint(value: "512 555 0200")] }
            try await office.client(office.ana, "ann", "LEE") { $0.phones = [ContactPoint(value: "+1 512 555 0200")] }
            try await office.client(office.ana, "Bob", "Lee") { $0.phones = [ContactPoint(value: "512 555 0200")] }
            for scope in [office.ana, office.owner] {
                let found = try await pairs(office, scope, limit: 1)
                #expect(Set(found[..<2]) == ["Hop+Tom: email", "Ann+ann: phone_and_name"])
                #expect(
                    Set(found[2...]) == ["Mari+Mary: phone_and_similar_name", "Mary+mary: name_and_address"])
            }
            #expect(try await pairs(office, office.ben) == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has only pairs both of whom one sees, and follows who sees them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let hers = try await office.client(office.ana, "Jane") { $0.emails = emails("j@example.com") }
            let his = try await office.client(office.ben, "Janet") { $0.emails = emails("j@example.com") }
            #expect(try await pairs(office, office.owner) == ["Jane+Janet: email"])
            for scope in [office.ana, office.ben, office.lender] { #expect(try await pairs(office, scope) == []) }
            #expect(try await office.book.dismissPair(office.ana, hers.id, his.id) == .notFound)
            var patch = ClientPatch()
            patch.collaborators = .set([office.ana.userID, office.lender.userID])
            _ = try await office.patched(office.owner, his.id, patch)
            #expect(try await pairs(office, office.ana) == ["Jane+Janet: email"])
            #expect(try await pairs(office, office.lender) == [])
            #expect(try await office.book.dismissPair(office.ana, hers.id, his.id) == .forbidden)
            // What is shared no longer is not shown, though the pairs were not looked at again since.
            patch.collaborators = .clear
            _ = try await office.patched(office.owner, his.id, patch)
            guard case .page(let json, _) = try await office.book.pairsJSON(office.ana) else {
                throw Office.Unexpected()
            }
            #expect(json.bytes.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `forgets a pair that was dismissed, merged, changed or thrown away`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var clients: [Client] = []
            for name in ["A", "B", "C", "D", "E"] {
                clients.append(
                    try await office.client(office.ana, name, "Smith") { $0.emails = emails("all@example.com") })
            }
            #expect(try await pairs(office, office.ana).count == 10)
            #expect(try await office.book.dismissPair(office.ana, clients[1].id, clients[0].id) == .dismissed)
            #expect(try await pairs(office, office.ana).count == 9)
            // It does not come back when one of the two is written, and counts for whoever one of them is merged into.
            var patch = ClientPatch()
            patch.source = .set("again")
            _ = try await office.patched(office.ana, clients[0].id, patch)
            #expect(try await pairs(office, office.owner).contains("A+B: email") == false)
            let (_, merge) = try await office.merged(office.ana, clients[2].id, with: clients[1].id)
            let left = ["C+D: email", "C+E: email", "A+D: email", "A+E: email", "D+E: email"]
            #expect(Set(try await pairs(office, office.ana)) == Set(left))
            _ = try await office.unmerged(office.ana, merge)
            #expect(try await pairs(office, office.ana).count == 9)
            #expect(
                try await office.book.delete(office.ana, clients[4].id, proof: office.proof(office.ana)) == .deleted)
            #expect(try await pairs(office, office.ana).count == 5)
            patch.emails = .set(emails("other@example.com"))
            _ = try await office.patched(office.ana, clients[3].id, patch)
            guard case .page(let json, _) = try await office.book.pairsJSON(office.ana) else {
                throw Office.Unexpected()
            }
            #expect(try Office.objects(json).count == 2)
            #expect(try await pairs(office, office.ana).count == 2)
            let rows = try await office.database.rows("SELECT COUNT(*) AS n FROM client_pair")
            #expect(try rows.first?.get("n", as: Int.self) == 4)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes a value that many have for none`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<21 {
                try await office.client(office.ana, "C\(number)") { $0.emails = emails("none@example.com") }
            }
            #expect(try await pairs(office, office.ana) == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on after any number of clients, and looks at nothing twice`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            // All at one moment: the identity decides how far it has come.
            for number in 0..<12 {
                try await office.client(office.ana, "C\(number)") { $0.emails = emails("c\(number / 2)@example.com") }
            }
            let now = office.time.now + .minutes(2)
            var steps = 0
            while try await office.database.transaction({ session in
                try PairWalk.step(5, at: now, home: .standard, in: session)
            }) { steps += 1 }
            #expect(steps == 2)
            #expect(try await pairs(office, office.ana).count == 6)
            let watched = WatchedDatabase(office.database)
            let book = ClientBook(database: watched, world: office.time.world, cursorKey: Office.cursorKey)
            try await book.findPairs()
            #expect(watched.statements <= 5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `reads an index for whatever it asks`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(count: 1500, assignedTo: [office.ana.userID, office.ben.userID])
            office.time.advance(by: .minutes(2))
            try await office.book.findPairs()
            _ = try await office.database.batch([
                """
                INSERT INTO client_pair (reader_id, grade, low_id, high_id)
                SELECT \(BookSize.wholeBook), 0, one.id, other.id FROM client AS one JOIN client AS other ON one.id < other.id
                WHERE NOT EXISTS (SELECT 1 FROM client_pair WHERE low_id = one.id) LIMIT 20000
                """
            ])
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            let id: ClientID = office.time.world.identifier()
            let position: [SQLValue] = [.integer(0), id.sqlValue, id.sqlValue]
            let key = kind == .postgres ? "client_pair_pkey" : "sqlite_autoindex_client_pair_1"
            let now = office.time.now
            let statements: [(SQL, String)] = [
                (ClientBook.pairs(office.owner, after: position, 21), key),
                (ClientBook.pairs(office.ana, after: position, 21), key),
                (PairWalk.next(200, after: (now, id), upTo: now), "client_by_update"),
                (PairWalk.holders(of: [id]), "client_match_by_value"),
                (PairWalk.keyHolders(of: [id]), "client_pair_key_by_value"),
                (PairWalk.partners("email", ["a", "b"]), "client_match_by_value"),
                (PairWalk.keyPartners("key", ["a", "b"]), "client_pair_key_by_value"),
                ("DELETE FROM client_pair WHERE low_id IN (\(id))", "client_pair_by_low"),
                ("DELETE FROM client_pair WHERE high_id IN (\(id))", "client_pair_by_high"),
            ]
            for (statement, index) in statements {
                let lines = try await office.database.transaction { session in
                    guard kind == .postgres else {
                        return try session.rows("EXPLAIN QUERY PLAN \(statement)")
                            .map { try $0.get("detail", as: String.self) }
                    }
                    // Few pairs fit on one page of the disk, where an index is no gain yet.
                    try session.run("SET LOCAL enable_seqscan = off")
                    return try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
                }
                #expect(lines.contains { $0.contains(index) }, "\(index): \(lines)")
                #expect(!lines.contains { $0.contains("TEMP B-TREE") || $0.contains("Sort") }, "\(lines)")
            }
        }
    }
}
