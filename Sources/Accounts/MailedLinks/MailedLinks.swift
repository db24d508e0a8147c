package import Core
import Crypto
package import Storage

/// The tokens in mailed links: 256 bits, used once, stored as a hash.
///
/// A hash without salt or cost is enough for 256 random bits. Every change of an account's password, address or status kills
/// its links, except the ways back that such a change itself hands out, so that an old mailbox opens nothing (ASVS 6.4.2).
package struct MailedLinks: Sendable {
    private let world: World

    package init(world: World) { self.world = world }

    /// A token for a link, not written yet.
    package func newToken() -> String { Base64URL.encode(world.randomBytes(32)) }

    /// Writes a link. An `account` of `nil` writes one that leads nowhere, for an address without an account: the work is the same.
    package func write(
        _ token: String, _ purpose: LinkPurpose, of account: AccountID?, about address: String, in sql: any SQLSession
    ) throws {
        let now = world.now()
        try sql.run(
            """
            INSERT INTO mailed_link (token_hash, purpose, account_id, address, created_at, expires_at)
            VALUES (\(Self.hash(token)), \(purpose.rawValue), \(account), \(address), \(now), \(now + purpose.life))
            """)
    }

    /// The link behind `token`, if it still counts; it stays unused.
    package func find(_ token: String, for purposes: [LinkPurpose], in sql: any SQLSession) throws -> MailedLink? {
        try sql.row(
            """
            SELECT purpose, account_id, address, created_at FROM mailed_link
            WHERE token_hash = \(Self.hash(token)) AND \(counts(for: purposes))
            """
        ).map(MailedLink.init)
    }

    /// Uses the link up: of two at once only one gets it.
    package func use(_ token: String, for purposes: [LinkPurpose], in sql: any SQLSession) throws -> MailedLink? {
        try sql.row(
            """
            UPDATE mailed_link SET used_at = \(world.now())
            WHERE token_hash = \(Self.hash(token)) AND \(counts(for: purposes))
            RETURNING purpose, account_id, address, created_at
            """
        ).map(MailedLink.init)
    }

    /// Kills the links of `account`, but for `kept`.
    package func kill(of account: AccountID, except kept: [LinkPurpose] = [], in sql: any SQLSession) throws {
        let condition: SQL = kept.isEmpty ? "" : "AND purpose NOT IN (\(Self.list(kept)))"
        try sql.run("DELETE FROM mailed_link WHERE account_id = \(account) \(condition)")
    }

    /// Kills the links of `account` that were written at `moment` or later.
    package func kill(of account: AccountID, writtenFrom moment: Timestamp, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM mailed_link WHERE account_id = \(account) AND created_at >= \(moment)")
    }

    /// Forgets what ran out.
    package func prune(in sql: any SQLSession) throws {
        try sql.run("DELETE FROM mailed_link WHERE expires_at <= \(world.now())")
    }

    private func counts(for purposes: [LinkPurpose]) -> SQL {
        """
        purpose IN (\(Self.list(purposes))) AND account_id IS NOT NULL AND used_at IS NULL AND expires_at > \(world.now())
        """
    }

    private static func list(_ purposes: [LinkPurpose]) -> SQL {
        purposes.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

extension MailedLink {
    fileprivate init(_ row: Row) throws {
        let purpose: String = try row.get("purpose")
        guard let purpose = LinkPurpose(rawValue: purpose) else { throw StorageError.unexpectedColumn("purpose") }
        self.init(
            purpose: purpose, account: try row.get("account_id"), address: try row.get("address"),
            createdAt: try row.get("created_at"))
    }
}
