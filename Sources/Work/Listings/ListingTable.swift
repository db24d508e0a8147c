import Accounts
import CRM
import Core
import Storage

/// The listings, their history, and the clients of them.
enum ListingTable {
    /// Whether there is such a listing.
    static func has(_ id: ListingID, in session: any SQLSession) throws -> Bool {
        try session.row("SELECT 1 AS one FROM listing WHERE id = \(id)") != nil
    }

    static let migration = Migration(
        195, "listings",
        [
            """
            CREATE TABLE listing (
                id \(.identifier) PRIMARY KEY,
                mls_number TEXT,
                status TEXT NOT NULL,
                is_available BIGINT NOT NULL,
                price BIGINT,
                street TEXT,
                city TEXT,
                state TEXT,
                code TEXT,
                country TEXT,
                city_key TEXT,
                postal_key TEXT,
                type TEXT,
                beds BIGINT,
                baths BIGINT,
                half_baths BIGINT,
                area BIGINT,
                lot_area BIGINT,
                year_built BIGINT,
                description TEXT NOT NULL,
                photos TEXT NOT NULL,
                agent_id \(.identifier) NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX listing_by_agent ON listing (agent_id, id)",
            "CREATE INDEX listing_by_status ON listing (status, id)",
            "CREATE UNIQUE INDEX listing_by_mls_number ON listing (mls_number) WHERE mls_number IS NOT NULL",
            "CREATE INDEX listing_by_city ON listing (city_key, price) WHERE is_available = 1",
            "CREATE INDEX listing_by_postal_code ON listing (postal_key, price) WHERE is_available = 1",
            "CREATE INDEX listing_available ON listing (price) WHERE is_available = 1",
            """
            CREATE TABLE listing_change (
                listing_id \(.identifier) NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
                number BIGINT NOT NULL,
                price BIGINT,
                status TEXT NOT NULL,
                at BIGINT NOT NULL,
                user_id \(.identifier),
                PRIMARY KEY (listing_id, number)
            )
            """,
            """
            CREATE TABLE listing_client (
                listing_id \(.identifier) NOT NULL REFERENCES listing (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                first_client_id \(.identifier) NOT NULL,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                at BIGINT NOT NULL,
                PRIMARY KEY (listing_id, kind, first_client_id)
            )
            """,
            "CREATE INDEX listing_client_by_client ON listing_client (client_id, listing_id)",
        ])

    private static let columns: SQL = """
        listing.id, listing.mls_number, listing.status, listing.price, listing.street, listing.city, listing.state,
            listing.code, listing.country, listing.type, listing.beds, listing.baths, listing.half_baths, listing.area,
            listing.lot_area, listing.year_built, listing.description, listing.photos, listing.agent_id,
            listing.created_at, listing.updated_at, listing.version
        """

    /// As what a client has to do with a listing.
    enum Tie: String {
        case seller, interested
    }

    /// The listings that answer `condition`, with those of their clients whom `scope` reaches: two statements.
    static func listings(_ scope: Scope, _ condition: SQL, in session: any SQLSession) throws -> [Listing] {
        var listings = try session.rows("SELECT \(columns) FROM listing WHERE \(condition)").map(Listing.init)
        guard !listings.isEmpty else { return [] }
        let list = listings.map { "\($0.id)" as SQL }.joined(separator: ", ")
        let places = Dictionary(uniqueKeysWithValues: listings.enumerated().map { ($1.id, $0) })
        let rows = try session.rows(
            """
            SELECT listing_client.listing_id, listing_client.kind, client.id, client.first_name, client.last_name
            FROM listing_client JOIN client ON client.id = listing_client.client_id
            WHERE listing_client.listing_id IN (\(list)) AND \(ClientVisibility(scope).ofOne)
            ORDER BY listing_client.at, listing_client.first_client_id
            """)
        for row in rows {
            guard let place = places[try row.get("listing_id")] else { continue }
            let person = Listing.Person(
                clientID: try row.get("id"), firstName: try row.get("first_name"), lastName: try row.get("last_name"))
            switch Tie(rawValue: try row.get("kind")) {
            case .seller where !listings[place].sellers.contains(person): listings[place].sellers.append(person)
            case .interested where !listings[place].interested.contains(person):
                listings[place].interested.append(person)
            case .seller, .interested, nil: break
            }
        }
        return listings
    }

    /// The listing, held until the transaction ends.
    static func held(_ id: ListingID, for scope: Scope, in session: any SQLSession) throws -> Listing? {
        guard try session.row("SELECT id FROM listing WHERE id = \(id) \(.forUpdate)") != nil else { return nil }
        return try listings(scope, "listing.id = \(id)", in: session).first
    }

    /// Whether another listing has that number.
    static func hasNumber(_ number: String, besides id: ListingID, in session: any SQLSession) throws -> Bool {
        try session.row("SELECT 1 AS one FROM listing WHERE mls_number = \(number) AND id <> \(id)") != nil
    }

    /// Writes a listing that is new or held, and what its price and status are from now on, if they are others.
    static func write(
        _ listing: Listing, from before: Listing?, by user: AccountID, in session: any SQLSession
    ) throws {
        let (place, facts) = (listing.address, listing.facts)
        try session.run(
            """
            INSERT INTO listing (id, mls_number, status, is_available, price, street, city, state, code, country, city_key,
                postal_key, type, beds, baths, half_baths, area, lot_area, year_built, description, photos, agent_id,
                created_at, updated_at, version)
            VALUES (\(listing.id), \(listing.mlsNumber), \(listing.status.rawValue), \(listing.status.isAvailable),
                \(listing.price), \(place.street), \(place.city), \(place.state), \(place.code), \(place.country),
                \(PlaceKey.city(place.city)), \(PlaceKey.postalCode(place.code)), \(facts.kind?.rawValue), \(facts.beds),
                \(facts.baths), \(facts.halfBaths), \(facts.area), \(facts.lotArea), \(facts.yearBuilt),
                \(listing.description), \(StoredList(listing.photos)), \(listing.agentID), \(listing.createdAt),
                \(listing.updatedAt), \(listing.version))
            ON CONFLICT (id) DO UPDATE SET mls_number = excluded.mls_number, status = excluded.status,
                is_available = excluded.is_available, price = excluded.price, street = excluded.street,
                city = excluded.city, state = excluded.state, code = excluded.code, country = excluded.country,
                city_key = excluded.city_key, postal_key = excluded.postal_key, type = excluded.type,
                beds = excluded.beds, baths = excluded.baths, half_baths = excluded.half_baths, area = excluded.area,
                lot_area = excluded.lot_area, year_built = excluded.year_built, description = excluded.description,
                photos = excluded.photos, agent_id = excluded.agent_id, updated_at = excluded.updated_at,
                version = excluded.version
            """)
        guard before?.price != listing.price || before?.status != listing.status else { return }
        try session.run(
            """
            INSERT INTO listing_change (listing_id, number, price, status, at, user_id)
            SELECT \(listing.id), COALESCE(MAX(number), 0) + 1, \(listing.price), \(listing.status.rawValue),
                \(listing.updatedAt), \(user)
            FROM listing_change WHERE listing_id = \(listing.id)
            """)
    }

    /// Ties a client within reach to a listing that is held; `false` if it was.
    static func tie(
        _ client: ClientID, _ tie: Tie, to listing: ListingID, at now: Timestamp, in session: any SQLSession
    ) throws -> Bool {
        let there = try session.row(
            """
            SELECT 1 AS one FROM listing_client
            WHERE listing_id = \(listing) AND kind = \(tie.rawValue) AND client_id = \(client)
            """)
        if there != nil { return false }
        try session.run(
            """
            INSERT INTO listing_client (listing_id, kind, first_client_id, client_id, at)
            VALUES (\(listing), \(tie.rawValue), \(client), \(client), \(now)) ON CONFLICT DO NOTHING
            """)
        return true
    }

    /// Takes a client off a listing, whomever it was merged with.
    static func untie(
        _ client: ClientID, _ tie: Tie, from listing: ListingID, in session: any SQLSession
    ) throws {
        try session.run(
            """
            DELETE FROM listing_client
            WHERE listing_id = \(listing) AND kind = \(tie.rawValue) AND client_id = \(client)
            """)
    }
}

extension Listing {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        mlsNumber = try row.optional("mls_number")
        status = Status(rawValue: try row.get("status")) ?? .hold
        price = try row.optional("price")
        address = Address(
            street: try row.optional("street"), city: try row.optional("city"), state: try row.optional("state"),
            code: try row.optional("code"), country: try row.optional("country"))
        facts = Facts(
            kind: try row.optional("type", as: String.self).flatMap(Kind.init), beds: try row.optional("beds"),
            baths: try row.optional("baths"), halfBaths: try row.optional("half_baths"),
            area: try row.optional("area"), lotArea: try row.optional("lot_area"),
            yearBuilt: try row.optional("year_built"))
        description = try row.get("description")
        photos = try row.get("photos", as: StoredList<String>.self).elements()
        agentID = try row.get("agent_id")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
