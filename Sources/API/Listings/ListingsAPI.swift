import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web
package import Work

/// Listings, and what clients look for: `/v1/listings`, `/v1/requests`.
package struct ListingsAPI: Sendable {
    private let listings: ListingBook
    let requests: BuyerRequests

    package init(listings: ListingBook, requests: BuyerRequests) {
        self.listings = listings
        self.requests = requests
    }

    /// The routes of this area.
    package var routes: [Route] { listingRoutes + requestRoutes }

    private var listingRoutes: [Route] {
        [
            Route("listListings", .get, "/v1/listings", limit: .api, .signedIn(list), keys: .workRead)
                .query(
                    .optional("status", .choice(Listing.Status.self)), .optional("agent", .identifier),
                    .optional("client", .identifier), .optional("city", .text), .optional("mlsNumber", .text),
                    .optional("limit", .integer), .optional("cursor", .text)
                )
                .answers(.json(.page(of: .listing)))
                .refuses(.invalidCursor),
            Route("createListing", .post, "/v1/listings", limit: .api, .signedIn(create), keys: .workWrite)
                .reads(JSONShape.listingDraft)
                .answers(.json(.listing, .created))
                .refuses(.forbidden),
            Route("getListing", .get, "/v1/listings/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.listing)),
            Route("changeListing", .patch, "/v1/listings/{id}", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(JSONShape.listingDraft)
                .answers(.json(.listing))
                .refuses(.forbidden, .versionMismatch),
            Route("listingHistory", .get, "/v1/listings/{id}/history", limit: .api, .signedIn(history), keys: .workRead)
                .answers(.json(.all(.listingPast))),
            Route(
                "noteListingInterest", .post, "/v1/listings/{id}/interest", limit: .api, .signedIn(noteInterest),
                keys: .workWrite
            )
            .reads(.required("clientId", .identifier), .optional("interested", .flag))
            .answers(.json(.listing))
            .refuses(.forbidden),
            Route(
                "listingMatches", .get, "/v1/listings/{id}/matches", limit: .api, .signedIn(listingMatches),
                keys: .workRead
            )
            .query(.optional("limit", .integer), .optional("cursor", .text))
            .answers(.json(.page(of: .listingMatch)))
            .refuses(.invalidCursor),
        ]
    }

    /// `GET /v1/listings?status=&agent=&client=&city=&mlsNumber=&cursor=&limit=`: the latest made first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = ListingBook.Query()
        query.status = fields.choice("status", Listing.Status.self)
        query.agent = fields.identifier("agent", AccountID.self)
        query.client = fields.identifier("client", ClientID.self)
        query.city = fields.text("city")
        query.mlsNumber = fields.text("mlsNumber")
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await listings.list(signedIn.scope, query) {
        case .page(let page, let next):
            return Self.page(next) { list in page.forEach { $0.write(to: &list) } }
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/listings`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(ListingDraft.self)
        return try Self.answer(try await listings.create(signedIn.scope, draft, telling: requests), .created)
    }

    /// `GET /v1/listings/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let listing = try await listings.get(signedIn.scope, try signedIn.call.identifier(ListingID.self)) else {
            throw Problem(.notFound)
        }
        return try Self.answer(.done(listing))
    }

    /// `PATCH /v1/listings/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ListingID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(ListingDraft.self)
        return try Self.answer(
            try await listings.change(
                signedIn.scope, id, draft, expectedVersions: versions, telling: requests))
    }

    /// `GET /v1/listings/{id}/history`: its prices and statuses, the last first.
    @Sendable private func history(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ListingID.self)
        guard let past = try await listings.history(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response.json { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for entry in past {
                        list.object { item in
                            item.member("price", entry.price)
                            item.member("status", entry.status.rawValue)
                            item.member("at", entry.at)
                            item.member("userId", entry.userID)
                        }
                    }
                }
            }
        }
    }

    /// `POST /v1/listings/{id}/interest` `{clientId, interested?}`.
    @Sendable private func noteInterest(_ signedIn: SignedInCall) async throws -> Response {
        struct Draft: Decodable {
            var clientId: ClientID
            var interested: Bool?
        }
        let id = try signedIn.call.identifier(ListingID.self)
        let draft = try await signedIn.call.decode(Draft.self)
        return try Self.answer(
            try await listings.note(
                signedIn.scope, id, interestOf: draft.clientId, isInterested: draft.interested ?? true))
    }

    /// `GET /v1/listings/{id}/matches`: the clients within reach who look for such a one.
    @Sendable private func listingMatches(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ListingID.self)
        let (limit, cursor) = try Self.paging(signedIn)
        return try Self.answer(try await requests.matches(signedIn.scope, of: id, limit: limit, cursor: cursor))
    }

    static func paging(_ signedIn: SignedInCall) throws -> (limit: Int, cursor: String?) {
        var fields = signedIn.call.query
        let limit = fields.integer("limit", in: 1...200, default: 50)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        return (limit, cursor)
    }

    static func answer(_ outcome: BuyerRequests.MatchOutcome) throws -> Response {
        switch outcome {
        case .page(let page, let next): return Self.page(next) { list in page.forEach { $0.write(to: &list) } }
        case .notFound: throw Problem(.notFound)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    static func page(_ next: String?, _ items: (inout JSONWriter) -> Void) -> Response {
        Response.json(capacity: 16 * 1024) { json in
            json.object { object in
                object.key("data")
                object.array { list in items(&list) }
                object.key("page")
                object.object { $0.member("nextCursor", next) }
            }
        }
    }

    private static func answer(
        _ outcome: ListingBook.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let listing):
            var response = Response.json(status, capacity: 2000) { listing.write(to: &$0) }
            response.headers[.eTag] = "\"\(listing.version)\""
            if status == .created { response.headers[.location] = "/v1/listings/\(listing.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}
