package import Accounts
package import Core
import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// The people of the brokerage, as an owner or admin manages them.
///
/// An admin never sets or sees a password. Nobody touches somebody above them, or grants a role above their own, and there is always
/// an owner who can sign in: a brokerage without one could never be managed again.
package struct Team: Sendable {
    let database: any Database
    let world: World
    let recorder: EventRecorder
    let revoked: RevokedSessions
    let links: MailedLinks
    let notices: Notices
    let guardian: SignInGuard
    let keys: KeyRevocation

    init(
        database: any Database, world: World, recorder: EventRecorder, revoked: RevokedSessions, links: MailedLinks,
        notices: Notices, guardian: SignInGuard, keys: KeyRevocation
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.revoked = revoked
        self.links = links
        self.notices = notices
        self.guardian = guardian
        self.keys = keys
    }

    /// What became of a change.
    package enum Outcome: Sendable {
        case done(Account)
        case notFound
        /// The caller's role does not reach so far, or the proof is another's.
        case forbidden
        /// It would leave nobody to manage the brokerage.
        case lastOwner
    }

    /// Everybody, by name.
    package func list() async throws -> [Account] {
        try await database.rows(
            "SELECT \(AccountTable.columns) FROM account ORDER BY last_name, first_name, id LIMIT 10000"
        ).map(Account.init)
    }

    /// One of them.
    package func account(_ id: AccountID) async throws -> Account? {
        try await AccountTable.account(id, in: database)
    }

    /// The account of that address, for the operator's commands.
    package func account(_ email: EmailAddress) async throws -> Account? {
        try await database.rows("SELECT \(AccountTable.columns) FROM account WHERE email = \(email)")
            .first.map(Account.init)
    }

    /// Lifts a lock of sign-in: that of the address, and those of the known devices.
    package func unlock(_ actor: TeamActor, _ id: AccountID, from source: RequestSource) async throws -> Outcome {
        try await change(actor, id) { account, sql in
            try guardian.unlock(guardian.subjects.address(typed: account.email.text), in: sql)
            try recorder.record(
                Event(
                    .accountUnlocked, in: world, user: id, from: source, detail: ["by": actor.description]),
                in: sql)
            return Changed(account)
        }
    }

    /// What a change leads to: the account as it is now, and the sessions and API keys that ended.
    struct Changed: Sendable {
        let account: Account
        let ended: [SessionID]
        let endedKeys: [APIKey]

        init(_ account: Account, ended: [SessionID] = [], endedKeys: [APIKey] = []) {
            self.account = account
            self.ended = ended
            self.endedKeys = endedKeys
        }
    }

    /// Runs `body` on the account while its row is held, if the actor may touch it.
    func change(
        _ actor: TeamActor, _ id: AccountID,
        _ body: @escaping @Sendable (Account, any SQLSession) throws -> Changed?
    ) async throws -> Outcome {
        // Before anybody is looked for: a lender does not know who there is.
        guard actor.managesPeople else { return .forbidden }
        enum Ending: Sendable {
            case changed(Changed)
            case refused(Outcome)
        }
        let result = try await database.transaction { sql -> Ending in
            // Held first and by everybody who changes the team: two who demote each other at once would leave no owner.
            _ = try sql.rows("SELECT id FROM account WHERE role = 'owner' ORDER BY id \(.forUpdate)")
            let row = try sql.row("SELECT \(AccountTable.columns) FROM account WHERE id = \(id) \(.forUpdate)")
            guard let account = try row.map(Account.init) else { return .refused(.notFound) }
            guard actor.mayManage(account), try isStill(actor, in: sql) else { return .refused(.forbidden) }
            guard let change = try body(account, sql) else { return .refused(.lastOwner) }
            return .changed(change)
        }
        switch result {
        case .refused(let outcome): return outcome
        case .changed(let change):
            revoked.insert(change.ended, now: world.now())
            keys.committed(change.account.id)
            return .done(change.account)
        }
    }

    /// Whether the actor is what their token says: it may be of a moment ago.
    private func isStill(_ actor: TeamActor, in sql: any SQLSession) throws -> Bool {
        guard case .person(let scope, _) = actor else { return true }
        return try AccountTable.active(scope.userID, in: sql)?.role == scope.role
    }

    /// Whether somebody but `id` is an owner who can sign in.
    func hasOwner(besides id: AccountID, in sql: any SQLSession) throws -> Bool {
        try sql.row("SELECT id FROM account WHERE role = 'owner' AND status = 'active' AND id <> \(id) LIMIT 1") != nil
    }
}

/// Who changes the team.
package enum TeamActor: Sendable {
    /// Somebody signed in, who has just shown the password.
    case person(Scope, FreshReauthentication)
    /// The operator at the server's own shell.
    case operatorShell

    /// Whether the actor may touch anybody.
    var managesPeople: Bool {
        switch self {
        case .person(let scope, _): return scope.role.seesEverything
        case .operatorShell: return true
        }
    }

    /// Whether the actor may touch `account` at all.
    func mayManage(_ account: Account) -> Bool {
        switch self {
        case .person(let scope, let proof):
            return proof.scope == scope && scope.role.seesEverything && scope.role.mayGrant(account.role)
        case .operatorShell: return true
        }
    }

    /// Whether the actor may give `role` to somebody.
    func mayGrant(_ role: Role) -> Bool {
        switch self {
        case .person(let scope, _): return scope.role.mayGrant(role)
        case .operatorShell: return true
        }
    }

    /// The account of the actor.
    var userID: AccountID? {
        switch self {
        case .person(let scope, _): return scope.userID
        case .operatorShell: return nil
        }
    }
}

extension TeamActor: CustomStringConvertible {
    /// For events.
    package var description: String { userID?.description ?? "operator" }
}
