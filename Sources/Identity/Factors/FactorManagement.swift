package import Accounts
package import Core
package import Credentials
import SecurityEvents
import Sessions
import Storage

/// How every change of somebody's own factors begins: with the account held, and with a proof that is strong enough (ASVS 7.5.1).
struct FactorManagement: Sendable {
    private let mfa: MFAPolicy

    init(mfa: MFAPolicy) {
        self.mfa = mfa
    }

    /// The person behind `proof` and what they have, if they may change it.
    func begin(
        _ scope: Scope, _ proof: FreshReauthentication, in sql: any SQLSession
    ) throws -> Result<Standing, Refused> {
        guard mfa.isEnabled else { return .failure(Refused(.disabled)) }
        guard proof.scope == scope, let account = try AccountTable.active(scope.userID, in: sql),
            try SessionTable.isOpen(scope.sessionID, in: sql)
        else { return .failure(Refused(.sessionRevoked)) }
        let factors = try FactorSet.of(account.id, in: sql)
        // Otherwise a stolen password would be enough to take the second factor away.
        guard factors.isEmpty || proof.isMultiFactor else { return .failure(Refused(.secondFactorNeeded)) }
        return .success(Standing(account: account, factors: factors))
    }

    /// The person behind `proof`, if they may add or remove a passkey. Passkeys do not hang on `ENABLE_MFA`; whoever has a factor must have
    /// shown it.
    func beginPasskey(
        _ scope: Scope, _ proof: FreshReauthentication, in sql: any SQLSession
    ) throws -> Result<Account, Refused> {
        guard proof.scope == scope, let account = try AccountTable.active(scope.userID, in: sql),
            try SessionTable.isOpen(scope.sessionID, in: sql)
        else { return .failure(Refused(.sessionRevoked)) }
        if mfa.isEnabled, !proof.isMultiFactor, try !FactorSet.of(account.id, in: sql).isEmpty {
            return .failure(Refused(.secondFactorNeeded))
        }
        return .success(account)
    }

    /// Whether there are second factors at all: `ENABLE_MFA`.
    var isEnabled: Bool { mfa.isEnabled }

    /// Somebody who may change their factors.
    struct Standing: Sendable {
        let account: Account
        let factors: FactorSet
    }

    /// A refusal as an error of `Result`.
    struct Refused: Error, Sendable {
        let reason: FactorRefusal

        init(_ reason: FactorRefusal) { self.reason = reason }
    }

    /// Whether `account` may be left with `factors`.
    func mayHave(_ factors: FactorSet, _ account: Account) -> Bool {
        if factors.isEmpty { return !mfa.requires(account.role) }
        return factors.suffices(for: account.role)
    }
}

/// What a person's second factors are, for their own eyes.
package struct FactorOverview: Sendable {
    package let totpConfirmedAt: Timestamp?
    /// The masked number, and since when it counts.
    package let phone: (masked: String, confirmedAt: Timestamp)?
    package let recoveryCodesLeft: Int
    package let passkeys: [Passkey]
    /// Whether the person must have a factor.
    package let isRequired: Bool
    /// When a recovery that an admin started takes every factor away; `nil` when there is none.
    package let recoveryDueAt: Timestamp?
}

/// Shows somebody their factors.
package struct Factors: Sendable {
    private let database: any Database
    private let mfa: MFAPolicy

    init(database: any Database, mfa: MFAPolicy) {
        self.database = database
        self.mfa = mfa
    }

    /// The factors of the person behind `scope`.
    package func overview(_ scope: Scope) async throws -> FactorOverview {
        return try await database.read { sql in
            let id = scope.userID
            let totp = try sql.row(
                "SELECT confirmed_at FROM mfa_totp WHERE account_id = \(id) AND confirmed_at IS NOT NULL")
            let phone = try sql.row(
                "SELECT masked, confirmed_at FROM mfa_phone WHERE account_id = \(id) AND confirmed_at IS NOT NULL")
            let factors = try FactorSet.of(id, in: sql)
            return FactorOverview(
                totpConfirmedAt: try totp?.get("confirmed_at"),
                phone: try phone.map { (try $0.get("masked"), try $0.get("confirmed_at")) },
                recoveryCodesLeft: factors.recoveryCodes, passkeys: try PasskeyTable.all(of: id, in: sql),
                isRequired: mfa.requires(scope.role), recoveryDueAt: factors.recoveryDueAt)
        }
    }
}
