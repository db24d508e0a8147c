import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Sessions
import Storage

/// Writes the password of an account, with everything that has to happen together.
struct AccountPassword: Sendable {
    private let world: World
    private let store: PasswordStore
    private let history: PasswordHistory
    private let links: MailedLinks
    private let recorder: EventRecorder
    private let notices: Notices
    private let ended: EndedAccess

    init(
        world: World, store: PasswordStore, history: PasswordHistory, links: MailedLinks, recorder: EventRecorder,
        notices: Notices, ended: EndedAccess
    ) {
        self.world = world
        self.store = store
        self.history = history
        self.links = links
        self.recorder = recorder
        self.notices = notices
        self.ended = ended
    }

    /// How a password came to be replaced.
    enum Replacement: Sendable {
        /// By its owner, whose session stays.
        case changed(in: SessionID)
        /// Through a mailed link; no session and no API key stays.
        case reset
    }

    /// Writes the first password of `account`; nothing when there is no such account, which takes the same statements.
    func write(
        _ accepted: NewPasswords.Accepted, of account: AccountID, isKnown: Bool, from source: RequestSource,
        in sql: any SQLSession
    ) throws {
        try store.write(accepted.sealed, for: account, in: sql)
        try recordFailure(of: accepted, isKnown ? account : nil, from: source, in: sql)
    }

    /// Writes `accepted`, keeps the former one in the history, and kills the links that were mailed before, but for the ways back;
    /// half-made sign-ins, remembered browsers and all other sessions end with them. Tells the log and the owner. The sessions that ended, for
    /// ``committed(_:of:)``.
    func replace(
        with accepted: NewPasswords.Accepted, of account: Account, _ how: Replacement, from source: RequestSource,
        in sql: any SQLSession
    ) throws -> [SessionID] {
        try history.retire(account.id, in: sql)
        try store.write(accepted.sealed, for: account.id, in: sql)
        try links.kill(of: account.id, except: LinkPurpose.waysBack, in: sql)
        try SignInChallenges.kill(of: account.id, in: sql)
        try RememberedDevices.forgetAll(of: account.id, in: sql)
        try recordFailure(of: accepted, account.id, from: source, in: sql)
        let others: SQL = how.kept.map { "AND id <> \($0)" } ?? ""
        let sessions = try SessionTable.revoke(
            where: "user_id = \(account.id) \(others)", at: world.now(), because: how.reason, in: sql)
        switch how {
        // A key hangs on no password: programs go on when a person changes theirs.
        case .changed: break
        // But somebody who takes an account back must not leave one to whoever had it.
        case .reset: try ended.endKeys(of: account.id, because: .passwordReset, from: source, in: sql)
        }
        let event = Event(
            how.event, in: world, user: account.id, session: how.kept, from: source,
            detail: ["endedSessions": String(sessions.count)])
        try recorder.record(event, in: sql)
        try notices.post(how.notice, to: account, about: event, in: sql)
        return sessions
    }

    /// After the transaction: the sessions and keys of `account` that ended are refused from the next request on.
    func committed(_ sessions: [SessionID], of account: AccountID) {
        ended.committed(sessions, of: account, at: world.now())
    }

    /// Tells that the password was accepted without having been checked for known breaches.
    private func recordFailure(
        of accepted: NewPasswords.Accepted, _ account: AccountID?, from source: RequestSource, in sql: any SQLSession
    ) throws {
        guard let failure = accepted.breachCheckFailure else { return }
        try recorder.record(
            Event(.breachCheckUnavailable, in: world, user: account, from: source, detail: ["reason": failure]), in: sql
        )
    }
}

extension AccountPassword.Replacement {
    fileprivate var kept: SessionID? {
        switch self {
        case .changed(let session): return session
        case .reset: return nil
        }
    }

    fileprivate var reason: RevocationReason {
        switch self {
        case .changed: return .passwordChanged
        case .reset: return .passwordReset
        }
    }

    fileprivate var event: EventType {
        switch self {
        case .changed: return .passwordChanged
        case .reset: return .passwordReset
        }
    }

    fileprivate var notice: MailKind {
        switch self {
        case .changed: return .passwordChanged
        case .reset: return .passwordReset
        }
    }
}
