package import Core
package import Storage

/// An API key as the database holds it: never the key itself.
package struct APIKey: Sendable, Hashable {
    package let id: APIKeyID
    package let owner: AccountID
    /// What its maker calls it.
    package let name: String
    package let stored: APIKeyHashes.Stored
    /// The last four characters of the key.
    package let hint: String
    package let scopes: Set<APIKeyScope>
    /// From where it may be used; empty for everywhere.
    package let networks: [IPNetwork]
    package let createdAt: Timestamp
    /// From when on it is refused; `nil` for never.
    package let expiresAt: Timestamp?
    package var revokedAt: Timestamp?
    /// When it was last used, as far as that is written down.
    package var lastUsedAt: Timestamp?
    package var lastUsedFrom: IPAddress?

    package init(
        id: APIKeyID, owner: AccountID, wish: Wish, stored: APIKeyHashes.Stored, hint: String, createdAt: Timestamp
    ) {
        self.id = id
        self.owner = owner
        name = wish.name
        self.stored = stored
        self.hint = hint
        scopes = wish.scopes
        networks = wish.networks
        self.createdAt = createdAt
        expiresAt = wish.expiresAt
    }

    /// What somebody who makes a key asks for.
    package struct Wish: Sendable, Hashable {
        package var name: String
        package var scopes: Set<APIKeyScope>
        package var expiresAt: Timestamp?
        package var networks: [IPNetwork]

        package init(
            name: String, scopes: Set<APIKeyScope> = APIKeyScope.standard, expiresAt: Timestamp? = nil,
            networks: [IPNetwork] = []
        ) {
            self.name = name
            self.scopes = scopes
            self.expiresAt = expiresAt
            self.networks = networks
        }
    }

    /// Whether it may be used from `address`. An address that nobody knows lies in no network.
    package func isAllowed(from address: IPAddress?) -> Bool {
        guard !networks.isEmpty else { return true }
        guard let address else { return false }
        return networks.contains { $0.contains(address) }
    }
}

extension APIKey {
    /// Reads a row that has the columns of ``APIKeyTable``.
    package init(_ row: Row) throws {
        let (scopes, networks): (String, String) = (try row.get("scopes"), try row.get("networks"))
        let wish = Wish(
            name: try row.get("name"),
            scopes: Set(scopes.split(separator: " ").compactMap { APIKeyScope(rawValue: String($0)) }),
            expiresAt: try row.optional("expires_at"), networks: try Self.networks(in: networks))
        self.init(
            id: try row.get("api_key_id"), owner: try row.get("account_id"), wish: wish,
            stored: APIKeyHashes.Stored(ringKey: try row.get("ring_key"), hash: try row.get("key_hash")),
            hint: try row.get("hint"), createdAt: try row.get("api_key_created_at"))
        revokedAt = try row.optional("revoked_at")
        lastUsedAt = try row.optional("last_used_at")
        let address: String? = try row.optional("last_used_ip")
        lastUsedFrom = address.flatMap { IPAddress($0) }
    }

    /// A network that cannot be read is a fault: to leave it out could make a key of one office one of the whole Internet.
    private static func networks(in text: String) throws -> [IPNetwork] {
        try text.split(separator: " ").map { part in
            guard let network = IPNetwork(part) else { throw StorageError.unexpectedColumn("networks") }
            return network
        }
    }
}
