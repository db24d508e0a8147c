package import Core
package import Storage

/// The SQL of accounts that more than one behaviour needs.
package enum AccountTable {
    static let columns: SQL =
        "id, email, first_name, last_name, role, status, email_verified_at, created_at"

    /// The account, if there is one.
    package static func account(_ id: AccountID, in database: any Database) async throws -> Account? {
        try await database.rows("SELECT \(columns) FROM account WHERE id = \(id)").first.map(Account.init)
    }

    /// Writes a new account; `false` when its address is taken.
    ///
    /// A `founder` becomes owner because there is no account yet. The schema allows one only: of two who register at the same moment the
    /// second finds the place taken, whatever each of them saw before.
    static func insert(_ account: Account, asFounder: Bool = false, in sql: any SQLSession) throws -> Bool {
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
    init(_ row: Row) throws {
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
