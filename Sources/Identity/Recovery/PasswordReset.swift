import Accounts
import Core
package import Credentials
import Guarding
package import SecurityEvents
import Storage

/// Lets somebody who has lost the password choose a new one, by a link to their address.
///
/// It opens no session: a second factor is asked for at the next sign-in as always (ASVS 6.4.3).
package struct PasswordReset: Sendable {
    private let database: any Database
    private let world: World
    private let links: MailedLinks
    private let resetLink: ResetLink
    private let newPasswords: NewPasswords
    private let accountPassword: AccountPassword
    private let guardian: SignInGuard

    init(
        database: any Database, world: World, links: MailedLinks, resetLink: ResetLink, newPasswords: NewPasswords,
        accountPassword: AccountPassword, guardian: SignInGuard
    ) {
        self.database = database
        self.world = world
        self.links = links
        self.resetLink = resetLink
        self.newPasswords = newPasswords
        self.accountPassword = accountPassword
        self.guardian = guardian
    }

    /// Mails a link to `typed` if that is the address of an account that may be used. There is nothing to tell the caller: known and
    /// unknown addresses take the same statements and leave the same rows, and both are answered before anything is sent.
    package func request(_ typed: String, from source: RequestSource) async throws {
        let address = EmailAddress(typed)
        try await database.transaction { sql in
            let account = try AccountTable.active(address, in: sql)
            try resetLink.mail(to: account, from: source, in: sql)
        }
    }

    /// What became of a new password.
    package enum Outcome: Sendable {
        /// Set; every session has ended.
        case reset
        /// The link was used, ran out, or was killed by a change of the account.
        case linkInvalid
        /// The link still counts; choose another password.
        case passwordRefused([PasswordPolicy.Violation])
    }

    /// Whether the link behind `token` would be accepted now: for the page that shows the form, which uses nothing up.
    package func counts(_ token: String) async throws -> Bool {
        return try await database.read { sql in try links.find(token, for: [.resetPassword], in: sql) } != nil
    }

    /// Sets `new` as the password of the account behind `token`. Throws ``HashingPool/Full``.
    package func reset(_ token: String, to new: String, from source: RequestSource) async throws -> Outcome {
        let found = try await database.read { sql in
            try links.find(token, for: [.resetPassword], in: sql).flatMap { link in
                try AccountTable.account(link.account, in: sql)
            }
        }
        guard let account = found, account.status == .active else { return .linkInvalid }
        let words = NewPasswords.words(
            firstName: account.firstName, lastName: account.lastName, email: account.email)
        let accepted: NewPasswords.Accepted
        switch try await newPasswords.judge(new, for: account.id, words: words) {
        case .refused(let violations): return .passwordRefused(violations)
        case .accepted(let judged): accepted = judged
        }
        let now = world.now()
        let subject = guardian.subjects.address(typed: account.email.text)
        let ended = try await database.transaction { sql -> [SessionID]? in
            // Here, and in one statement, is where the link counts: of two at once one wins.
            guard try links.use(token, for: [.resetPassword], in: sql) != nil,
                try AccountTable.active(account.id, in: sql) != nil
            else { return nil }
            // Whoever reads the mailbox has shown that the address is theirs.
            try AccountTable.markVerified(account.id, at: now, in: sql)
            try guardian.unlock(subject, in: sql)
            try DeviceCookies.forgetAll(of: account.id, in: sql)
            return try accountPassword.replace(with: accepted, of: account, .reset, from: source, in: sql)
        }
        guard let ended else { return .linkInvalid }
        accountPassword.committed(ended, of: account.id)
        return .reset
    }
}
