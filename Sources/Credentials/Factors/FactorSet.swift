package import Accounts
package import Core
package import Storage

/// Which factors somebody has besides the password.
package struct FactorSet: Sendable, Hashable {
    package var hasTOTP = false
    package var hasPhone = false
    package var passkeys = 0
    /// Recovery codes that are not used up.
    package var recoveryCodes = 0
    /// When a recovery that an admin started is due: from then on the next sign-in takes every factor away.
    package var recoveryDueAt: Timestamp?

    /// Nothing but the password.
    package init() {}

    /// Whether there is any that a sign-in asks for. Recovery codes alone are none: they stand in for one.
    package var isEmpty: Bool { !hasTOTP && !hasPhone && passkeys == 0 }

    /// Whether they are enough for somebody of `role`: for owner and admin a phone alone is not, because a number can be taken over
    /// (ASVS 6.6.1).
    package func suffices(for role: Role) -> Bool {
        hasTOTP || passkeys > 0 || hasPhone && !role.seesEverything
    }

    /// What the second step may be answered with, the strongest first.
    package func methods(sendsSMS: Bool) -> [FactorKind] {
        var methods: [FactorKind] = []
        if passkeys > 0 { methods.append(.webauthn) }
        if hasTOTP { methods.append(.totp) }
        if hasPhone, sendsSMS { methods.append(.sms) }
        if recoveryCodes > 0 { methods.append(.recoveryCode) }
        return methods
    }

    /// The factors of `account`.
    package static func of(_ account: AccountID, in sql: any SQLSession) throws -> FactorSet {
        try sql.ask(question(about: account))
    }

    /// The same, to be asked with other things.
    package static func question(about account: AccountID) -> Question<FactorSet> {
        Question(
            """
            SELECT
                (SELECT COUNT(*) FROM mfa_totp WHERE account_id = \(account) AND confirmed_at IS NOT NULL) AS totp,
                (SELECT COUNT(*) FROM mfa_phone WHERE account_id = \(account) AND confirmed_at IS NOT NULL) AS phone,
                (SELECT COUNT(*) FROM passkey WHERE account_id = \(account)) AS passkeys,
                (SELECT COUNT(*) FROM mfa_recovery_code WHERE account_id = \(account) AND used_at IS NULL) AS codes,
                (SELECT due_at FROM mfa_recovery WHERE account_id = \(account)) AS recovery_due
            """
        ) { rows in
            guard let row = rows.first else { return FactorSet() }
            var factors = FactorSet()
            factors.hasTOTP = try row.get("totp", as: Int.self) > 0
            factors.hasPhone = try row.get("phone", as: Int.self) > 0
            factors.passkeys = try row.get("passkeys")
            factors.recoveryCodes = try row.get("codes")
            factors.recoveryDueAt = try row.optional("recovery_due")
            return factors
        }
    }
}
