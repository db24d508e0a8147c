import Accounts
import Core
import Credentials
import Guarding
import Storage

/// A challenge with all that judging an answer needs, its rows held until the end.
struct HeldChallenge: Sendable {
    let account: Account
    let challenge: SignInChallenge
    let lock: FactorLock
    let totp: FactorSealing.Sealed?

    /// The one behind `token`, while it and its account count.
    static func find(_ token: String, _ challenges: SignInChallenges, in sql: any SQLSession) throws -> HeldChallenge? {
        let row = try sql.row(
            """
            SELECT \(AccountTable.columns(of: "account")), \(SignInChallenges.columns), \(FactorGuard.columns),
                \(FactorSealing.totpColumns)
            FROM sign_in_challenge AS challenge
            JOIN account ON account.id = challenge.account_id AND account.status = 'active'
            JOIN mfa_account AS guard ON guard.account_id = challenge.account_id
            LEFT JOIN mfa_totp AS totp ON totp.account_id = challenge.account_id AND totp.confirmed_at IS NOT NULL
            WHERE \(challenges.counts(token, .secondFactor)) \(.forUpdateOf("guard, challenge"))
            """)
        guard let row else { return nil }
        return HeldChallenge(
            account: try Account(row), challenge: try SignInChallenge(row), lock: try FactorLock(row),
            totp: try FactorSealing.Sealed(row, "sealed_secret"))
    }
}
