package import Accounts
package import Core
import Crypto
package import SecurityEvents
package import Storage

/// Marks identifiers of remembered browsers.
package enum RememberedDeviceEntity {}

/// The identity by which a remembered browser is listed and forgotten; its token is known to the browser alone.
package typealias RememberedDeviceID = Identifier<RememberedDeviceEntity>

/// "Don't ask on this device for 30 days": browsers that are let in with the password alone. Never for a step-up: such a session has shown
/// one factor, and says so.
package struct RememberedDevices: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let life: Duration

    package init(database: any Database, world: World, recorder: EventRecorder, life: Duration) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.life = life
    }

    /// One of them, as its owner sees it.
    package struct Remembered: Sendable, Hashable {
        package let id: RememberedDeviceID
        package let createdAt: Timestamp
        package let expiresAt: Timestamp
        package let lastUsedAt: Timestamp
        package let ip: String?
        package let userAgent: String
    }

    /// Remembers the browser behind `source`; the token for its cookie (256 bits, of which only the hash is stored).
    package func remember(_ account: AccountID, from source: RequestSource, in sql: any SQLSession) throws -> String? {
        guard life > .zero else { return nil }
        let token = Base64URL.encode(world.randomBytes(32))
        let id: RememberedDeviceID = world.identifier()
        let now = world.now()
        try sql.run(
            """
            INSERT INTO remembered_device
                (id, token_hash, account_id, created_at, expires_at, last_used_at, ip, user_agent)
            VALUES (\(id), \(Self.hash(token)), \(account), \(now), \(now + life), \(now),
                \(source.ip?.description), \(source.userAgent))
            """)
        try recorder.record(
            Event(
                .deviceRemembered, in: world, user: account, from: source, detail: ["device": id.description]),
            in: sql)
        return token
    }

    /// Whether `token` is of a browser that `account` has remembered, and notes that it was used.
    package func recognize(_ token: String, of account: AccountID, in sql: any SQLSession) throws -> Bool {
        guard token.utf8.count <= 100 else { return false }
        let now = world.now()
        return try sql.changes(
            """
            UPDATE remembered_device SET last_used_at = \(now)
            WHERE token_hash = \(Self.hash(token)) AND account_id = \(account) AND expires_at > \(now)
            """) == 1
    }

    /// The browsers that are remembered, the newest first.
    package func list(of account: AccountID) async throws -> [Remembered] {
        try await database.rows(
            """
            SELECT id, created_at, expires_at, last_used_at, ip, user_agent FROM remembered_device
            WHERE account_id = \(account) AND expires_at > \(world.now()) ORDER BY created_at DESC LIMIT 200
            """
        ).map { row in
            Remembered(
                id: try row.get("id"), createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"),
                lastUsedAt: try row.get("last_used_at"), ip: try row.optional("ip"),
                userAgent: try row.get("user_agent"))
        }
    }

    /// Forgets one, or with `nil` all, of the person behind `scope`; `false` when there was none.
    package func forget(_ id: RememberedDeviceID?, _ scope: Scope, from source: RequestSource) async throws -> Bool {
        let which: SQL = id.map { "AND id = \($0)" } ?? ""
        return try await database.transaction { sql in
            let count = try sql.changes("DELETE FROM remembered_device WHERE account_id = \(scope.userID) \(which)")
            guard count > 0 else { return false }
            try recorder.record(
                Event(
                    .deviceForgotten, in: world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: ["devices": String(count)]), in: sql)
            return true
        }
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Forgets what ran out.
    package func prune(in sql: any SQLSession) throws {
        try sql.run("DELETE FROM remembered_device WHERE expires_at <= \(world.now())")
    }

    /// Forgets all of an account's, in the transaction of what made them worth nothing: a new password, a change of factors.
    package static func forgetAll(of account: AccountID, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM remembered_device WHERE account_id = \(account)")
    }
}
