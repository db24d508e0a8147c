import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `what buyers look for` {
    private func clients(_ office: Office, _ scope: Scope, of listing: Listing) async throws -> [ClientID] {
        guard case .page(let page, _) = try await office.requests.matches(scope, of: listing.id) else {
            throw Office.Unexpected()
        }
        return page.map(\.clientID)
    }

    private func listings(_ office: Office, _ scope: Scope, of client: Client) async throws -> [ListingID] {
        guard case .page(let page, _) = try await office.requests.matches(scope, of: client.id) else {
            throw Office.Unexpected()
        }
        return page.map(\.listingID)
    }

    @Test(arguments: DatabaseKind.available)
    func `finds listings, and listings find them, whichever comes first`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (jane, joe) = (try await office.client(office.ana, "Jane"), try await office.client(office.ana, "Joe"))
            try await office.request(office.ana, of: jane.id) {
                ($0.cities, $0.maxPrice, $0.minBeds) = (["  austin "], .set(50_000_000), .set(3))
            }
            let listing = try await office.listing(office.ben)
            #expect(try await clients(office, office.ana, of: listing) == [jane.id])
            try await office.request(office.ana, of: joe.id) { ($0.postalCodes, $0.types) = (["78701"], ["house"]) }
            #expect(Set(try await clients(office, office.ana, of: listing)) == [jane.id, joe.id])
            #expect(try await listings(office, office.ana, of: joe) == [listing.id])
            // Only whoever reaches the client is told.
            #expect(try await clients(office, office.ben, of: listing) == [])
            #expect(try await office.requests.matches(office.ben, of: joe.id) == .notFound)
            // What answers no more is no match any more.
            try await office.changed(office.ben, listing.id) { $0.price = .set(60_000_000) }
            #expect(try await clients(office, office.ana, of: listing) == [joe.id])
            try await office.changed(office.ben, listing.id) { $0.status = "Pending" }
            #expect(try await clients(office, office.ana, of: listing) == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is matched as a plain comparison of every range would`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var dice = Dice(seed: 4)
            let client = try await office.client(office.ana)
            var (made, asked): ([Listing], [BuyerRequest]) = ([], [])
            for round in 0..<24 {
                let (number, other) = (Int64(dice.number(1...4)), Int64(dice.number(1...4)))
                let city = ["Austin", "Waco", "Dallas"][dice.number(0...2)]
                if round % 2 == 0 {
                    let type = ["house", "condo"][dice.number(0...1)]
                    made.append(
                        try await office.listing(office.ana) {
                            ($0.price, $0.beds, $0.baths) = (
                                .set(number * 100), .set(other), number == 1 ? .clear : .set(2)
                            )
                            ($0.type, $0.area) = (.set(type), .set(other * 500))
                            $0.address = .init(city: city, code: "7870\(number)")
                            $0.status = dice.happens(percent: 80) ? "Active" : "Hold"
                        })
                } else {
                    asked.append(
                        try await office.request(office.ana, of: client.id) {
                            ($0.minPrice, $0.maxPrice) = (
                                .set(min(number, other) * 100), .set(max(number, other) * 100)
                            )
                            if dice.happens(percent: 50) { $0.minBeds = .set(other) }
                            if dice.happens(percent: 30) { $0.minBaths = .set(2) }
                            if dice.happens(percent: 50) { $0.cities = [city.lowercased()] }
                            if dice.happens(percent: 30) { $0.postalCodes = ["7870\(other)"] }
                            if dice.happens(percent: 30) { $0.types = ["condo", "land"] }
                            if dice.happens(percent: 30) { $0.maxArea = .set(1000) }
                            if dice.happens(percent: 10) { $0.isActive = false }
                        })
                }
            }
            func isMatch(_ listing: Listing, _ request: BuyerRequest) -> Bool {
                func within(_ value: Int64?, _ low: Int64?, _ high: Int64?) -> Bool {
                    guard low != nil || high != nil else { return true }
                    guard let value else { return false }
                    return value >= low ?? .min && value <= high ?? .max
                }
                let place = request.places
                return request.isActive && listing.status.isAvailable
                    && within(listing.price, request.minPrice, request.maxPrice)
                    && within(listing.facts.beds, request.minBeds, nil)
                    && within(listing.facts.baths, request.minBaths, nil)
                    && within(listing.facts.area, request.minArea, request.maxArea)
                    && (request.types.isEmpty || request.types.contains(listing.facts.kind?.rawValue ?? ""))
                    && (place.isEmpty
                        || place.contains {
                            $0.value == listing.address.city?.lowercased() && $0.kind == "city"
                                || $0.value == listing.address.code && $0.kind == "postal"
                        })
            }
            guard
                case .page(let found, _) = try await office.requests.matches(office.ana, of: client.id, limit: 200)
            else { throw Office.Unexpected() }
            let expected = made.flatMap { listing in
                asked.filter { isMatch(listing, $0) }.map { [listing.id.description, $0.id.description] }
            }
            #expect(!expected.isEmpty)
            #expect(Set(found.map { [$0.listingID.description, $0.requestID.description] }) == Set(expected))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told of as new for a while, page by page, and follows its client through a merge`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let (jane, joe) = (try await office.client(office.ana, "Jane"), try await office.client(office.ana, "Joe"))
            try await office.request(office.ana, of: jane.id)
            try await office.request(office.ana, of: joe.id)
            try await office.listing(office.ben)
            office.time.advance(by: .hours(1))
            let since = office.time.now
            let second = try await office.listing(office.ben)
            func recent(_ scope: Scope) async throws -> [ListingMatch] {
                try await office.database.read { session in
                    try session.rows(ListingMatches.recent(for: scope, since: since, limit: 10)).map {
                        try ListingMatch($0)
                    }
                }
            }
            #expect(try await recent(office.ana).map(\.listingID) == [second.id, second.id])
            #expect(try await recent(office.ben) == [])
            guard
                case .page(let first, let next?) = try await office.requests.matches(
                    office.ana, of: second.id, limit: 1)
            else { throw Office.Unexpected() }
            guard
                case .page(let rest, nil) = try await office.requests.matches(
                    office.ana, of: second.id, limit: 1, cursor: next)
            else { throw Office.Unexpected() }
            #expect(Set((first + rest).map(\.clientID)) == [jane.id, joe.id])
            #expect(try await office.requests.matches(office.owner, of: second.id, cursor: next) == .invalidCursor)
            let merge = try await office.merged(office.owner, jane.id, with: joe.id)
            #expect(Set(try await recent(office.ana).map(\.clientID)) == [jane.id])
            #expect(try await office.requests.all(office.ana, of: joe.id)?.count == 2)
            guard case .undone = try await office.book.undoMerge(office.owner, merge) else { throw Office.Unexpected() }
            #expect(try await office.requests.all(office.ana, of: joe.id)?.count == 1)
            #expect(Set(try await recent(office.ana).map(\.clientID)) == [jane.id, joe.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `names the field that is wrong, and is changed by whoever reaches the client`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            var draft = BuyerRequestDraft()
            (draft.minPrice, draft.maxPrice) = (.set(300), .set(200))
            (draft.types, draft.cities, draft.minBeds) = (["castle"], [" "], .set(-1))
            guard case .invalid(let problems) = try await office.requests.create(office.ana, for: client.id, draft)
            else { throw Office.Unexpected() }
            #expect(problems.map(\.field) == ["minBeds", "maxPrice", "types[0]", "cities[0]"])
            let request = try await office.request(office.ana, of: client.id)
            #expect(try await office.requests.change(office.ben, request.id, BuyerRequestDraft()) == .notFound)
            #expect(try await office.requests.create(office.ben, for: client.id, BuyerRequestDraft()) == .notFound)
            #expect(try await office.requests.get(office.ben, request.id) == nil)
            #expect(
                try await office.requests.change(
                    office.ana, request.id, BuyerRequestDraft(), expectedVersions: [2]) == .versionMismatch)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is matched along the indexes of places, and new matches are read along that of their time`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let request = try await office.request(office.ana, of: client.id) { $0.cities = ["Austin"] }
            let listing = try await office.listing(office.ana)
            let world = office.time.world
            try await office.database.transaction { session in
                for number in 0..<400 {
                    var other = Listing(
                        id: world.identifier(), status: .active, price: Int64(number + 1),
                        address: .init(city: "City \(number)", code: "1\(number)"), facts: listing.facts,
                        description: "",
                        photos: [], agentID: listing.agentID, createdAt: listing.createdAt,
                        updatedAt: listing.createdAt,
                        version: 1)
                    other.facts.beds = Int64(number % 7)
                    try ListingTable.write(other, from: nil, by: listing.agentID, in: session)
                    let asked = BuyerRequest(
                        id: world.identifier(), clientID: client.id, name: "", types: [], cities: ["City \(number)"],
                        postalCodes: [], isActive: true, createdAt: listing.createdAt, updatedAt: listing.createdAt,
                        version: 1)
                    try RequestTable.write(asked, in: session)
                }
            }
            if kind == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
            let asked = ReadStatements(office.database)
            let since = office.time.now
            _ = try await asked.read { session in
                _ = try session.rows("SELECT listing.id \(MatchTable.listings(for: request))")
                _ = try session.rows("SELECT listing.id \(MatchTable.requests(for: listing))")
                return try session.rows(ListingMatches.recent(for: office.ana, since: since, limit: 10)).count
            }
            let plans = try await asked.plans()
            for index in [
                "listing_by_city", "request_place_by_value", "buyer_request_anywhere", "listing_match_by_time",
            ] {
                #expect(plans.contains { $0.contains(index) }, "\(index): \(plans)")
            }
            #expect(!plans.contains { $0.hasPrefix("SCAN listing") && !$0.contains("INDEX") }, "\(plans)")
        }
    }
}
