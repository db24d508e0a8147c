package import Core
package import Storage

extension SignInDetection {
    /// The files that are read again as they change.
    package var watchedFiles: [any WatchedFile] { [addresses.networks, addresses.listed] }

    /// Trusts none of a person's devices any more, and forgets where and when they sign in: what was learnt may have been
    /// learnt from somebody else. To be called when a person says "this wasn't me", and when an admin asks for it.
    package static func forget(_ account: AccountID, in sql: any SQLSession) throws {
        try KnownDevices.distrust(account, in: sql)
        try sql.run("DELETE FROM sign_in_habit WHERE account_id = \(account)")
    }

    /// Forgets devices whose cookies are dead. To be called now and then.
    package static func prune(_ database: any Database, at now: Timestamp) async throws {
        _ = try await database.batch([KnownDevices.prune(at: now)])
    }

    /// A person's devices, the one used last first.
    package static func devices(of account: AccountID, in database: any Database) async throws -> [KnownDevice] {
        try await database.rows(
            """
            SELECT name, first_seen_at, last_seen_at, is_trusted FROM known_device
            WHERE account_id = \(account) ORDER BY last_seen_at DESC, name
            """
        ).map(KnownDevice.init)
    }
}
