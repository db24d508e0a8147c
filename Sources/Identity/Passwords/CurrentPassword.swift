import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Storage

/// Checks the password of somebody who is signed in: before a step-up, and before a change.
///
/// Guesses count as sign-in failures of the address: a stolen access token is no way round the lock-out.
struct CurrentPassword: Sendable {
    let database: any Database
    let world: World
    let guardian: SignInGuard
    let passwords: PasswordVerifier

    /// A right password, and whose.
    struct Verified: Sendable {
        let account: Account
        let stored: PasswordStore.Sealed
        let subject: SignInSubject
    }

    enum Verdict: Sendable {
        /// Right, and the failures before it forgiven.
        case right(Verified)
        case wrong
        case locked(until: Timestamp)
        case busy
        /// The account or the session is gone.
        case sessionRevoked
    }

    /// Checks `password`. `step` says in the event what it was asked for. Throws ``HashingPool/Full``.
    func check(
        _ scope: Scope, _ password: String, deviceCookies: [String], step: String, from source: RequestSource
    ) async throws -> Verdict {
        let rows = try await database.rows(
            """
            SELECT \(AccountTable.columns), device_epoch, key_id, sealed_hash
            FROM account JOIN account_password ON account_id = id WHERE id = \(scope.userID) AND status = 'active'
            """)
        guard let row = rows.first, let stored = try PasswordStore.Sealed(row) else { return .sessionRevoked }
        let account = try Account(row)
        let subject = guardian.subjects.subject(
            typed: account.email.text, deviceCookies: deviceCookies, epoch: try row.get("device_epoch"))
        let attempt = CredentialAttempt(
            subject: subject, source: source, at: world.now(), account: account, session: scope.sessionID)
        let guardian = guardian
        let reservation = try await database.transaction { sql in try guardian.reserve(attempt, in: sql) }
        switch reservation {
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .granted: break
        }
        let verdict: PasswordVerifier.Verdict
        do {
            verdict = try await passwords.check(Password(password), of: account.id, stored: stored)
        } catch {
            let now = world.now()
            _ = try await database.transaction { sql in try guardian.release(subject, at: now, in: sql) }
            throw error
        }
        guard case .right = verdict else {
            let detail = ["reason": "wrong_password", "step": step]
            try await database.transaction { sql in try guardian.fail(attempt, detail, in: sql) }
            return .wrong
        }
        let now = world.now()
        _ = try await database.transaction { sql in try guardian.succeed(subject, at: now, in: sql) }
        return .right(Verified(account: account, stored: stored, subject: subject))
    }
}
