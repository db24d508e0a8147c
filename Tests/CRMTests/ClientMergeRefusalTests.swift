import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a merge that cannot be` {
    @Test(arguments: DatabaseKind.available)
    func `is of a client with itself, by whatever identity`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane")
            let other = try await office.client(office.ana, "Janet")
            let (one, _) = try await office.merged(office.ana, jane.id, with: other.id)
            for (winner, loser) in [(jane.id, jane.id), (jane.id, other.id), (other.id, jane.id), (other.id, other.id)]
            {
                guard case .invalid(let problems) = try await office.book.merge(office.ana, winner, with: loser) else {
                    throw Office.Unexpected()
                }
                #expect(problems.map(\.code) == [.sameClient])
                // Whoever does not see it is not told that two identities are one.
                #expect(try await office.book.merge(office.ben, winner, with: loser) == .notFound)
            }
            #expect(try await office.book.get(office.ana, jane.id) == .found(one))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `names somebody in the trash, out of reach or not there: all three alike`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let hers = try await office.client(office.ana, "Jane")
            let his = try await office.client(office.ben, "Ben's")
            let trashed = try await office.client(office.ana, "Trashed")
            #expect(try await office.book.delete(office.ana, trashed.id, proof: office.proof(office.ana)) == .deleted)
            for id in [his.id, trashed.id, office.time.world.identifier()] {
                #expect(try await office.book.merge(office.ana, hers.id, with: id) == .notFound)
                #expect(try await office.book.merge(office.ana, id, with: hers.id) == .notFound)
            }
            let watched = WatchedDatabase(office.database)
            let book = ClientBook(database: watched, world: office.time.world, cursorKey: Office.cursorKey)
            var counts: Set<Int> = []
            for id in [his.id, trashed.id, office.time.world.identifier()] {
                let before = watched.statements
                _ = try await book.merge(office.ana, hers.id, with: id)
                counts.insert(watched.statements - before)
            }
            #expect(counts.count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is of clients that are not both one's own`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let hers = try await office.client(office.ana, "Jane") { $0.collaborators = [office.lender.userID] }
            let shared = try await office.client(office.ben, "Shared") {
                $0.collaborators = [office.ana.userID, office.lender.userID]
            }
            for (winner, loser) in [(hers.id, shared.id), (shared.id, hers.id)] {
                #expect(try await office.book.merge(office.ana, winner, with: loser) == .forbidden)
                #expect(try await office.book.merge(office.lender, winner, with: loser) == .forbidden)
            }
            let (_, merge) = try await office.merged(office.admin, hers.id, with: shared.id)
            // The winner is hers, the other was not: taking it back is not hers either.
            #expect(try await office.book.undoMerge(office.ana, merge) == .forbidden)
            #expect(try await office.book.undoMerge(office.lender, merge) == .forbidden)
            _ = try await office.unmerged(office.owner, merge)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `was asked of versions that are not current`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (one, other) = (try await office.client(office.ana, "A"), try await office.client(office.ana, "B"))
            let stale = try await office.book.merge(office.ana, one.id, with: other.id, expectedVersions: [7])
            #expect(stale == .versionMismatch)
            let staleLoser = try await office.book.merge(office.ana, one.id, with: other.id, loserVersion: 7)
            #expect(staleLoser == .versionMismatch)
            guard
                case .merged = try await office.book.merge(
                    office.ana, one.id, with: other.id, expectedVersions: [1], loserVersion: 1)
            else { throw Office.Unexpected() }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `would share a client with more people than a client can be shared with`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let people = try await office.database.transaction { session in
                try (0..<24).map { number in
                    let id: AccountID = office.time.world.identifier()
                    try session.run(
                        """
                        INSERT INTO account (id, email, first_name, last_name, role, status, created_at, updated_at)
                        VALUES (\(id), \("p\(number)@example.com"), 'P', 'P', 'agent', 'active', 0, 0)
                        """)
                    return id
                }
            }
            let one = try await office.client(office.ana) { $0.collaborators = Array(people[..<12]) }
            let other = try await office.client(office.ana) { $0.collaborators = Array(people[12...]) }
            guard case .invalid(let problems) = try await office.book.merge(office.ana, one.id, with: other.id) else {
                throw Office.Unexpected()
            }
            #expect(problems.map(\.field) == ["collaborators"])
            #expect(try await office.book.get(office.ana, other.id) == .found(other))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes into each other at the same time: one of the two happens, and nothing hangs`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            for _ in 0..<15 {
                let (a, b) = (try await office.client(office.ana, "A"), try await office.client(office.ana, "B"))
                async let first = office.book.merge(office.ana, a.id, with: b.id)
                async let second = office.book.merge(office.ana, b.id, with: a.id)
                var patch = ClientPatch()
                patch.timeFrame = .set("meanwhile")
                async let third = office.book.patch(office.ana, b.id, patch)
                let outcomes = try await [first, second]
                let winners = outcomes.compactMap { outcome -> ClientID? in
                    if case .merged(let client, _) = outcome { return client.id }
                    return nil
                }
                #expect(winners.count == 1)
                #expect(
                    outcomes.contains { outcome in
                        if case .invalid(let problems) = outcome { return problems.map(\.code) == [.sameClient] }
                        return false
                    })
                guard case .patched(let patched) = try await third else { throw Office.Unexpected() }
                let one = try await office.found(office.ana, a.id)
                #expect(one.id == winners.first)
                #expect(try one.details.value().timeFrame == "meanwhile", "\(patched.id)")
                #expect(try await office.found(office.ana, b.id) == one)
            }
            #expect(try await office.page(office.ana).total == 15)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes round in a ring of three at the same time`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for _ in 0..<8 {
                let ids = try await [
                    office.client(office.ana, "A").id, office.client(office.ana, "B").id,
                    office.client(office.ana, "C").id,
                ]
                async let first = office.book.merge(office.ana, ids[0], with: ids[1])
                async let second = office.book.merge(office.ana, ids[1], with: ids[2])
                async let third = office.book.merge(office.ana, ids[2], with: ids[0])
                _ = try await [first, second, third]
                let clients = try await [
                    office.found(office.ana, ids[0]), office.found(office.ana, ids[1]),
                    office.found(office.ana, ids[2]),
                ]
                #expect(Set(clients.map(\.id)).count == 1)
            }
            #expect(try await office.page(office.ana).total == 8)
        }
    }
}
