import Accounts
import CRM
import Core
import Storage

/// What clients look for.
enum RequestTable {
    static let migration = Migration(
        196, "requests of buyers",
        [
            """
            CREATE TABLE buyer_request (
                id \(.identifier) PRIMARY KEY,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                name TEXT NOT NULL,
                min_price BIGINT,
                max_price BIGINT,
                min_beds BIGINT,
                min_baths BIGINT,
                min_area BIGINT,
                max_area BIGINT,
                types TEXT NOT NULL,
                cities TEXT NOT NULL,
                postal_codes TEXT NOT NULL,
                is_active BIGINT NOT NULL,
                is_anywhere BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX buyer_request_by_client ON buyer_request (client_id, id)",
            "CREATE INDEX buyer_request_anywhere ON buyer_request (id) WHERE is_anywhere = 1 AND is_active = 1",
            """
            CREATE TABLE request_place (
                request_id \(.identifier) NOT NULL REFERENCES buyer_request (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (request_id, kind, value)
            )
            """,
            "CREATE INDEX request_place_by_value ON request_place (kind, value, request_id)",
        ])

    static let columns: SQL = """
        buyer_request.id, buyer_request.client_id, buyer_request.name, buyer_request.min_price, buyer_request.max_price,
            buyer_request.min_beds, buyer_request.min_baths, buyer_request.min_area, buyer_request.max_area,
            buyer_request.types, buyer_request.cities, buyer_request.postal_codes, buyer_request.is_active,
            buyer_request.created_at, buyer_request.updated_at, buyer_request.version
        """

    /// The request if `scope` reaches its client; held until the transaction ends if it `isToChange`.
    static func request(
        _ id: BuyerRequestID, for scope: Scope, isToChange: Bool = false, in session: any SQLSession
    ) throws -> BuyerRequest? {
        let held: SQL = isToChange ? "\(.forUpdateOf("buyer_request"))" : ""
        return try session.row(
            """
            SELECT \(columns) FROM buyer_request JOIN client ON client.id = buyer_request.client_id
            WHERE buyer_request.id = \(id) AND \(ClientVisibility(scope).ofOne) \(held)
            """
        ).map(BuyerRequest.init)
    }

    /// The requests of a client, the latest first.
    static func all(of client: ClientID, in session: any SQLSession) throws -> [BuyerRequest] {
        try session.rows(
            "SELECT \(columns) FROM buyer_request WHERE client_id = \(client) ORDER BY id DESC"
        ).map(BuyerRequest.init)
    }

    /// Writes a request that is new or held.
    static func write(_ request: BuyerRequest, in session: any SQLSession) throws {
        let places = request.places
        try session.run(
            """
            INSERT INTO buyer_request (id, client_id, first_client_id, name, min_price, max_price, min_beds, min_baths,
                min_area, max_area, types, cities, postal_codes, is_active, is_anywhere, created_at, updated_at, version)
            VALUES (\(request.id), \(request.clientID), \(request.clientID), \(request.name), \(request.minPrice),
                \(request.maxPrice), \(request.minBeds), \(request.minBaths), \(request.minArea), \(request.maxArea),
                \(StoredList(request.types)), \(StoredList(request.cities)), \(StoredList(request.postalCodes)),
                \(request.isActive), \(places.isEmpty), \(request.createdAt), \(request.updatedAt), \(request.version))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, min_price = excluded.min_price,
                max_price = excluded.max_price, min_beds = excluded.min_beds, min_baths = excluded.min_baths,
                min_area = excluded.min_area, max_area = excluded.max_area, types = excluded.types,
                cities = excluded.cities, postal_codes = excluded.postal_codes, is_active = excluded.is_active,
                is_anywhere = excluded.is_anywhere, updated_at = excluded.updated_at, version = excluded.version
            """)
        try session.run("DELETE FROM request_place WHERE request_id = \(request.id)")
        try session.insert(
            places.map { "(\(request.id), \($0.kind), \($0.value))" }, into: "request_place (request_id, kind, value)")
    }
}

extension BuyerRequest {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        clientID = try row.get("client_id")
        name = try row.get("name")
        minPrice = try row.optional("min_price")
        maxPrice = try row.optional("max_price")
        minBeds = try row.optional("min_beds")
        minBaths = try row.optional("min_baths")
        minArea = try row.optional("min_area")
        maxArea = try row.optional("max_area")
        types = try row.get("types", as: StoredList<String>.self).elements()
        cities = try row.get("cities", as: StoredList<String>.self).elements()
        postalCodes = try row.get("postal_codes", as: StoredList<String>.self).elements()
        isActive = try row.get("is_active")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
