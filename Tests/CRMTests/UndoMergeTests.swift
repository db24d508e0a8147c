import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a merge that is taken back` {
    private func couple(_ office: Office) async throws -> (Client, Client) {
        let jane = try await office.client(office.ana, "Jane", "Doe") {
            $0.emails = [ContactPoint(value: "jane@example.com", type: "home")]
            $0.tags = ["VIP"]
            $0.background = "Likes gardens."
            $0.doNotText = true
        }
        office.time.advance(by: .hours(1))
        let other = try await office.client(office.ana, "Janet", "Doe") {
            $0.emails = [ContactPoint(value: "j@work.example", type: "work")]
            $0.phones = [ContactPoint(value: "512 555 0144")]
            $0.tags = ["Buyer"]
            $0.collaborators = [office.lender.userID]
            $0.price = 300_000
            $0.source = "Website"
            $0.background = "Has two dogs."
            $0.birthday = "--04-12"
            $0.doNotCall = true
            $0.stage = "Buyers"
        }
        return (jane, other)
    }

    private func content(_ client: Client) throws -> ClientContent { try ClientContent(client) }

    @Test(arguments: DatabaseKind.available)
    func `leaves both as they were before, in every list, total and search`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, other) = try await couple(office)
            let (_, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            office.time.advance(by: .hours(24 * 29))
            let (client, parted, kept) = try await office.unmerged(office.ana, merge)
            #expect(kept == [])
            #expect(try content(client) == content(jane) && content(parted) == content(other))
            #expect(client.lastActivityAt == jane.lastActivityAt && parted.lastActivityAt == other.lastActivityAt)
            #expect(try await office.found(office.ana, jane.id) == client)
            #expect(try await office.found(office.ana, other.id) == parted)
            #expect(try await office.book.get(office.lender, jane.id) == .notFound)
            #expect(try await office.book.get(office.lender, other.id) == .found(parted))
            for scope in [office.ana, office.owner] {
                #expect(try await office.page(scope).total == 2)
                #expect(try await office.page(scope) { $0.stage = "Buyers" }.total == 1)
                #expect(try await office.names(scope, search: "j@work") == ["Janet"])
                #expect(try await office.names(scope, search: "jane@example.com") == ["Jane"])
            }
            let fields = try await office.history(office.ana, jane.id).map(\.field)
            #expect(fields.contains("unmerged") && fields.filter { $0 == "created" }.count == 1)
            #expect(try await office.history(office.ana, other.id).first?.field == "restored")
            #expect(try await office.book.undoMerge(office.ana, merge) == .notFound)
            // And they can be merged again.
            _ = try await office.merged(office.ana, jane.id, with: other.id)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps and names what was changed on the winner since`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, other) = try await couple(office)
            let (one, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            var patch = ClientPatch()
            patch.price = .set(350_000)
            patch.emails = .set(try one.emails.elements() + [ContactPoint(value: "new@example.com")])
            patch.lastName = .set("Smith")
            patch.tags = .set(["Buyer", "Seller"])
            _ = try await office.patched(office.ana, jane.id, patch)
            let (client, parted, kept) = try await office.unmerged(office.ana, merge)
            #expect(Set(kept) == ["price", "emails", "tags"])
            #expect(client.price == 350_000 && client.lastName == "Smith" && client.source == nil)
            #expect(try client.emails.elements().map(\.value) == ["jane@example.com", "new@example.com"])
            #expect(try client.emails.elements().map(\.isPrimary) == [true, false])
            #expect(try client.tags.elements() == ["Seller"])
            #expect(client.background == "Likes gardens.")
            #expect(try content(parted) == content(other))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can be so for thirty days`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, other) = try await couple(office)
            let (one, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            office.time.advance(by: .hours(24 * 30) - .milliseconds(1))
            #expect(try await office.book.purgeTrash() == 0)
            office.time.advance(by: .milliseconds(1))
            #expect(try await office.book.undoMerge(office.ana, merge) == .expired)
            #expect(try await office.book.purgeTrash() == 1)
            #expect(try await office.book.undoMerge(office.ana, merge) == .expired)
            #expect(try await office.book.get(office.ana, other.id) == .found(one))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `waits for the later merge of its winner`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (a, b) = try await couple(office)
            let c = try await office.client(office.ana, "C")
            let (_, first) = try await office.merged(office.ana, b.id, with: a.id)
            let (_, second) = try await office.merged(office.ana, c.id, with: b.id)
            #expect(try await office.book.undoMerge(office.ana, first) == .mergedSince(second))
            let (_, parted, _) = try await office.unmerged(office.ana, second)
            #expect(parted.id == b.id)
            // What had been merged into it leads to it again, with its history.
            #expect(try await office.found(office.ana, a.id) == parted)
            #expect(try await office.history(office.ana, b.id).filter { $0.field == "created" }.count == 2)
            #expect(try await office.history(office.ana, c.id).filter { $0.field == "created" }.count == 1)
            let (back, again, _) = try await office.unmerged(office.ana, first)
            #expect(try content(back) == content(b) && content(again) == content(a))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is that of nobody who does not see the winner`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, other) = try await couple(office)
            let (_, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            let watched = WatchedDatabase(office.database)
            let book = ClientBook(database: watched, world: office.time.world, cursorKey: Office.cursorKey)
            #expect(try await book.undoMerge(office.ben, merge) == .notFound)
            let once = watched.statements
            #expect(try await book.undoMerge(office.ben, office.time.world.identifier()) == .notFound)
            #expect(watched.statements == once * 2)
            #expect(try await office.book.delete(office.ana, jane.id, proof: office.proof(office.ana)) == .deleted)
            #expect(try await office.book.undoMerge(office.ana, merge) == .notFound)
        }
    }
}
