import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Sessions
import Storage

/// What has to happen together whenever somebody's factors change: every other session ends (ASVS 7.4.3), half-made sign-ins and remembered
/// browsers are forgotten, an event is written and the owner is told.
struct FactorChange: Sendable {
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices
    private let revoked: RevokedSessions

    init(world: World, recorder: EventRecorder, notices: Notices, revoked: RevokedSessions) {
        self.world = world
        self.recorder = recorder
        self.notices = notices
        self.revoked = revoked
    }

    /// What changed.
    struct Change: Sendable {
        let account: Account
        let event: EventType
        /// For event and mail: `totp`, `sms`, the name of a passkey.
        let factor: String
        let isAdded: Bool
        let source: RequestSource
        /// The session that stays; `nil` to end them all.
        var session: SessionID?
        var detail: [String: String] = [:]
    }

    /// Carries the change through in the transaction that made it; the sessions that ended, for ``committed(_:)``.
    func follow(_ change: Change, in sql: any SQLSession) throws -> [SessionID] {
        let (account, now) = (change.account, world.now())
        let others: SQL = change.session.map { "AND id <> \($0)" } ?? ""
        let ended = try SessionTable.revoke(
            where: "user_id = \(account.id) \(others)", at: now, because: .factorChanged, in: sql)
        try SignInChallenges.kill(of: account.id, in: sql)
        try RememberedDevices.forgetAll(of: account.id, in: sql)
        var detail = change.detail
        detail["factor"] = change.factor
        detail["endedSessions"] = String(ended.count)
        let event = Event(
            change.event, in: world, user: account.id, session: change.session, from: change.source, detail: detail
        )
        try recorder.record(event, in: sql)
        try notices.post(
            change.isAdded ? .factorAdded : .factorRemoved, to: account, about: event,
            values: ["factor": Self.name(of: change.factor)], in: sql)
        return ended
    }

    /// After the transaction of a change: the sessions that it ended are refused from the next request on.
    func committed(_ ended: [SessionID]) { revoked.insert(ended, now: world.now()) }

    /// Notes that the person of `session` has just proven a factor in it, with `method` (`amr`).
    func raise(_ session: SessionID?, by method: String, in sql: any SQLSession) throws {
        guard let session else { return }
        let row = try sql.row("SELECT methods FROM session WHERE id = \(session) AND revoked_at IS NULL \(.forUpdate)")
        guard let text: String = try row?.get("methods") else { return }
        var methods = text.split(separator: " ").map(String.init)
        // One kind of proof shown twice is one factor.
        let isSecond = methods.contains { $0 != method }
        for method in [method] + (isSecond ? [AuthenticationMethod.multiFactor] : []) where !methods.contains(method) {
            methods.append(method)
        }
        try sql.run(
            "UPDATE session SET methods = \(methods.joined(separator: " ")) WHERE id = \(session)")
    }

    private static func name(of factor: String) -> String {
        switch FactorKind(rawValue: factor) {
        case .totp: return "Authenticator app"
        case .sms: return "Codes by SMS"
        case .recoveryCode: return "Recovery codes"
        case .webauthn: return "Passkey"
        case .email, nil: return factor
        }
    }
}

/// How the management of factors refuses.
package enum FactorRefusal: Sendable, Hashable {
    /// `ENABLE_MFA` is off.
    case disabled
    /// There is one already; remove it first.
    case exists
    /// There is nothing to confirm or to remove.
    case notFound
    /// The code is not the right one.
    case invalidCode
    /// The session has shown one factor only; somebody who has a second must show it to change it.
    case secondFactorNeeded
    /// A phone would be the only factor of an owner or admin, or somebody who must have a factor would have none.
    case strongerFactorNeeded
    /// There is no way to send an SMS.
    case smsDisabled
    /// Too many codes were sent to this number or for this account.
    case tooMany(retryAfter: Duration)
    /// The session ended, or the account was switched off.
    case sessionRevoked
}
