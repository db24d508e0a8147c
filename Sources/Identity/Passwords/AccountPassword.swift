import Core
import SecurityEvents
import Storage

/// Replaces the password of an account, with everything that has to happen together.
struct AccountPassword: Sendable {
    let world: World
    let store: PasswordStore
    let history: PasswordHistory
    let links: MailedLinks
    let recorder: EventRecorder

    /// Writes `accepted`, keeps the former one in the history, and kills the links that were mailed before, but for
    /// the ways back; half-made sign-ins and remembered browsers with them.
    func replace(
        with accepted: NewPasswords.Accepted, of account: AccountID, from source: RequestSource, in sql: any SQLSession
    ) throws {
        try history.retire(account, in: sql)
        try store.write(accepted.sealed, for: account, in: sql)
        try links.kill(of: account, except: LinkPurpose.waysBack, in: sql)
        try SignInChallenges.kill(of: account, in: sql)
        try RememberedDevices.forgetAll(of: account, in: sql)
        try recordFailure(of: accepted, account, from: source, in: sql)
    }

    /// Tells that the password was accepted without having been checked for known breaches.
    func recordFailure(
        of accepted: NewPasswords.Accepted, _ account: AccountID?, from source: RequestSource, in sql: any SQLSession
    ) throws {
        guard let failure = accepted.breachCheckFailure else { return }
        try recorder.record(
            Event(.breachCheckUnavailable, in: world, user: account, from: source, detail: ["reason": failure]), in: sql
        )
    }
}
