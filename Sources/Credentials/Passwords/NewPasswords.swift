package import Core
package import Storage

/// Decides whether a password may become somebody's, and prepares it: the one way for registration, change and reset.
package struct NewPasswords: Sendable {
    /// The rules in force.
    package let policy: PasswordPolicy
    package let history: PasswordHistory
    private let database: any Database
    private let passwords: PasswordVerifier
    private let breaches: any BreachedPasswords

    package init(
        database: any Database, policy: PasswordPolicy, history: PasswordHistory, passwords: PasswordVerifier,
        breaches: any BreachedPasswords
    ) {
        self.database = database
        self.policy = policy
        self.history = history
        self.passwords = passwords
        self.breaches = breaches
    }

    /// A password that may be used, hashed and sealed.
    package struct Accepted: Sendable {
        package let sealed: PasswordStore.Sealed
        /// Why it could not be checked for known breaches; it is accepted all the same, and an event tells.
        package let breachCheckFailure: String?

        package init(sealed: PasswordStore.Sealed, breachCheckFailure: String?) {
            self.sealed = sealed
            self.breachCheckFailure = breachCheckFailure
        }
    }

    /// What came of a new password.
    package enum Verdict: Sendable {
        case accepted(Accepted)
        /// Every rule that it breaks.
        case refused([PasswordPolicy.Violation])
    }

    /// Judges `typed` for `account`, whose owner's own words are `words`. Throws ``HashingPool/Full``.
    ///
    /// The cheap rules come first; only a password that keeps them is compared with the former ones, which costs a hash each,
    /// and asked about outside.
    package func judge(_ typed: String, for account: AccountID, words: [String]) async throws -> Verdict {
        guard let password = Password(typed) else {
            return .refused([Password.holdsNUL(typed) ? .invalidCharacter : .tooLong])
        }
        let violations = policy.violations(of: password, words: words)
        guard violations.isEmpty else { return .refused(violations) }
        let history = history
        let former = try await database.read { sql in try history.sealed(of: account, in: sql) }
        if try await passwords.isOne(of: former, password, of: account) { return .refused([.reused]) }
        var failure: String?
        switch await breaches.verdict(on: password) {
        case .found: return .refused([.breached])
        case .unknown: break
        case .unavailable(let reason): failure = reason
        }
        return .accepted(
            Accepted(sealed: try await passwords.seal(password, for: account), breachCheckFailure: failure))
    }

    /// The words that an attacker tries first.
    package static func words(firstName: String, lastName: String, email: EmailAddress) -> [String] {
        ["gatehouse", "realtor", "realestate", firstName, lastName, email.text]
            + email.localPart.split { ".-_+".contains($0) }.map(String.init)
            + email.domain.split(separator: ".").dropLast().map(String.init)
    }
}
