import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

extension Office {
    var listings: ListingBook { ListingBook(database: database, world: time.world, cursorKey: Self.cursorKey) }
    var requests: BuyerRequests { BuyerRequests(database: database, world: time.world, cursorKey: Self.cursorKey) }

    /// Creates a listing that must be accepted: an active house in Austin for 450,000.00 unless told otherwise.
    @discardableResult
    func listing(_ scope: Scope, _ change: (inout ListingDraft) -> Void = { _ in }) async throws -> Listing {
        var draft = ListingDraft()
        draft.status = "Active"
        draft.price = .set(45_000_000)
        draft.address = .init(street: "1 Main St", city: "Austin", state: "TX", code: "78701-1234")
        (draft.type, draft.beds, draft.baths, draft.area) = (.set("house"), .set(3), .set(2), .set(1800))
        change(&draft)
        guard case .done(let listing) = try await listings.create(scope, draft, telling: requests) else {
            throw Unexpected()
        }
        return listing
    }

    @discardableResult
    func changed(_ scope: Scope, _ id: ListingID, _ change: (inout ListingDraft) -> Void) async throws -> Listing {
        var draft = ListingDraft()
        change(&draft)
        guard case .done(let listing) = try await listings.change(scope, id, draft, telling: requests) else {
            throw Unexpected()
        }
        return listing
    }

    @discardableResult
    func request(
        _ scope: Scope, of client: ClientID, _ change: (inout BuyerRequestDraft) -> Void = { _ in }
    ) async throws -> BuyerRequest {
        var draft = BuyerRequestDraft()
        change(&draft)
        guard case .done(let request) = try await requests.create(scope, for: client, draft) else {
            throw Unexpected()
        }
        return request
    }
}

@Suite struct `a listing` {
    @Test(arguments: DatabaseKind.available)
    func `keeps each price and each status that it has had`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let listing = try await office.listing(office.ana)
            office.time.advance(by: .days(1))
            try await office.changed(office.ana, listing.id) { $0.price = .set(43_000_000) }
            try await office.changed(office.ana, listing.id) { $0.description = "Light and quiet." }
            let pending = try await office.changed(office.owner, listing.id) { $0.status = "Pending" }
            #expect(pending.version == 4)
            #expect(try await office.listings.get(office.ben, listing.id) == pending)
            let past = try #require(try await office.listings.history(office.lender, listing.id))
            #expect(past.map(\.price) == [43_000_000, 43_000_000, 45_000_000])
            #expect(past.map(\.status) == [.pending, .active, .active])
            #expect(past.map(\.userID) == [office.owner.userID, office.ana.userID, office.ana.userID])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is written by its agent, owner and admin, and says which field is wrong`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let listing = try await office.listing(office.ana) { $0.mlsNumber = .set("MLS1") }
            var draft = ListingDraft()
            draft.beds = .set(4)
            let (listings, requests) = (office.listings, office.requests)
            #expect(try await listings.change(office.ben, listing.id, draft, telling: requests) == .forbidden)
            #expect(try await listings.create(office.lender, draft, telling: requests) == .forbidden)
            (draft.price, draft.status, draft.photos) = (.set(0), "Sold", ["javascript:alert(1)"])
            (draft.agentId, draft.type, draft.yearBuilt) = (office.ben.userID, .set("castle"), .set(3))
            draft.sellers = [office.time.world.identifier()]
            guard
                case .invalid(let problems) = try await listings.change(
                    office.ana, listing.id, draft, telling: requests)
            else { throw Office.Unexpected() }
            #expect(
                Set(problems.map(\.field)) == [
                    "price", "status", "photos[0]", "agentId", "type", "yearBuilt", "sellers[0]",
                ])
            var twin = ListingDraft()
            twin.mlsNumber = .set("MLS1")
            guard
                case .invalid(let taken) = try await office.listings.create(office.ben, twin, telling: office.requests)
            else { throw Office.Unexpected() }
            #expect(taken.map(\.code) == [.taken])
            #expect(
                try await office.listings.change(
                    office.ana, listing.id, ListingDraft(), expectedVersions: [7], telling: office.requests)
                    == .versionMismatch)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `shows its sellers and who is interested only to whoever reaches them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let seller = try await office.client(office.ana, "Sally")
            let buyer = try await office.client(office.ben, "Bill")
            let listing = try await office.listing(office.ana) { $0.sellers = [seller.id] }
            guard
                case .done(let shown) = try await office.listings.note(
                    office.ben, listing.id, interestOf: buyer.id, isInterested: true)
            else { throw Office.Unexpected() }
            #expect(shown.sellers == [])
            #expect(shown.interested.map(\.clientID) == [buyer.id])
            guard
                case .invalid = try await office.listings.note(
                    office.ana, listing.id, interestOf: buyer.id, isInterested: true)
            else { throw Office.Unexpected() }
            let seen = try #require(try await office.listings.get(office.ana, listing.id))
            #expect(seen.sellers.map(\.firstName) == ["Sally"])
            #expect(seen.interested == [])
            for (scope, client, count) in [
                (office.ana, seller.id, 1), (office.ben, seller.id, 0), (office.ben, buyer.id, 1),
                (office.owner, buyer.id, 1),
            ] {
                var query = ListingBook.Query()
                query.client = client
                guard case .page(let page, _) = try await office.listings.list(scope, query) else {
                    throw Office.Unexpected()
                }
                #expect(page.count == count)
            }
            let merge = try await office.merged(office.owner, seller.id, with: buyer.id)
            #expect(try await office.listings.get(office.ana, listing.id)?.interested.map(\.clientID) == [seller.id])
            guard case .undone = try await office.book.undoMerge(office.owner, merge) else { throw Office.Unexpected() }
            #expect(try await office.listings.get(office.ana, listing.id) == seen)
            guard
                case .done(let without) = try await office.listings.note(
                    office.ben, listing.id, interestOf: buyer.id, isInterested: false)
            else { throw Office.Unexpected() }
            #expect(without.interested == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes to the successor when its agent leaves, unless it is over`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let live = try await office.listing(office.ana)
            let over = try await office.listing(office.ana) { $0.status = "Closed" }
            let (book, ana, ben, now) = (office.book, office.ana.userID, office.ben.userID, office.time.now)
            _ = try await office.database.transaction { session in
                try book.handOver(from: ana, to: ben, at: now, in: session)
            }
            #expect(try await office.listings.get(office.owner, live.id)?.agentID == ben)
            #expect(try await office.listings.get(office.owner, over.id)?.agentID == ana)
        }
    }
}
