import Accounts
import Core
import Guarding
package import SecurityEvents
import Sessions
import Storage

/// The answer to "this wasn't me", the link in every notice: all sessions end and recovery starts.
package struct NotMe: Sendable {
    private let database: any Database
    private let world: World
    private let links: MailedLinks
    private let recorder: EventRecorder
    private let ended: EndedAccess
    private let recovery: FactorRecovery
    private let resetLink: ResetLink
    private let addresses: SignedInAddresses

    init(
        database: any Database, world: World, links: MailedLinks, recorder: EventRecorder, ended: EndedAccess,
        recovery: FactorRecovery, resetLink: ResetLink, addresses: SignedInAddresses
    ) {
        self.database = database
        self.world = world
        self.links = links
        self.recorder = recorder
        self.ended = ended
        self.recovery = recovery
        self.resetLink = resetLink
        self.addresses = addresses
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        return try await database.read { sql in try links.find(token, for: LinkPurpose.reports, in: sql) } != nil
    }

    /// Ends every session of the account behind `token`, gives it back its old address if that is what the link is for, and mails a
    /// link to choose a new password. `false` when the link does not count any more.
    package func report(_ token: String, from source: RequestSource) async throws -> Bool {
        let now = world.now()
        let done = try await database.transaction { sql -> (account: AccountID, sessions: [SessionID])? in
            guard let link = try links.use(token, for: LinkPurpose.reports, in: sql),
                var account = try AccountTable.active(link.account, in: sql)
            else { return nil }
            if link.purpose == .undoEmailChange, let old = EmailAddress(link.address) {
                // Somebody may have taken the address meanwhile: to end the sessions is worth something all the same.
                if try AccountTable.changeAddress(of: account.id, to: old, at: now, in: sql) {
                    account.email = old
                    try recorder.record(
                        Event(
                            .emailChanged, in: world, user: account.id, from: source, detail: ["reason": "undone"]),
                        in: sql)
                }
            }
            let sessions = try SessionTable.revoke(
                where: "user_id = \(account.id)", at: now, because: .reportedByOwner, in: sql)
            // Whoever got in may have left themselves a key to come back with.
            try ended.endKeys(of: account.id, because: .reportedByOwner, from: source, in: sql)
            // The other ways back stay: each notice may have been about a deed of its own. But an address that is brought back outranks
            // every later one: what was mailed since, to whoever changed it, is dead.
            try links.kill(of: account.id, except: LinkPurpose.waysBack, in: sql)
            if link.purpose == .undoEmailChange {
                try links.kill(of: account.id, writtenFrom: link.createdAt, in: sql)
            }
            // Whoever was not themselves has not asked an admin for a way round their factors either.
            _ = try recovery.stop(account.id, by: "not_me", session: nil, from: source, in: sql)
            try SignInChallenges.kill(of: account.id, in: sql)
            try RememberedDevices.forgetAll(of: account.id, in: sql)
            try SignInDetection.forget(account.id, in: sql)
            try DeviceCookies.forgetAll(of: account.id, in: sql)
            try recorder.record(
                Event(
                    .notMeReported, in: world, user: account.id, from: source,
                    detail: ["endedSessions": String(sessions.count)]), in: sql)
            try resetLink.mail(to: account, from: source, in: sql)
            return (account.id, sessions)
        }
        guard let done else { return false }
        ended.committed(done.sessions, of: done.account, at: now)
        addresses.forget(done.account)
        return true
    }
}
