package import Core
package import Storage

/// The SQL of accounts that more than one behaviour needs.
package enum AccountTable {
    /// The columns that make an ``Account``.
    package static let columns: SQL =
        "id, email, first_name, last_name, role, status, email_verified_at, created_at"

    /// The same, of a table that is joined with others.
    package static func columns(of table: SQL) -> SQL {
        let names: [SQL] = [
            "id", "email", "first_name", "last_name", "role", "status", "email_verified_at", "created_at",
        ]
        return names.map { "\(table).\($0)" as SQL }.joined(separator: ", ")
    }

    /// The account, if there is one.
    package static func account(_ id: AccountID, in database: any Database) async throws -> Account? {
        try await database.rows("SELECT \(columns) FROM account WHERE id = \(id)", isShort: true).first.map(
            Account.init)
    }

    /// The account of `address`, if there is one and it may be used.
    ///
    /// For an address that has none, and for none at all, the oldest account is read in its place and dropped: to read a row takes
    /// time, and the time of an answer must not tell that there was one.
    package static func active(_ address: EmailAddress?, in sql: any SQLSession) throws -> Account? {
        let account = try sql.row(
            """
            SELECT \(columns) FROM account WHERE id = COALESCE(
                (SELECT id FROM account WHERE email = \(address?.text ?? "") AND status = 'active'),
                (SELECT id FROM account ORDER BY id LIMIT 1))
            """
        ).map(Account.init)
        return account.flatMap { $0.email == address && $0.status == .active ? $0 : nil }
    }

    /// The account, if there is one.
    package static func account(_ id: AccountID, in sql: any SQLSession) throws -> Account? {
        try sql.row("SELECT \(columns) FROM account WHERE id = \(id)").map(Account.init)
    }

    /// The account, if it may be used; held until the transaction ends.
    package static func active(_ id: AccountID, in sql: any SQLSession) throws -> Account? {
        try sql.row("SELECT \(columns) FROM account WHERE id = \(id) AND status = 'active' \(.forUpdate)")
            .map(Account.init)
    }

    /// Everybody who owns the installation and may sign in.
    package static func activeOwners(in sql: any SQLSession) throws -> [Account] {
        try sql.rows("SELECT \(columns) FROM account WHERE role = 'owner' AND status = 'active' ORDER BY id")
            .map(Account.init)
    }

    /// Owners and admins who may sign in.
    package static func activeOverseers(in sql: any SQLSession) throws -> [Account] {
        try sql.rows(
            "SELECT \(columns) FROM account WHERE role IN ('owner', 'admin') AND status = 'active' ORDER BY id"
        ).map(Account.init)
    }

    /// Whether somebody has `address`.
    package static func exists(_ address: EmailAddress, in sql: any SQLSession) throws -> Bool {
        try sql.row("SELECT id FROM account WHERE email = \(address)") != nil
    }

    /// Notes that the account's address is proven, unless it was before.
    package static func markVerified(_ id: AccountID, at now: Timestamp, in sql: any SQLSession) throws {
        try sql.run(
            """
            UPDATE account SET email_verified_at = COALESCE(email_verified_at, \(now)), updated_at = \(now)
            WHERE id = \(id)
            """)
    }

    /// What nodes tell each other when somebody's address has changed; the identity follows.
    package static let addressChanged = "address:"

    /// Gives the account another address, proven, and tells the other nodes; `false` when somebody has it.
    package static func changeAddress(
        of id: AccountID, to address: EmailAddress, at now: Timestamp, in sql: any SQLSession
    ) throws -> Bool {
        // Asked by the same statement: an address that was taken a moment ago must not end the transaction.
        let isChanged =
            try sql.changes(
                """
                UPDATE account SET email = \(address), email_verified_at = \(now), updated_at = \(now)
                WHERE id = \(id) AND NOT EXISTS (SELECT 1 FROM account AS other WHERE other.email = \(address) AND other.id <> \(id))
                """) == 1
        if isChanged { try sql.announce("\(addressChanged)\(id)", on: .revokedSessions) }
        return isChanged
    }

    /// Writes a new account; `false` when its address is taken.
    ///
    /// A `founder` becomes owner because there is no account yet. The schema allows one only: of two who register at the same moment the
    /// second finds the place taken, whatever each of them saw before.
    package static func insert(_ account: Account, asFounder: Bool = false, in sql: any SQLSession) throws -> Bool {
        try sql.row(
            """
            INSERT INTO account
                (id, email, first_name, last_name, role, status, email_verified_at, created_at, updated_at, founder)
            VALUES
                (\(account.id), \(account.email), \(account.firstName), \(account.lastName), \(account.role.rawValue),
                 \(account.status.rawValue), \(account.emailVerifiedAt), \(account.createdAt), \(account.createdAt),
                 \(asFounder ? 1 : nil))
            ON CONFLICT DO NOTHING
            RETURNING id
            """) != nil
    }
}

extension Account {
    /// Reads a row that has the columns of ``AccountTable``.
    package init(_ row: Row) throws {
        let role: String = try row.get("role")
        let status: String = try row.get("status")
        guard let role = Role(rawValue: role), let status = Status(rawValue: status) else {
            throw StorageError.unexpectedColumn("role")
        }
        self.init(
            id: try row.get("id"), email: try row.get("email"), firstName: try row.get("first_name"),
            lastName: try row.get("last_name"), role: role, status: status,
            emailVerifiedAt: try row.optional("email_verified_at"), createdAt: try row.get("created_at"))
    }
}
