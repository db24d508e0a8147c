package import Accounts
package import CRM
package import Core
import Storage

/// A listing that answers what a client looks for.
package struct ListingMatch: Sendable, Hashable {
    package let listingID: ListingID
    package let status: Listing.Status
    /// In cents.
    package let price: Int64?
    /// The address on one line.
    package let address: String
    package let requestID: BuyerRequestID
    package let requestName: String
    package let clientID: ClientID
    package let firstName: String
    package let lastName: String
    /// Since when.
    package let at: Timestamp

    /// Writes the match as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("listingId", listingID)
            object.member("status", status.rawValue)
            object.member("price", price)
            object.member("address", address)
            object.member("requestId", requestID)
            object.member("requestName", requestName)
            object.member("clientId", clientID)
            object.member("firstName", firstName)
            object.member("lastName", lastName)
            object.member("at", at)
        }
    }
}

/// The matches as somebody sees them: those of clients within reach, the latest first.
package enum ListingMatches {
    /// Those of the reader's own clients, assigned to or shared with them, that came since a moment.
    static func recent(for scope: Scope, since: Timestamp, limit: Int) -> SQL {
        statement(
            """
            listing_match.at >= \(since) AND EXISTS (SELECT 1 FROM client_reader AS reader
                WHERE reader.client_id = listing_match.client_id AND reader.user_id = \(scope.userID))
            """, for: scope, limit: limit)
    }

    static func statement(_ condition: SQL, for scope: Scope, limit: Int) -> SQL {
        """
        SELECT listing_match.listing_id, listing_match.request_id, listing_match.at, listing.status, listing.price,
            listing.street, listing.city, listing.state, listing.code, buyer_request.name, client.id AS client_id,
            client.first_name, client.last_name
        FROM listing_match JOIN client ON client.id = listing_match.client_id
            JOIN listing ON listing.id = listing_match.listing_id
            JOIN buyer_request ON buyer_request.id = listing_match.request_id
        WHERE \(condition) AND \(ClientVisibility(scope).ofOne)
        ORDER BY listing_match.at DESC, listing_match.request_id DESC, listing_match.listing_id DESC LIMIT \(limit)
        """
    }
}

extension BuyerRequests {
    /// How a request for a list of matches ended.
    package enum MatchOutcome: Sendable, Hashable {
        case page([ListingMatch], nextCursor: String?)
        case notFound
        case invalidCursor
    }

    /// The clients within reach who look for such a listing.
    package func matches(
        _ scope: Scope, of listing: ListingID, limit: Int = 50, cursor: String? = nil
    ) async throws -> MatchOutcome {
        try await page(
            scope, "listing \(listing)", "listing_match.listing_id = \(listing)", limit, cursor,
            exists: "SELECT id FROM listing WHERE id = \(listing)")
    }

    /// The listings that answer what a client within reach looks for.
    package func matches(
        _ scope: Scope, of client: ClientID, limit: Int = 50, cursor: String? = nil
    ) async throws -> MatchOutcome {
        let target = ClientAlias.target(of: client)
        return try await page(
            scope, "client \(client)", "listing_match.client_id = \(target)", limit, cursor,
            exists: "SELECT client.id FROM client WHERE client.id = \(target) AND \(ClientVisibility(scope).ofOne)")
    }

    private func page(
        _ scope: Scope, _ whose: String, _ condition: SQL, _ limit: Int, _ cursor: String?, exists: SQL
    ) async throws -> MatchOutcome {
        let binding = CursorBinding(list: "matches", reader: scope.userID, facts: [whose])
        var condition = condition
        if let cursor {
            guard let position = cursors.open(cursor, for: binding), position.count == 3 else { return .invalidCursor }
            condition =
                condition + """
                     AND (listing_match.at, listing_match.request_id, listing_match.listing_id)
                        < (\(position[0]), \(position[1]), \(position[2]))
                    """
        }
        let asked = ListingMatches.statement(condition, for: scope, limit: limit + 1)
        let found: [ListingMatch]? = try await database.read { session in
            guard try session.row(exists) != nil else { return nil }
            return try session.rows(asked).map(ListingMatch.init)
        }
        guard let found else { return .notFound }
        guard found.count > limit else { return .page(found, nextCursor: nil) }
        let last = found[limit - 1]
        return .page(
            Array(found.prefix(limit)),
            nextCursor: cursors.seal(
                [last.at.sqlValue, last.requestID.sqlValue, last.listingID.sqlValue], for: binding))
    }
}

extension ListingMatch {
    init(_ row: Row) throws {
        listingID = try row.get("listing_id")
        status = Listing.Status(rawValue: try row.get("status")) ?? .hold
        price = try row.optional("price")
        address =
            Listing.Address(
                street: try row.optional("street"), city: try row.optional("city"), state: try row.optional("state"),
                code: try row.optional("code")
            ).line
        requestID = try row.get("request_id")
        requestName = try row.get("name")
        clientID = try row.get("client_id")
        firstName = try row.get("first_name")
        lastName = try row.get("last_name")
        at = try row.get("at")
    }
}
