package import Accounts
package import Core
package import Credentials
package import SecurityEvents
import Storage

/// Changes a password at its owner's wish, who shows the present one.
package struct ChangePassword: Sendable {
    private let database: any Database
    private let currentPassword: CurrentPassword
    private let newPasswords: NewPasswords
    private let accountPassword: AccountPassword

    init(
        database: any Database, currentPassword: CurrentPassword, newPasswords: NewPasswords,
        accountPassword: AccountPassword
    ) {
        self.database = database
        self.currentPassword = currentPassword
        self.newPasswords = newPasswords
        self.accountPassword = accountPassword
    }

    /// What became of it.
    package enum Outcome: Sendable {
        /// Changed; every other session has ended.
        case changed
        case invalidCredentials
        case locked(until: Timestamp)
        case busy
        case passwordRefused([PasswordPolicy.Violation])
        /// The session ended meanwhile.
        case sessionRevoked
    }

    /// Changes the password of the person behind `scope`. Guesses at the present one count as failures of sign-in. Throws
    /// ``HashingPool/Full``.
    package func change(
        _ scope: Scope, from current: String, to new: String, deviceCookies: [String], source: RequestSource
    ) async throws -> Outcome {
        guard let session = scope.sessionID else { return .sessionRevoked }
        let verified: CurrentPassword.Verified
        switch try await currentPassword.check(
            scope, current, deviceCookies: deviceCookies, step: "password_change", from: source)
        {
        case .right(let found): verified = found
        case .wrong: return .invalidCredentials
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .sessionRevoked: return .sessionRevoked
        }
        let account = verified.account
        let words = NewPasswords.words(
            firstName: account.firstName, lastName: account.lastName, email: account.email)
        let accepted: NewPasswords.Accepted
        switch try await newPasswords.judge(new, for: account.id, words: words) {
        case .refused(let violations): return .passwordRefused(violations)
        case .accepted(let found): accepted = found
        }
        let ended = try await database.transaction { sql -> [SessionID]? in
            // Whoever changed it in the meantime knew the password too; the later of two must not undo the earlier unseen.
            let unchanged = try sql.row(
                """
                SELECT account_id FROM account_password
                WHERE account_id = \(account.id) AND sealed_hash = \(verified.stored.bytes) \(.forUpdate)
                """)
            // Nor may a session that was ended while the passwords were being hashed.
            let isOpen = try sql.row("SELECT id FROM session WHERE id = \(session) AND revoked_at IS NULL")
            guard unchanged != nil, isOpen != nil, try AccountTable.active(account.id, in: sql) != nil else {
                return nil
            }
            return try accountPassword.replace(
                with: accepted, of: account, .changed(in: session), from: source, in: sql)
        }
        guard let ended else { return .invalidCredentials }
        accountPassword.committed(ended, of: account.id)
        return .changed
    }
}
