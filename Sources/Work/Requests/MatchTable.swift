import CRM
import Core
import Storage

/// Which listings answer which requests: written whenever one of the two is, so that looking reads an index.
///
/// Whoever writes a listing or a request takes a turn first. Two that are written at the same moment would otherwise not see each other.
enum MatchTable {
    static let migration = Migration(
        197, "matches of listings and requests",
        [
            """
            CREATE TABLE listing_match (
                listing_id \(.identifier) NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
                request_id \(.identifier) NOT NULL REFERENCES buyer_request (id) ON DELETE CASCADE,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                at BIGINT NOT NULL,
                PRIMARY KEY (listing_id, request_id)
            )
            """,
            "CREATE INDEX listing_match_by_request ON listing_match (request_id, listing_id)",
            "CREATE INDEX listing_match_by_client ON listing_match (client_id, at, request_id, listing_id)",
            "CREATE INDEX listing_match_by_listing ON listing_match (listing_id, at, request_id)",
            "CREATE INDEX listing_match_by_time ON listing_match (at, request_id, listing_id)",
            "CREATE TABLE listing_match_turn (id BIGINT PRIMARY KEY)",
            "INSERT INTO listing_match_turn (id) VALUES (1)",
        ])

    static func takeTurn(in session: any SQLSession) throws {
        _ = try session.row("SELECT id FROM listing_match_turn WHERE id = 1 \(.forUpdate)")
    }

    private static let isMatch: SQL = """
        buyer_request.is_active = 1 AND listing.is_available = 1
            AND (buyer_request.min_price IS NULL OR listing.price >= buyer_request.min_price)
            AND (buyer_request.max_price IS NULL OR listing.price <= buyer_request.max_price)
            AND (buyer_request.min_beds IS NULL OR listing.beds >= buyer_request.min_beds)
            AND (buyer_request.min_baths IS NULL OR listing.baths >= buyer_request.min_baths)
            AND (buyer_request.min_area IS NULL OR listing.area >= buyer_request.min_area)
            AND (buyer_request.max_area IS NULL OR listing.area <= buyer_request.max_area)
            AND (buyer_request.types = '[]' OR buyer_request.types LIKE '%"' || listing.type || '"%')
        """

    /// The pairs of a listing with the requests that it answers.
    static func requests(for listing: Listing) -> SQL {
        var candidates: SQL =
            "SELECT open.id FROM buyer_request AS open WHERE open.is_anywhere = 1 AND open.is_active = 1"
        let places = [
            ("city", PlaceKey.city(listing.address.city)), ("postal", PlaceKey.postalCode(listing.address.code)),
        ]
        for (kind, value) in places {
            guard let value else { continue }
            candidates =
                candidates + """
                     UNION SELECT place.request_id FROM request_place AS place
                        WHERE place.kind = \(kind) AND place.value = \(value)
                    """
        }
        return """
            FROM listing CROSS JOIN buyer_request
            WHERE listing.id = \(listing.id) AND buyer_request.id IN (\(candidates)) AND \(isMatch)
            """
    }

    /// The pairs of a request with the listings that answer it.
    static func listings(for request: BuyerRequest) -> SQL {
        var candidates: SQL = "SELECT free.id FROM listing AS free WHERE free.is_available = 1"
        if let low = request.minPrice { candidates = candidates + " AND free.price >= \(low)" }
        if let high = request.maxPrice { candidates = candidates + " AND free.price <= \(high)" }
        let places = request.places
        if !places.isEmpty {
            candidates = [("city", "free.city_key"), ("postal", "free.postal_key")].compactMap { kind, column -> SQL? in
                let values = places.filter { $0.kind == kind }.map { "\($0.value)" as SQL }
                let key: SQL = SQL(stringLiteral: column)
                return values.isEmpty ? nil : candidates + " AND \(key) IN (\(values.joined(separator: ", ")))"
            }.joined(separator: " UNION ")
        }
        return """
            FROM buyer_request CROSS JOIN listing
            WHERE buyer_request.id = \(request.id) AND listing.id IN (\(candidates)) AND \(isMatch)
            """
    }

    /// Has the matches of a listing be these.
    static func write(_ listing: Listing, at now: Timestamp, in session: any SQLSession) throws {
        let pairs = requests(for: listing)
        try session.run(
            """
            DELETE FROM listing_match
            WHERE listing_id = \(listing.id) AND request_id NOT IN (SELECT buyer_request.id \(pairs))
            """)
        try insert(pairs, at: now, in: session)
    }

    /// Has the matches of a request be these.
    static func write(_ request: BuyerRequest, at now: Timestamp, in session: any SQLSession) throws {
        let pairs = listings(for: request)
        try session.run(
            """
            DELETE FROM listing_match
            WHERE request_id = \(request.id) AND listing_id NOT IN (SELECT listing.id \(pairs))
            """)
        try insert(pairs, at: now, in: session)
    }

    private static func insert(_ pairs: SQL, at now: Timestamp, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO listing_match (listing_id, request_id, client_id, first_client_id, at)
            SELECT listing.id, buyer_request.id, buyer_request.client_id, buyer_request.first_client_id,
                CAST(\(now) AS BIGINT)
            \(pairs) ON CONFLICT (listing_id, request_id) DO NOTHING
            """)
    }
}
