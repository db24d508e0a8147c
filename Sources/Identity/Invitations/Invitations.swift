package import Core
import Crypto
package import SecurityEvents
package import Storage

/// A right to make one account: a link that is mailed, handed over, or printed at the first start.
package struct Invitation: Sendable, Hashable {
    /// The role that the account gets.
    package let role: Role
    /// The address it must have; `nil` for a link that does not name one (the set-up link).
    package let email: EmailAddress?
    package let expiresAt: Timestamp
}

/// Makes invitations, and uses them up.
package struct Invitations: Sendable {
    /// How long an invitation counts.
    package static let life: Duration = .days(7)

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder

    package init(database: any Database, world: World, recorder: EventRecorder) {
        self.database = database
        self.world = world
        self.recorder = recorder
    }

    /// Invites whoever holds the returned token (256 bits; only its hash is stored) to make an account of `role`.
    package func create(
        role: Role, email: EmailAddress?, invitedBy: AccountID?, from source: RequestSource
    ) async throws -> String {
        let token = Base64URL.encode(world.randomBytes(32))
        let now = world.now()
        let event = Event(
            .invitationCreated, in: world, user: invitedBy, from: source, detail: ["role": role.rawValue])
        let recorder = recorder
        try await database.transaction { sql in
            try sql.run(
                """
                INSERT INTO invitation (token_hash, email, role, invited_by, created_at, expires_at)
                VALUES (\(Self.hash(token)), \(email), \(role.rawValue), \(invitedBy), \(now), \(now + Self.life))
                """)
            try recorder.record(event, in: sql)
        }
        return token
    }

    /// The set-up link's token for the first owner, when there is no account yet; `nil` afterwards. Every start makes a new one
    /// and the ones before it stop working, so that a link in an old log is worth nothing.
    package func createForFirstOwner() async throws -> String? {
        let isEmpty = try await database.transaction { sql in
            let isEmpty = try sql.row("SELECT id FROM account LIMIT 1") == nil
            try sql.run("DELETE FROM invitation WHERE role = 'owner' AND invited_by IS NULL")
            return isEmpty
        }
        guard isEmpty else { return nil }
        return try await create(role: .owner, email: nil, invitedBy: nil, from: .commandLine)
    }

    /// The invitation behind `token`, if it still counts; held until the transaction ends.
    static func find(_ token: String, at now: Timestamp, in sql: any SQLSession) throws -> Invitation? {
        let row = try sql.row(
            """
            SELECT role, email, expires_at FROM invitation
            WHERE token_hash = \(hash(token)) AND expires_at > \(now) \(.forUpdate)
            """)
        guard let row, let role = Role(rawValue: try row.get("role")) else { return nil }
        return Invitation(role: role, email: try row.optional("email"), expiresAt: try row.get("expires_at"))
    }

    /// Uses the invitation up.
    static func consume(_ token: String, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM invitation WHERE token_hash = \(hash(token))")
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
