package import Core
package import SecurityEvents
import Storage

/// Changes a password at its owner's wish, who shows the present one.
package struct ChangePassword: Sendable {
    let gate: GateParts

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
        _ scope: Scope, from current: String, to new: String, deviceCookie: String?, source: RequestSource
    ) async throws -> Outcome {
        let verified: CurrentPassword.Verified
        switch try await gate.currentPassword.check(
            scope, current, deviceCookie: deviceCookie, step: "password_change", from: source)
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
        switch try await gate.newPasswords.judge(new, for: account.id, words: words) {
        case .refused(let violations): return .passwordRefused(violations)
        case .accepted(let found): accepted = found
        }
        let now = gate.world.now()
        let gate = gate
        let ended = try await gate.database.transaction { sql -> [SessionID]? in
            // Whoever changed it in the meantime knew the password too; the later of two must not undo the earlier unseen.
            let unchanged = try sql.row(
                """
                SELECT account_id FROM account_password
                WHERE account_id = \(account.id) AND sealed_hash = \(verified.stored.bytes) \(.forUpdate)
                """)
            // Nor may a session that was ended while the passwords were being hashed.
            let isOpen = try sql.row("SELECT id FROM session WHERE id = \(scope.sessionID) AND revoked_at IS NULL")
            guard unchanged != nil, isOpen != nil, try AccountTable.active(account.id, in: sql) != nil else {
                return nil
            }
            try gate.accountPassword.replace(with: accepted, of: account.id, from: source, in: sql)
            let ended = try SessionTable.revoke(
                where: "user_id = \(account.id) AND id <> \(scope.sessionID)", at: now, because: .passwordChanged,
                in: sql)
            let event = Event(
                .passwordChanged, in: gate.world, user: account.id, session: scope.sessionID, from: source,
                detail: ["endedSessions": String(ended.count)])
            try gate.recorder.record(event, in: sql)
            try gate.notices.post(.passwordChanged, to: account, about: event, in: sql)
            return ended
        }
        guard let ended else { return .invalidCredentials }
        gate.revoked.insert(ended, now: now)
        return .changed
    }
}
