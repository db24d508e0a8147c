import Accounts
import CRM
import Core
import Identity
import TestSupport
import Testing

@Suite struct `patching a client` {
    @Test(arguments: DatabaseKind.available)
    func `only the named fields change, null empties, and the version counts`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "Jane", "Doe") {
                $0.emails = [ContactPoint(value: "jane@example.com", type: "home")]
                $0.source = "Zillow"
                $0.price = 400_000
                $0.tags = ["VIP"]
                $0.addresses = [PostalAddress(city: "Austin")]
                $0.background = "Line one\r\nLine two\rLine three"
            }
            #expect(client.background == "Line one\nLine two\nLine three")
            office.time.advance(by: .minutes(1))
            var patch = ClientPatch()
            patch.firstName = .clear
            patch.price = .clear
            patch.source = .clear
            patch.stage = .set(" Buyers ")
            guard
                case .patched(let patched) = try await office.book.patch(
                    office.ana, client.id, patch, expectedVersions: [1])
            else {
                Issue.record("not patched")
                return
            }
            var expected = client
            expected.firstName = ""
            expected.price = nil
            expected.source = nil
            expected.stage = "Buyers"
            expected.version = 2
            expected.updatedAt = office.time.world.now()
            #expect(patched == expected)
            #expect(try await office.book.get(office.ana, client.id) == .found(expected))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a patch that changes nothing writes nothing`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            office.time.advance(by: .minutes(1))
            var patch = ClientPatch()
            patch.firstName = .set("Jane")
            #expect(try await office.book.patch(office.ana, client.id, patch) == .patched(client))
            #expect(try await office.book.patch(office.ana, client.id, ClientPatch()) == .patched(client))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a stale version is refused and nothing is written`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            var patch = ClientPatch()
            patch.firstName = .set("Joan")
            _ = try await office.book.patch(office.ana, client.id, patch, expectedVersions: [1])
            patch.firstName = .set("Lost")
            for stale in [Int64.min, 0, 1, 3, .max] {
                #expect(
                    try await office.book.patch(office.ana, client.id, patch, expectedVersions: [stale])
                        == .versionMismatch(current: 2))
            }
            #expect(try await office.names(office.ana, search: "joan") == ["Joan"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two who change the same version one wins`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let contestants = 8
            let outcomes = try await withThrowingTaskGroup(of: PatchClientOutcome.self) { group in
                for number in 0..<contestants {
                    group.addTask {
                        var patch = ClientPatch()
                        patch.firstName = .set("Winner \(number)")
                        patch.tags = .set(["\(number)"])
                        patch.emails = .set([ContactPoint(value: "w\(number)@example.com")])
                        return try await office.book.patch(office.ana, client.id, patch, expectedVersions: [1])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.compactMap { outcome -> Client? in
                if case .patched(let client) = outcome { return client } else { return nil }
            }
            #expect(winners.count == 1)
            #expect(outcomes.count { $0 == .versionMismatch(current: 2) } == contestants - 1)
            let winner = try #require(winners.first)
            #expect(try await office.book.get(office.ana, client.id) == .found(winner))
            let tag = try #require(try winner.tags.elements().first)
            #expect(try await office.page(office.ana) { $0.tag = tag }.total == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `without a version concurrent patches all land, each on top of the other`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        var patch = ClientPatch()
                        if number % 2 == 0 {
                            patch.price = .set(Int64(number))
                        } else {
                            patch.source = .set("\(number)")
                        }
                        patch.background = .set("Edit \(number)")
                        _ = try await office.book.patch(office.ana, client.id, patch)
                    }
                }
                try await group.waitForAll()
            }
            guard case .found(let last) = try await office.book.get(office.ana, client.id) else {
                Issue.record("gone")
                return
            }
            #expect(last.version == 9)
            #expect(last.price != nil && last.source != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `one entry of each list is primary and none is there twice`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) {
                $0.emails = [
                    ContactPoint(value: "a@example.com"), ContactPoint(value: "B@example.com", isPrimary: true),
                    ContactPoint(value: " A@EXAMPLE.com "), ContactPoint(value: "c@example.com", isPrimary: true),
                ]
                $0.phones = [ContactPoint(value: "512-555-0100"), ContactPoint(value: "+1 (512) 555 0100")]
                $0.tags = ["VIP", "vip", "Víp", "Other"]
                $0.collaborators = [office.ben.userID, office.ben.userID]
            }
            #expect(
                try client.emails.elements() == [
                    ContactPoint(value: "a@example.com"), ContactPoint(value: "b@example.com", isPrimary: true),
                    ContactPoint(value: "c@example.com"),
                ])
            #expect(try client.phones.elements().map(\.value) == ["512-555-0100"])
            #expect(try client.tags.elements() == ["VIP", "Other"])
            #expect(try client.collaborators.elements() == [office.ben.userID])
        }
    }
}
