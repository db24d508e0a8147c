package import Accounts
package import Core
import Crypto
package import SecurityEvents
import Storage

/// Marks identifiers of invitations.
package enum InvitationEntity {}

/// The identity by which an invitation is listed and taken back; its token is known to the invited alone.
package typealias InvitationID = Identifier<InvitationEntity>

/// A right to make one account: a link that is mailed, handed over, or printed at the first start.
package struct Invitation: Sendable, Hashable {
    /// `nil` for one of a release that did not list them.
    package let id: InvitationID?
    /// The role that the account gets.
    package let role: Role
    /// The address it must have; `nil` for a link that does not name one (the set-up link).
    package let email: EmailAddress?
    package let invitedBy: AccountID?
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
}

/// Makes invitations, and uses them up.
package struct Invitations: Sendable {
    /// How long an invitation counts.
    package static let life: Duration = .days(7)

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let mailbox: Mailbox

    init(database: any Database, world: World, recorder: EventRecorder, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.mailbox = mailbox
    }

    /// What became of the wish to invite somebody.
    package enum Outcome: Sendable {
        /// Written, and mailed if mail can be sent; the token for whoever hands the link over.
        case invited(token: String)
        /// Nobody grants a role above their own.
        case forbidden
    }

    /// Invites `email` at the word of the person behind `scope`. To an address that has an account a mail says so instead, and the caller
    /// is told the same.
    package func invite(
        _ scope: Scope, role: Role, email: EmailAddress, from source: RequestSource
    ) async throws -> Outcome {
        guard scope.role.mayGrant(role) else { return .forbidden }
        let token = try await write(role, email, by: scope.userID, as: scope.role, from: source)
        return token.map(Outcome.invited) ?? .forbidden
    }

    /// Invites whoever holds the returned token (256 bits; only its hash is stored) to make an account of `role`.
    package func create(
        role: Role, email: EmailAddress?, invitedBy: AccountID?, from source: RequestSource
    ) async throws -> String {
        // Where no role of the inviter is asked for, nothing is refused.
        try await write(role, email, by: invitedBy, as: nil, from: source) ?? ""
    }

    /// Writes and mails an invitation; `nil` when the inviter has not got the role any more that their token says.
    private func write(
        _ role: Role, _ email: EmailAddress?, by invitedBy: AccountID?, as inviterRole: Role?,
        from source: RequestSource
    ) async throws -> String? {
        let token = Base64URL.encode(world.randomBytes(32))
        let id: InvitationID = world.identifier()
        let now = world.now()
        let event = Event(
            .invitationCreated, in: world, user: invitedBy, from: source,
            detail: ["role": role.rawValue, "invitation": id.description])
        return try await database.transaction { sql in
            // Held until the end: a demotion comes before this invitation, or after it and takes it away.
            if let invitedBy, let inviterRole, try AccountTable.active(invitedBy, in: sql)?.role != inviterRole {
                return nil
            }
            try sql.run(
                """
                INSERT INTO invitation (token_hash, id, email, role, invited_by, created_at, expires_at)
                VALUES (\(Self.hash(token)), \(id), \(email), \(role.rawValue), \(invitedBy), \(now), \(now + Self.life))
                """)
            try recorder.record(event, in: sql)
            if let email { try mail(token, role, to: email, invitedBy, in: sql) }
            return token
        }
    }

    private func mail(
        _ token: String, _ role: Role, to email: EmailAddress, _ invitedBy: AccountID?,
        in sql: any SQLSession
    ) throws {
        if try AccountTable.exists(email, in: sql) {
            return try mailbox.post(OutgoingMail(.accountExists, to: email, name: ""), in: sql)
        }
        let inviter = try invitedBy.flatMap { try AccountTable.account($0, in: sql) }
        let values = [
            "link": mailbox.link("/invitation", token: token), "role": role.rawValue,
            "days": String(Self.life.milliseconds / 86_400_000),
            "inviter": inviter.map { "\($0.firstName) \($0.lastName)" } ?? "",
        ]
        let mail = OutgoingMail(.invitation, to: email, name: "", values: values)
        try mailbox.post(mail.expiring(at: world.now() + Self.life), in: sql)
    }

    /// The invitations that still count, the newest first.
    package func list() async throws -> [Invitation] {
        try await database.rows(
            """
            SELECT id, role, email, invited_by, created_at, expires_at FROM invitation
            WHERE expires_at > \(world.now()) AND id IS NOT NULL AND email IS NOT NULL ORDER BY created_at DESC LIMIT 200
            """
        ).compactMap(Invitation.init)
    }

    /// Takes an invitation back; `false` when there is none, or it is for a role above the caller's.
    package func revoke(_ scope: Scope, _ id: InvitationID, from source: RequestSource) async throws -> Bool {
        return try await database.transaction { sql in
            let row = try sql.row("SELECT role FROM invitation WHERE id = \(id) \(.forUpdate)")
            guard let text: String = try row?.get("role"), let role = Role(rawValue: text), scope.role.mayGrant(role)
            else { return false }
            try sql.run("DELETE FROM invitation WHERE id = \(id)")
            try recorder.record(
                Event(
                    .invitationRevoked, in: world, user: scope.userID, session: scope.sessionID, from: source,
                    detail: ["invitation": id.description]), in: sql)
            return true
        }
    }

    /// The set-up link's token for the first owner, when there is no account yet; `nil` afterwards. Every start makes a new one
    /// and the ones before it stop working, so that a link in an old log is worth nothing.
    package func createForFirstOwner() async throws -> String? {
        let isEmpty = try await database.transaction { sql in
            let isEmpty = try sql.row("SELECT id FROM account LIMIT 1") == nil
            try sql.run("DELETE FROM invitation WHERE role = 'owner' AND invited_by IS NULL AND email IS NULL")
            return isEmpty
        }
        guard isEmpty else { return nil }
        return try await create(role: .owner, email: nil, invitedBy: nil, from: .commandLine)
    }

    /// The invitation behind `token`, if it still counts; held until the transaction ends.
    static func find(_ token: String, at now: Timestamp, in sql: any SQLSession) throws -> Invitation? {
        try sql.row(
            """
            SELECT id, role, email, invited_by, created_at, expires_at FROM invitation
            WHERE token_hash = \(hash(token)) AND expires_at > \(now) \(.forUpdate)
            """
        ).flatMap(Invitation.init)
    }

    /// Uses the invitation up.
    static func consume(_ token: String, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM invitation WHERE token_hash = \(hash(token))")
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

extension Invitation {
    fileprivate init?(_ row: Row) throws {
        guard let role = Role(rawValue: try row.get("role")) else { return nil }
        self.init(
            id: try row.optional("id"), role: role, email: try row.optional("email"),
            invitedBy: try row.optional("invited_by"), createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"))
    }
}
