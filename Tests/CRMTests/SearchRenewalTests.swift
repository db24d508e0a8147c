import Core
import Identity
import Storage
import Synchronization
import TestSupport
import Testing

@testable import CRM

@Suite struct `the renewal of what clients are found by` {
    /// What an older release has left: texts without what this one adds, and keys of numbers without their country.
    private func age(_ office: Office) async throws {
        _ = try await office.database.batch([
            "UPDATE client SET search_text = 'old'", "UPDATE client_search SET search_text = 'old'",
            "DELETE FROM client_match WHERE kind = 'phone'",
            "UPDATE client_search_renewal SET form = '', position = NULL, done = 0",
        ])
    }

    private func texts(_ office: Office) async throws -> [String] {
        try await office.database.rows("SELECT search_text FROM client ORDER BY id").map { try $0.get("search_text") }
    }

    private func matches(_ office: Office) async throws -> Int {
        try await office.database.rows("SELECT COUNT(*) AS n FROM client_match").first?.get("n") ?? 0
    }

    @Test(arguments: DatabaseKind.available)
    func `clients of an older release are found again, those in the trash too, and keep their versions`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(count: 450)
            let jane = try await office.client(office.ana, "Jane", "O'Neil") {
                $0.phones = [ContactPoint(value: "(512) 555-0123")]
            }
            let gone = try await office.client(office.ana, "Gone")
            _ = try await office.book.delete(office.ana, gone.id, proof: office.proof(office.ana))
            let (right, keys) = (try await texts(office), try await matches(office))
            try await age(office)
            #expect(try await office.names(office.ana, search: "oneil") == [])
            try await office.book.renewSearch()
            #expect(try await texts(office) == right)
            #expect(try await matches(office) == keys)
            #expect(try await office.names(office.ana, search: "oneil") == ["Jane"])
            #expect(try await office.book.get(office.ana, jane.id) == .found(jane))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on where it was broken off, and is done once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(count: 30)
            let right = try await texts(office)
            try await age(office)
            func next() async throws -> Bool {
                try await office.database.transaction { session in
                    try SearchRenewal.renewNext(12, home: .standard, in: session)
                }
            }
            #expect(try await next())
            #expect(try await texts(office).filter { $0 == "old" }.count == 18)
            // A client that is written in the meantime has the new form from the start.
            try await office.client(office.owner, "Late")
            let asked = Mutex(0)
            try await office.book.renewSearch {
                asked.withLock {
                    $0 += 1; return $0 > 0
                }
            }
            #expect(try await texts(office).filter { $0 == "old" }.count == 18)
            #expect(try await next())
            #expect(try await next() == false)
            #expect(Set(right).isSubset(of: try await texts(office)))
            _ = try await office.database.batch(["UPDATE client SET search_text = 'by hand'"])
            #expect(try await next() == false)
            #expect(Set(try await texts(office)) == ["by hand"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `another home region finds the numbers that are there in its own way`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Londoner") { $0.phones = [ContactPoint(value: "020 7946 0958")] }
            try await office.book.renewSearch()
            #expect(try await office.names(office.ana, search: "+4420") == [])
            let british = ClientBook(
                database: office.database, world: office.time.world, cursorKey: Office.cursorKey,
                home: try #require(HomeRegion("GB")))
            try await british.renewSearch()
            #expect(try await office.names(office.ana, search: "+4420") == ["Londoner"])
            let keys = try await office.database.rows("SELECT value FROM client_match WHERE kind = 'phone'")
            #expect(try keys.map { try $0.get("value", as: String.self) } == ["442079460958"])
        }
    }
}
