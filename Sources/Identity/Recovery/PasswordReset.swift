import Core
package import SecurityEvents
import Storage

/// Lets somebody who has lost the password choose a new one, by a link to their address.
///
/// It opens no session: a second factor is asked for at the next sign-in as always (ASVS 6.4.3).
package struct PasswordReset: Sendable {
    let gate: GateParts

    /// Mails a link to `typed` if that is the address of an account that may be used. There is nothing to tell the caller: known and
    /// unknown addresses take the same statements and leave the same rows, and both are answered before anything is sent.
    package func request(_ typed: String, from source: RequestSource) async throws {
        let address = EmailAddress(typed)
        let gate = gate
        try await gate.database.transaction { sql in
            let account = try AccountTable.active(address, in: sql)
            try Self.mailLink(to: account, from: source, gate, in: sql)
        }
    }

    /// Writes link, mail and event, or for nobody as many rows that lead nowhere.
    static func mailLink(
        to account: Account?, from source: RequestSource, _ gate: GateParts, in sql: any SQLSession
    ) throws {
        let token = gate.links.newToken()
        let event = Event(
            .passwordResetRequested, in: gate.world, user: account?.id, from: source,
            detail: ["known": String(account != nil)])
        try gate.links.write(token, .resetPassword, of: account?.id, about: account?.email.text ?? "", in: sql)
        try gate.recorder.record(event, in: sql)
        let expiry = gate.world.now() + LinkPurpose.resetPassword.life
        let values = [
            "link": gate.mailbox.link(LinkPurpose.resetPassword.path, token: token),
            "minutes": String(LinkPurpose.resetPassword.life.milliseconds / 60_000),
            "ip": source.ip?.description ?? "", "device": DeviceName(userAgent: source.userAgent).description,
        ]
        let mail =
            account.map { OutgoingMail(.resetPassword, to: $0, values: values) }
            ?? OutgoingMail(toNobody: .resetPassword, values: values)
        try gate.mailbox.post(mail.expiring(at: expiry), in: sql)
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
        let links = gate.links
        return try await gate.database.read { sql in try links.find(token, for: [.resetPassword], in: sql) } != nil
    }

    /// Sets `new` as the password of the account behind `token`. Throws ``HashingPool/Full``.
    package func reset(_ token: String, to new: String, from source: RequestSource) async throws -> Outcome {
        let gate = gate
        let found = try await gate.database.read { sql in
            try gate.links.find(token, for: [.resetPassword], in: sql).flatMap { link in
                try AccountTable.account(link.account, in: sql)
            }
        }
        guard let account = found, account.status == .active else { return .linkInvalid }
        let words = NewPasswords.words(
            firstName: account.firstName, lastName: account.lastName, email: account.email)
        let accepted: NewPasswords.Accepted
        switch try await gate.newPasswords.judge(new, for: account.id, words: words) {
        case .refused(let violations): return .passwordRefused(violations)
        case .accepted(let judged): accepted = judged
        }
        let now = gate.world.now()
        let subject = gate.subjects.address(typed: account.email.text)
        let ended = try await gate.database.transaction { sql -> [SessionID]? in
            // Here, and in one statement, is where the link counts: of two at once one wins.
            guard try gate.links.use(token, for: [.resetPassword], in: sql) != nil,
                try AccountTable.active(account.id, in: sql) != nil
            else { return nil }
            try gate.accountPassword.replace(with: accepted, of: account.id, from: source, in: sql)
            // Whoever reads the mailbox has shown that the address is theirs.
            try AccountTable.markVerified(account.id, at: now, in: sql)
            try gate.guardian.unlock(subject, in: sql)
            try DeviceCookies.forgetAll(of: account.id, in: sql)
            let ended = try SessionTable.revoke(
                where: "user_id = \(account.id)", at: now, because: .passwordReset, in: sql)
            let event = Event(
                .passwordReset, in: gate.world, user: account.id, from: source,
                detail: ["endedSessions": String(ended.count)])
            try gate.recorder.record(event, in: sql)
            try gate.notices.post(.passwordReset, to: account, about: event, in: sql)
            return ended
        }
        guard let ended else { return .linkInvalid }
        gate.revoked.insert(ended, now: now)
        return .reset
    }
}
