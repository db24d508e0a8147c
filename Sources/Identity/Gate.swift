package import Core
package import SecurityEvents
package import Storage

/// Everything by which people get in, stay in and go out: the front of this target for the API, the pages and the command
/// line.
package struct Gate: Sendable {
    let parts: GateParts
    package let signIn: SignIn
    package let registration: Registration
    package let refresh: Refresh
    package let signOut: SignOut
    package let reauthenticationPolicy: ReauthenticationPolicy
    package let accessTokens: AccessTokens
    package let accessTokenAlgorithm: AccessTokenAlgorithm
    package let limiter: RateLimiter
    package let ring: KeyRing
    package let hashing: HashingPool
    package let events: EventLog

    package var database: any Database { parts.database }
    package var world: World { parts.world }
    package var recorder: EventRecorder { parts.recorder }
    package var refreshTokens: RefreshTokens { parts.tickets.refreshTokens }
    package var clocks: SessionClocks { parts.tickets.clocks }
    package var revoked: RevokedSessions { parts.revoked }
    package var activity: ActivityTracker { parts.activity }
    package var guardian: SignInGuard { parts.guardian }
    package var mailbox: Mailbox { parts.mailbox }
    package var textbox: Textbox { parts.textbox }
    package var places: PlaceDatabase { parts.places }

    package var invitations: Invitations { Invitations(gate: parts) }
    package var reauthenticate: Reauthenticate { Reauthenticate(gate: parts) }
    package var changePassword: ChangePassword { ChangePassword(gate: parts) }
    package var changeEmail: ChangeEmail { ChangeEmail(gate: parts) }
    package var openSessions: OpenSessions { OpenSessions(gate: parts) }
    package var passwordReset: PasswordReset { PasswordReset(gate: parts) }
    package var emailVerification: EmailVerification { EmailVerification(gate: parts) }
    package var unlock: Unlock { Unlock(gate: parts) }
    package var notMe: NotMe { NotMe(gate: parts) }
    package var team: Team { Team(gate: parts) }
    package var alertRules: AlertRuleBook { parts.alertRules }
    package var changeAlertRule: ChangeAlertRule { ChangeAlertRule(gate: parts, rules: parts.alertRules) }
    package var secondStep: SecondStep { SecondStep(gate: parts) }
    package var enrolAtSignIn: EnrolAtSignIn { EnrolAtSignIn(gate: parts) }
    package var factors: Factors { Factors(gate: parts) }
    package var totp: TOTPEnrolment { TOTPEnrolment(gate: parts) }
    package var recoveryCodes: RecoveryCodes { RecoveryCodes(gate: parts) }
    package var phones: Phones { Phones(gate: parts) }
    package var sendCode: SendCode { SendCode(gate: parts) }
    package var rememberedDevices: RememberedDevices { RememberedDevices(gate: parts) }
    package var factorRecovery: FactorRecovery { FactorRecovery(gate: parts) }
    package var passkeyOptions: PasskeyOptions { PasskeyOptions(gate: parts) }
    package var registerPasskey: RegisterPasskey { RegisterPasskey(gate: parts) }
    package var passkeySignIn: PasskeySignIn { PasskeySignIn(gate: parts) }
    package var passkeys: ManagePasskeys { ManagePasskeys(gate: parts) }
    package var mfa: MFAPolicy { parts.mfa }
    package var detection: SignInDetection? { parts.detection }
    package var sessionFigures: SessionFigures {
        SessionFigures(database: parts.database, world: parts.world, clocks: parts.tickets.clocks)
    }
    package var revocationFeed: RevocationFeed {
        RevocationFeed(database: parts.database, world: parts.world, revoked: parts.revoked)
    }

    /// The person behind an access token, if it counts on this very request.
    package enum Admittance: Sendable {
        case admitted(AccessClaims)
        case invalid
        case expired
        /// The session was ended; a good signature does not help.
        case revoked
    }

    /// Verifies an access token and notes the activity of its session: no query.
    package func admit(accessToken: String) -> Admittance {
        switch accessTokens.verify(accessToken) {
        case .failure(.invalid): return .invalid
        case .failure(.expired): return .expired
        case .success(let claims):
            guard !revoked.contains(claims.sessionID) else { return .revoked }
            activity.note(claims.sessionID, at: world.now())
            return .admitted(claims)
        }
    }

    /// The session and account behind a scope; `nil` when the session is gone.
    package func session(_ scope: Scope) async throws -> (session: Session, account: Account, expiresAt: Timestamp)? {
        let rows = try await database.rows(SessionTable.selectWithAccount(scope.sessionID), isShort: true)
        guard let row = rows.first else { return nil }
        let session = try Session(row)
        guard session.revocation == nil, session.userID == scope.userID else { return nil }
        let lastActiveAt = max(session.lastActiveAt, activity.latest(session.id) ?? session.lastActiveAt)
        return (session, try Account(row), clocks.expiry(of: session, lastActiveAt: lastActiveAt))
    }
}

extension Gate {
    /// Writes an event that tells of no change: a refusal.
    package func record(_ event: Event) async throws {
        let recorder = recorder
        try await database.transaction { sql in try recorder.record(event, in: sql) }
    }
}

extension Gate {
    /// Waits for what was begun at sign-ins and goes on after them: questions to the service that knows stolen passwords.
    package func settleQuestions() async { await parts.breachCheck.settled() }
}

extension Gate {
    /// Whether nobody can sign in yet.
    package func hasNoAccount() async throws -> Bool {
        try await database.rows("SELECT id FROM account LIMIT 1").isEmpty
    }
}

extension Gate {
    /// Forgets mailed links and half-made sign-ins that ran out.
    package func pruneWhatRanOut() async throws {
        let (links, challenges) = (parts.links, parts.challenges)
        try await database.transaction { sql in
            try links.prune(in: sql)
            try challenges.prune(in: sql)
        }
    }
}

extension Gate {
    /// The account, read in a transaction of a feature behind the gate.
    package func account(_ id: AccountID, in sql: any SQLSession) throws -> Account? {
        try AccountTable.account(id, in: sql)
    }

    /// Posts a notice to `account` in the transaction of what `event` tells of, for features behind the gate.
    package func tell(
        _ account: Account, _ kind: MailKind, about event: Event, values: [String: String] = [:], in sql: any SQLSession
    ) throws {
        try parts.notices.post(kind, to: account, about: event, values: values, in: sql)
    }
}
