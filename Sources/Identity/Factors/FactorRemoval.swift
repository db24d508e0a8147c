package import Accounts
import Core
import Credentials
package import SecurityEvents
package import Sessions
import Storage

/// What follows when somebody takes one of their factors away.
package struct FactorRemoval: Sendable {
    private let database: any Database
    private let management: FactorManagement
    private let change: FactorChange

    init(database: any Database, management: FactorManagement, change: FactorChange) {
        self.database = database
        self.management = management
        self.change = change
    }

    /// Removes the authenticator app of the person behind `scope`.
    package func totp(
        _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        try await remove(.totp, \.hasTOTP, "mfa_totp", scope, proof, from: source)
    }

    /// Removes the phone of the person behind `scope`.
    package func phone(
        _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        try await remove(.sms, \.hasPhone, "mfa_phone", scope, proof, from: source)
    }

    /// Removes the one factor of its `kind` that the person behind `scope` has: the row of `table`, which `owned` tells of.
    private func remove(
        _ kind: FactorKind, _ owned: any WritableKeyPath<FactorSet, Bool> & Sendable, _ table: SQL, _ scope: Scope,
        _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        let (refusal, ended) = try await database.transaction { sql -> (FactorRefusal?, [SessionID]) in
            let standing: FactorManagement.Standing
            switch try management.begin(scope, proof, in: sql) {
            case .failure(let refused): return (refused.reason, [])
            case .success(let found): standing = found
            }
            var left = standing.factors
            guard left[keyPath: owned] else { return (.notFound, []) }
            left[keyPath: owned] = false
            guard management.mayHave(left, standing.account) else {
                return (.strongerFactorNeeded, [])
            }
            try sql.run("DELETE FROM \(table) WHERE account_id = \(standing.account.id)")
            return (nil, try finish(standing.account, kind, left, scope, source, in: sql))
        }
        change.committed(ended)
        return refusal
    }

    /// Ends what hung on it; when it was the last one, the recovery codes die as well.
    func finish(
        _ account: Account, _ kind: FactorKind, _ left: FactorSet, _ scope: Scope, _ source: RequestSource,
        name: String? = nil, in sql: any SQLSession
    ) throws -> [SessionID] {
        if left.isEmpty { try sql.run("DELETE FROM mfa_recovery_code WHERE account_id = \(account.id)") }
        return try change.follow(
            .init(
                account: account, event: kind == .webauthn ? .passkeyRemoved : .mfaDisabled,
                factor: name ?? kind.rawValue, isAdded: false, source: source, session: scope.sessionID), in: sql)
    }
}
