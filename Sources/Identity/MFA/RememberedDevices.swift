package import Core
package import SecurityEvents
import Storage

/// Marks identifiers of remembered browsers.
package enum RememberedDeviceEntity {}

/// The identity by which a remembered browser is listed and forgotten; its token is known to the browser alone.
package typealias RememberedDeviceID = Identifier<RememberedDeviceEntity>

/// "Don't ask on this device for 30 days": browsers that are let in with the password alone. Never for a step-up: such a session has shown
/// one factor, and says so.
package struct RememberedDevices: Sendable {
    let gate: GateParts

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
    func remember(_ account: AccountID, from source: RequestSource, in sql: any SQLSession) throws -> String? {
        guard gate.mfa.remembersFor > .zero else { return nil }
        let token = Base64URL.encode(gate.world.randomBytes(32))
        let id: RememberedDeviceID = gate.world.identifier()
        let now = gate.world.now()
        try sql.run(
            """
            INSERT INTO remembered_device
                (id, token_hash, account_id, created_at, expires_at, last_used_at, ip, user_agent)
            VALUES (\(id), \(SignInChallenges.hash(token)), \(account), \(now), \(now + gate.mfa.remembersFor), \(now),
                \(source.ip?.description), \(source.userAgent))
            """)
        try gate.recorder.record(
            Event(
                .deviceRemembered, in: gate.world, user: account, from: source, detail: ["device": id.description]),
            in: sql)
        return token
    }

    /// Whether `token` is of a browser that `account` has remembered, and notes that it was used.
    func recognize(_ token: String, of account: AccountID, in sql: any SQLSession) throws -> Bool {
        guard token.utf8.count <= 100 else { return false }
        let now = gate.world.now()
        return try sql.changes(
            """
            UPDATE remembered_device SET last_used_at = \(now)
            WHERE token_hash = \(SignInChallenges.hash(token)) AND account_id = \(account) AND expires_at > \(now)
            """) == 1
    }

    /// The browsers that are remembered, the newest first.
    package func list(of account: AccountID) async throws -> [Remembered] {
        try await gate.database.rows(
            """
            SELECT id, created_at, expires_at, last_used_at, ip, user_agent FROM remembered_device
            WHERE account_id = \(account) AND expires_at > \(gate.world.now()) ORDER BY created_at DESC LIMIT 200
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
        let gate = gate
        let which: SQL = id.map { "AND id = \($0)" } ?? ""
        return try await gate.database.transaction { sql in
            let count = try sql.changes("DELETE FROM remembered_device WHERE account_id = \(scope.userID) \(which)")
            guard count > 0 else { return false }
            try gate.recorder.record(
                Event(
                    .deviceForgotten, in: gate.world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: ["devices": String(count)]), in: sql)
            return true
        }
    }

    /// Forgets all of an account's, in the transaction of what made them worth nothing: a new password, a change of factors.
    static func forgetAll(of account: AccountID, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM remembered_device WHERE account_id = \(account)")
    }
}
