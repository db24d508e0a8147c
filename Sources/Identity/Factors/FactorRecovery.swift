package import Accounts
import Core
import Credentials
import Guarding
package import SecurityEvents
import Storage

/// The way back for somebody who has lost every factor and every recovery code: an owner or admin starts it, its owner is told, it waits, and
/// its owner can stop it from any session or from the mail. When the time has passed, the next sign-in with the right password takes the
/// lost factors away.
///
/// "Ask an admin to switch it off" is a hole for whoever can talk an admin into it; the wait and the mail close it.
package struct FactorRecovery: Sendable {
    private let database: any Database
    private let world: World
    private let links: MailedLinks
    private let recorder: EventRecorder
    private let change: FactorChange

    init(database: any Database, world: World, links: MailedLinks, recorder: EventRecorder, change: FactorChange) {
        self.database = database
        self.world = world
        self.links = links
        self.recorder = recorder
        self.change = change
    }

    /// Whether a recovery that is due at `moment` may be used.
    static func isDue(_ moment: Timestamp, at now: Timestamp) -> Bool {
        moment <= now && now < moment + MFAPolicy.recoveryLife
    }

    /// Stops the recovery of the person behind `scope`; `false` when there is none.
    package func stop(_ scope: Scope, from source: RequestSource) async throws -> Bool {
        return try await database.transaction { sql in
            try stop(scope.userID, by: "owner", session: scope.sessionID, from: source, in: sql)
        }
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        return try await database.read { sql in try links.find(token, for: [.stopRecovery], in: sql) } != nil
    }

    /// Stops the recovery that the mailed `token` is about; `false` when the link does not count any more.
    package func stop(_ token: String, from source: RequestSource) async throws -> Bool {
        return try await database.transaction { sql in
            guard let link = try links.use(token, for: [.stopRecovery], in: sql) else { return false }
            _ = try stop(link.account, by: "mail", session: nil, from: source, in: sql)
            return true
        }
    }

    /// Forgets a recovery, if there is one, and says who stopped it.
    func stop(
        _ account: AccountID, by: String, session: SessionID?, from source: RequestSource, in sql: any SQLSession
    ) throws -> Bool {
        guard try sql.changes("DELETE FROM mfa_recovery WHERE account_id = \(account)") == 1 else { return false }
        try recorder.record(
            Event(
                .mfaRecoveryStopped, in: world, user: account, session: session, from: source, detail: ["by": by]),
            in: sql)
        return true
    }

    /// Takes every factor of `account` away; the sessions that ended.
    func removeAll(
        _ account: Account, from source: RequestSource, by: String, in sql: any SQLSession
    ) throws -> [SessionID] {
        let tables: [SQL] = ["mfa_totp", "mfa_phone", "mfa_recovery_code", "passkey", "mfa_recovery"]
        for table in tables { try sql.run("DELETE FROM \(table) WHERE account_id = \(account.id)") }
        try FactorGuard.forgive(account.id, in: sql)
        return try change.follow(
            .init(
                account: account, event: .mfaDisabled, factor: "all", isAdded: false, source: source,
                detail: ["by": by]), in: sql)
    }

    /// After the transaction that took the factors away.
    func committed(_ ended: [SessionID]) { change.committed(ended) }

    /// Forgets recoveries that nobody used in time.
    static func prune(at now: Timestamp, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM mfa_recovery WHERE due_at <= \(now - MFAPolicy.recoveryLife)")
    }
}
