package import Core
package import Storage

/// The passwords that an account had: `PASSWORD_HISTORY` of them, sealed like the present one.
package struct PasswordHistory: Sendable {
    /// How many former passwords, the present one included, may not come back; 0 forgets all.
    package let depth: Int
    package let world: World

    package init(depth: Int, world: World) {
        self.depth = depth
        self.world = world
    }

    /// The present password and the former ones, newest first, as far as they may not come back.
    package func sealed(of account: AccountID, in sql: any SQLSession) throws -> [PasswordStore.Sealed] {
        guard depth > 0 else { return [] }
        let present = try sql.row("SELECT key_id, sealed_hash FROM account_password WHERE account_id = \(account)")
        let former = try sql.rows(
            """
            SELECT key_id, sealed_hash FROM password_history WHERE account_id = \(account)
            ORDER BY retired_at DESC LIMIT \(depth - 1)
            """)
        return try (([present].compactMap(\.self)) + former).compactMap(PasswordStore.Sealed.init)
    }

    /// Keeps the password that is about to be replaced, and forgets those that are too old to matter.
    package func retire(_ account: AccountID, in sql: any SQLSession) throws {
        guard depth > 1 else { return }
        try sql.run(
            """
            INSERT INTO password_history (account_id, retired_at, key_id, sealed_hash)
            SELECT account_id, \(world.now()), key_id, sealed_hash FROM account_password WHERE account_id = \(account)
            ON CONFLICT DO NOTHING
            """)
        try sql.run(
            """
            DELETE FROM password_history WHERE account_id = \(account) AND sealed_hash NOT IN (
                SELECT sealed_hash FROM password_history WHERE account_id = \(account)
                ORDER BY retired_at DESC LIMIT \(depth - 1))
            """)
    }
}
