package import Core
package import Storage

/// Checks a password against what is stored, or against a decoy.
///
/// An unknown address costs exactly the hash that a known one does, so the time of an answer does not tell who has an account (ASVS
/// 6.3.8). The decoy has the cost in force and is the hash of nothing; a hash that was made when hashing was cheaper is followed by as much work as it lacks.
package struct PasswordVerifier: Sendable {
    private let hasher: PasswordHasher
    private let pool: HashingPool
    private let store: PasswordStore
    private let decoy: String

    package init(hasher: PasswordHasher, pool: HashingPool, store: PasswordStore) {
        self.hasher = hasher
        self.pool = pool
        self.store = store
        decoy = hasher.decoy()
    }

    /// What a check found.
    package enum Verdict: Sendable {
        /// The password is wrong, or there is none to compare with.
        case wrong
        /// The password is right. `renewed` is its hash at today's cost and key, when the stored one is outdated.
        case right(renewed: PasswordStore.Sealed?)
    }

    /// Compares `password` with the stored hash of `account`, or with the decoy when either is missing. Throws
    /// ``HashingPool/Full``.
    package func check(_ password: Password?, of account: AccountID?, stored: PasswordStore.Sealed?) async throws
        -> Verdict
    {
        let (hasher, store, decoy) = (hasher, store, decoy)
        return try await pool.run {
            let hash = account.flatMap { id in stored.flatMap { store.open($0, for: id) } }
            // A password that cannot be one is checked all the same, for the time it takes.
            let tried = password ?? Password("")
            let isRight = tried.map { hasher.verify($0, against: hash ?? decoy) } ?? false
            // For a right password too, though that one is hashed anew besides: one rule, and no branch to get wrong.
            if let tried { hasher.spendDifference(tried, to: hash ?? decoy) }
            guard isRight, let password, let account, let stored, let hash else { return .wrong }
            guard hasher.isOutdated(hash) || store.isOutdated(stored) else { return .right(renewed: nil) }
            let renewed = hasher.isOutdated(hash) ? try hasher.hash(password) : hash
            return .right(renewed: try store.seal(renewed, for: account))
        }
    }

    /// Puts the renewed hash of the same password in place of `old`; does nothing when the password was changed meanwhile.
    package func replace(
        _ old: PasswordStore.Sealed, with renewed: PasswordStore.Sealed, of account: AccountID, in sql: any SQLSession
    ) throws {
        try store.replace(old, with: renewed, for: account, in: sql)
    }

    /// Whether `password` is one of `sealed`, passwords of `account`. Throws ``HashingPool/Full``.
    func isOne(of sealed: [PasswordStore.Sealed], _ password: Password, of account: AccountID) async throws -> Bool {
        guard !sealed.isEmpty else { return false }
        let (hasher, store) = (hasher, store)
        return try await pool.run {
            sealed.contains { store.open($0, for: account).map { hasher.verify(password, against: $0) } ?? false }
        }
    }

    /// The hash of a new password, sealed for the row of `account`. Throws ``HashingPool/Full``.
    package func seal(_ password: Password, for account: AccountID) async throws -> PasswordStore.Sealed {
        let (hasher, store) = (hasher, store)
        return try await pool.run { try store.seal(try hasher.hash(password), for: account) }
    }
}
