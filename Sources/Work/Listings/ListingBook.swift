package import Accounts
package import CRM
package import Core
package import Storage

/// The listings of the brokerage: everybody sees them; who sells and who is interested is seen only by whoever reaches those clients.
package struct ListingBook: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer

    /// The listings in `database`. `cursorKey` signs the cursors of the list, and must be the same on every node.
    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>) {
        self.database = database
        self.world = world
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a change of a listing ended.
    package enum Outcome: Sendable, Hashable {
        case done(Listing)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// Which listings are asked for.
    package struct Query: Sendable, Hashable {
        package var status: Listing.Status?
        package var agent: AccountID?
        package var client: ClientID?
        package var city: String?
        package var mlsNumber: String?
        package var limit = 20
        package var cursor: String?

        package init() {}
    }

    /// How a request for a list of listings ended.
    package enum ListOutcome: Sendable, Hashable {
        case page([Listing], nextCursor: String?)
        case invalidCursor
    }

    /// The listing; `nil` when there is none.
    package func get(_ scope: Scope, _ id: ListingID) async throws -> Listing? {
        try await database.read { session in
            try ListingTable.listings(scope, "listing.id = \(id)", in: session).first
        }
    }

    /// The listings that answer the query, the latest made first. By a client only for whoever reaches that client.
    package func list(_ scope: Scope, _ query: Query) async throws -> ListOutcome {
        let binding = CursorBinding(
            list: "listings", reader: scope.userID,
            facts: [
                query.status?.rawValue, query.agent?.description, query.client?.description, query.city,
                query.mlsNumber,
            ])
        var condition: SQL = "1 = 1"
        if let cursor = query.cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 1 else { return .invalidCursor }
            condition = "listing.id < \(position[0])"
        }
        if let status = query.status { condition = condition + " AND listing.status = \(status.rawValue)" }
        if let agent = query.agent { condition = condition + " AND listing.agent_id = \(agent)" }
        if let number = query.mlsNumber { condition = condition + " AND listing.mls_number = \(number)" }
        if let city = query.city { condition = condition + " AND listing.city_key = \(PlaceKey.city(city))" }
        if let client = query.client {
            condition =
                condition + """
                     AND listing.id IN (SELECT listing_client.listing_id FROM listing_client
                        JOIN client ON client.id = listing_client.client_id
                        WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne))
                    """
        }
        let asked = condition
        let found = try await database.read { session in
            try ListingTable.listings(scope, "\(asked) ORDER BY listing.id DESC LIMIT \(query.limit + 1)", in: session)
        }
        let next = found.count > query.limit ? cursors.seal([found[query.limit - 1].id.sqlValue], for: binding) : nil
        return .page(Array(found.prefix(query.limit)), nextCursor: next)
    }

    /// What price and status a listing has had since when.
    package struct Past: Sendable, Hashable {
        package let price: Int64?
        package let status: Listing.Status
        package let at: Timestamp
        package let userID: AccountID?
    }

    /// The prices and statuses that the listing has had, the last first; `nil` when there is none.
    package func history(_ scope: Scope, _ id: ListingID) async throws -> [Past]? {
        let rows = try await database.rows(
            "SELECT price, status, at, user_id FROM listing_change WHERE listing_id = \(id) ORDER BY number DESC",
            isShort: true)
        guard !rows.isEmpty else { return nil }
        return try rows.map {
            Past(
                price: try $0.optional("price"), status: Listing.Status(rawValue: try $0.get("status")) ?? .hold,
                at: try $0.get("at"), userID: try $0.optional("user_id"))
        }
    }
}
