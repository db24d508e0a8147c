package import Accounts
package import Core
package import Credentials
package import Guarding
package import SecurityEvents
package import Sessions
package import Storage

/// Everything by which people get in, stay in and go out: what the API, the pages and the command line call.
///
/// ``open(_:database:world:)`` makes it; `Gate+assembly.swift` is the list of what each behaviour is made of.
package final class Gate: Sendable {
    // Foundations.
    package let database: any Database
    package let world: World
    package let recorder: EventRecorder
    package let events: EventLog
    package let ring: KeyRing
    package let mailbox: Mailbox
    package let textbox: Textbox
    package let notices: Notices
    package let places: PlaceDatabase
    package let hashing: HashingPool
    package let detection: SignInDetection?
    package let mfa: MFAPolicy
    package let alertRules: AlertRuleBook

    // Guards.
    package let limiter: RateLimiter
    package let guardian: SignInGuard
    package let rememberedDevices: RememberedDevices

    // Sessions.
    package let accessTokens: AccessTokens
    package let accessTokenAlgorithm: AccessTokenAlgorithm
    package let refreshTokens: RefreshTokens
    package let clocks: SessionClocks
    package let revoked: RevokedSessions
    package let revocationFeed: RevocationFeed
    package let activity: ActivityTracker
    package let admission: TokenAdmission
    package let signedInAddresses: SignedInAddresses
    package let knownKeys: KnownKeys
    package let keyUses: KeyUses
    package let keyAdmission: KeyAdmission
    package let refresh: Refresh
    package let openSessions: OpenSessions
    package let sessionFigures: SessionFigures
    package let reauthenticationPolicy: ReauthenticationPolicy

    // Ways in.
    package let signIn: SignIn
    package let secondStep: SecondStep
    package let sendCode: SendCode
    package let enrolAtSignIn: EnrolAtSignIn
    package let passkeySignIn: PasskeySignIn
    package let registration: Registration
    package let invitations: Invitations

    // What a person does with their own account.
    package let signOut: SignOut
    package let reauthenticate: Reauthenticate
    package let changePassword: ChangePassword
    package let changeEmail: ChangeEmail
    package let emailVerification: EmailVerification
    package let passwordReset: PasswordReset
    package let unlock: Unlock
    package let notMe: NotMe
    package let factors: Factors
    package let totp: TOTPEnrolment
    package let phones: Phones
    package let recoveryCodes: RecoveryCodes
    package let factorRemoval: FactorRemoval
    package let factorRecovery: FactorRecovery
    package let passkeyOptions: PasskeyOptions
    package let registerPasskey: RegisterPasskey
    package let passkeys: ManagePasskeys
    package let apiKeys: APIKeys

    // What owners and admins do.
    package let team: Team
    package let teamFactorRecovery: TeamFactorRecovery
    package let changeAlertRule: ChangeAlertRule

    private let challenges: SignInChallenges
    private let links: MailedLinks
    private let breachCheck: SignInBreachCheck

    /// Makes everything, from the bottom up. `ring` and `accessTokens` are open, `revoked` and the rules of alerts are loaded.
    init(
        _ configuration: GateConfiguration, database: any Database, ring: KeyRing, accessTokens: AccessTokens,
        revoked: RevokedSessions, recorder: EventRecorder, world: World
    ) {
        // Foundations.
        let secret = configuration.secret
        let (mfa, passkeyPolicy, signInPolicy) = (configuration.mfa, configuration.passkeys, configuration.signIn)
        let links = MailedLinks(world: world)
        let mailbox = Mailbox(
            isEnabled: configuration.sendsMail, secret: secret, origin: configuration.issuer, world: world)
        let textbox = Textbox(isEnabled: configuration.sendsSMS, secret: secret, world: world)
        let notices = Notices(mailbox: mailbox, links: links, places: configuration.places)
        (self.database, self.world, self.recorder, self.ring) = (database, world, recorder, ring)
        (self.links, self.mailbox, self.textbox, self.notices) = (links, mailbox, textbox, notices)
        events = EventLog(database: database)
        places = configuration.places
        detection = configuration.detection
        self.mfa = mfa
        alertRules = configuration.alertRules

        // Credentials.
        hashing = HashingPool(threads: configuration.hashThreads, queue: configuration.hashQueue)
        let store = PasswordStore(ring: ring, world: world)
        let passwords = PasswordVerifier(
            hasher: PasswordHasher(cost: configuration.hashCost, world: world), pool: hashing, store: store)
        let history = PasswordHistory(depth: configuration.passwordHistory, world: world)
        let newPasswords = NewPasswords(
            database: database, policy: configuration.passwordPolicy, history: history, passwords: passwords,
            breaches: configuration.breachedPasswords)
        breachCheck = SignInBreachCheck(
            isOn: configuration.detection?.policy.scoresRisk ?? false, database: database, world: world,
            breaches: configuration.breachedPasswords)
        let sealing = FactorSealing(ring: ring, world: world)
        let sentCodes = SentCodes(secret: secret)
        let passkeyChallenges = PasskeyChallenges(secret: secret, world: world)

        // Guards.
        let subjects = SignInSubjects(secret: secret, world: world)
        guardian = SignInGuard(
            policy: configuration.lockout, subjects: subjects, recorder: recorder, world: world, mailbox: mailbox,
            links: links)
        let factorGuard = FactorGuard(policy: configuration.lockout, recorder: recorder, notices: notices, world: world)
        limiter = RateLimiter(
            limits: configuration.limits, world: world, shared: database.dialect == .postgres ? database : nil)
        rememberedDevices = RememberedDevices(
            database: database, world: world, recorder: recorder, life: mfa.remembersFor)

        // Sessions.
        clocks = configuration.clocks
        activity = ActivityTracker()
        refreshTokens = RefreshTokens(secret: secret)
        (self.accessTokens, self.revoked) = (accessTokens, revoked)
        accessTokenAlgorithm = configuration.algorithm
        reauthenticationPolicy = configuration.reauthentication
        let tickets = SessionTickets(accessTokens: accessTokens, refreshTokens: refreshTokens, clocks: clocks)
        admission = TokenAdmission(accessTokens: accessTokens, revoked: revoked, activity: activity, world: world)
        signedInAddresses = SignedInAddresses(database: database, world: world)
        knownKeys = KnownKeys()
        keyUses = KeyUses()
        let keyHashes = APIKeyHashes(ring: ring)
        keyAdmission = KeyAdmission(
            database: database, world: world, hashes: keyHashes, known: knownKeys, uses: keyUses)
        let keyRevocation = KeyRevocation(world: world, recorder: recorder, known: knownKeys)
        apiKeys = APIKeys(
            database: database, world: world, recorder: recorder, notices: notices, hashes: keyHashes, uses: keyUses,
            revocation: keyRevocation)
        revocationFeed = RevocationFeed(
            database: database, world: world, revoked: revoked, addresses: signedInAddresses, keys: knownKeys)
        refresh = Refresh(
            database: database, world: world, recorder: recorder, tickets: tickets, activity: activity,
            revoked: revoked, policy: configuration.rotation, notices: notices)
        openSessions = OpenSessions(
            database: database, world: world, clocks: clocks, recorder: recorder, activity: activity, revoked: revoked,
            keys: keyRevocation)
        sessionFigures = SessionFigures(database: database, world: world, clocks: clocks)
        signOut = SignOut(
            database: database, world: world, recorder: recorder, revoked: revoked, keys: keyRevocation)

        // Factors and passkeys.
        challenges = SignInChallenges(world: world)
        let codes = CodeCheck(sealing: sealing, sentCodes: sentCodes, world: world)
        let management = FactorManagement(mfa: mfa)
        let change = FactorChange(world: world, recorder: recorder, notices: notices, revoked: revoked)
        let secrets = TOTPSecrets(world: world, sealing: sealing, issuer: mfa.issuer)
        let numbers = PhoneNumbers(world: world, sealing: sealing, sentCodes: sentCodes)
        let texts = TextedCodes(
            world: world, textbox: textbox, limiter: limiter, recorder: recorder, issuer: mfa.issuer)
        factors = Factors(database: database, mfa: mfa)
        recoveryCodes = RecoveryCodes(
            database: database, world: world, sealing: sealing, recorder: recorder, notices: notices,
            management: management)
        totp = TOTPEnrolment(
            database: database, management: management, secrets: secrets, factorGuard: factorGuard, change: change,
            recoveryCodes: recoveryCodes)
        phones = Phones(
            database: database, management: management, numbers: numbers, texts: texts, factorGuard: factorGuard,
            change: change, recoveryCodes: recoveryCodes)
        factorRemoval = FactorRemoval(database: database, management: management, change: change)
        factorRecovery = FactorRecovery(
            database: database, world: world, links: links, recorder: recorder, change: change)
        let passkeyCheck = PasskeyCheck(
            database: database, world: world, policy: passkeyPolicy, challenges: passkeyChallenges, recorder: recorder,
            notices: notices)
        passkeyOptions = PasskeyOptions(
            database: database, policy: passkeyPolicy, challenges: passkeyChallenges, management: management,
            signIns: challenges)
        registerPasskey = RegisterPasskey(
            database: database, world: world, policy: passkeyPolicy, challenges: passkeyChallenges,
            management: management, change: change, recoveryCodes: recoveryCodes)
        passkeys = ManagePasskeys(
            database: database, policy: passkeyPolicy, management: management, removal: factorRemoval, change: change)

        // Ways in.
        let watch = SignInWatch(
            detection: configuration.detection, mfa: mfa, world: world, recorder: recorder, notices: notices)
        let cap = SessionCap(signInPolicy.maximumSessions, clocks: clocks, world: world, recorder: recorder)
        let news = SignInNews(
            world: world, recorder: recorder, notices: notices, mailsNewDevices: signInPolicy.notifiesNewDevices)
        let opening = SessionOpening(
            world: world, tickets: tickets, recorder: recorder, revoked: revoked, cookies: subjects.cookies, cap: cap,
            watch: watch, news: news)
        sendCode = SendCode(
            database: database, world: world, challenges: challenges, numbers: numbers, texts: texts,
            sentCodes: sentCodes, notices: notices)
        let secondFactor = SecondFactorGate(
            mfa: mfa, channels: MessageChannels(mail: mailbox.isEnabled, sms: textbox.isEnabled), world: world,
            watch: watch, opening: opening, recovery: factorRecovery, rememberedDevices: rememberedDevices,
            challenging: Challenging(challenges: challenges, sendCode: sendCode))
        signIn = SignIn(
            database: database, world: world, guardian: guardian, passwords: passwords, breachCheck: breachCheck,
            policy: signInPolicy, secondFactor: secondFactor, revoked: revoked)
        secondStep = SecondStep(
            database: database, world: world, challenges: challenges, codes: codes, passkeyCheck: passkeyCheck,
            factorGuard: factorGuard,
            acceptance: FactorAcceptance(
                challenges: challenges, recoveryCodes: recoveryCodes, rememberedDevices: rememberedDevices,
                secondFactor: secondFactor))
        enrolAtSignIn = EnrolAtSignIn(
            database: database, challenges: challenges, secrets: secrets, factorGuard: factorGuard, change: change,
            recoveryCodes: recoveryCodes, watch: watch, opening: opening)
        passkeySignIn = PasskeySignIn(
            database: database, world: world, passkeyCheck: passkeyCheck, subjects: subjects, watch: watch,
            opening: opening, policy: signInPolicy, recorder: recorder)

        // Passwords and addresses.
        let accountPassword = AccountPassword(
            world: world, store: store, history: history, links: links, recorder: recorder, notices: notices,
            ended: EndedAccess(revoked: revoked, keys: keyRevocation))
        let currentPassword = CurrentPassword(
            database: database, world: world, guardian: guardian, passwords: passwords)
        let addressProof = AddressProof(world: world, links: links, mailbox: mailbox)
        let resetLink = ResetLink(world: world, links: links, mailbox: mailbox, recorder: recorder)
        changePassword = ChangePassword(
            database: database, currentPassword: currentPassword, newPasswords: newPasswords,
            accountPassword: accountPassword)
        passwordReset = PasswordReset(
            database: database, world: world, links: links, resetLink: resetLink, newPasswords: newPasswords,
            accountPassword: accountPassword, guardian: guardian)
        changeEmail = ChangeEmail(database: database, addressProof: addressProof)
        emailVerification = EmailVerification(
            database: database, world: world, links: links, recorder: recorder, notices: notices,
            addressProof: addressProof, addresses: signedInAddresses)
        unlock = Unlock(database: database, world: world, links: links, recorder: recorder, guardian: guardian)
        notMe = NotMe(
            database: database, world: world, links: links, recorder: recorder,
            ended: EndedAccess(revoked: revoked, keys: keyRevocation), recovery: factorRecovery,
            resetLink: resetLink, addresses: signedInAddresses)
        invitations = Invitations(database: database, world: world, recorder: recorder, mailbox: mailbox)
        registration = Registration(
            database: database, world: world, newPasswords: newPasswords, accountPassword: accountPassword,
            recorder: recorder, addressProof: addressProof, rules: configuration.registrationRules)
        let renewal = ReauthenticationRenewal(
            database: database, world: world, recorder: recorder, tickets: tickets, change: change)
        reauthenticate = Reauthenticate(
            currentPassword: currentPassword,
            byCode: ReauthenticationByCode(
                database: database, world: world, codes: codes, factorGuard: factorGuard, recoveryCodes: recoveryCodes),
            byPasskey: ReauthenticationByPasskey(database: database, passkeyCheck: passkeyCheck), renewal: renewal)

        // Owners and admins.
        team = Team(
            database: database, world: world, recorder: recorder, revoked: revoked, links: links, notices: notices,
            guardian: guardian, keys: keyRevocation)
        teamFactorRecovery = TeamFactorRecovery(
            team: team, world: world, recorder: recorder, links: links, mailbox: mailbox, notices: notices,
            recovery: factorRecovery, delay: mfa.recoveryDelay)
        changeAlertRule = ChangeAlertRule(
            database: database, world: world, recorder: recorder, rules: configuration.alertRules)
    }
}

extension Gate {
    /// The person behind an access token, if it counts on this very request: no query.
    package func admit(accessToken: String) -> TokenAdmission.Verdict { admission.admit(accessToken: accessToken) }

    /// The sealed security log.
    package var audit: AuditTrail {
        AuditTrail(database: database, world: world, keys: ring.auditKeys, recorder: recorder)
    }

    /// The session and account behind a scope; `nil` when the session is gone.
    package func session(_ scope: Scope) async throws -> (session: Session, account: Account, expiresAt: Timestamp)? {
        guard let id = scope.sessionID else { return nil }
        let rows = try await database.rows(SessionTable.selectWithAccount(id), isShort: true)
        guard let row = rows.first else { return nil }
        let session = try Session(row)
        guard session.revocation == nil, session.userID == scope.userID else { return nil }
        let lastActiveAt = max(session.lastActiveAt, activity.latest(session.id) ?? session.lastActiveAt)
        return (session, try Account(row), clocks.expiry(of: session, lastActiveAt: lastActiveAt))
    }

    /// Writes an event that tells of no change: a refusal.
    package func record(_ event: Event) async throws {
        let recorder = recorder
        try await database.transaction { sql in try recorder.record(event, in: sql) }
    }

    /// Waits for what was begun at sign-ins and goes on after them: questions to the service that knows stolen passwords.
    package func settleQuestions() async { await breachCheck.settled() }

    /// Whether nobody can sign in yet.
    package func hasNoAccount() async throws -> Bool {
        try await database.rows("SELECT id FROM account LIMIT 1").isEmpty
    }

    /// Forgets mailed links, half-made sign-ins and remembered browsers that ran out.
    package func pruneWhatRanOut() async throws {
        let (links, challenges, remembered, now) = (links, challenges, rememberedDevices, world.now())
        let keys = apiKeys
        try await database.transaction { sql in
            try links.prune(in: sql)
            try challenges.prune(in: sql)
            try remembered.prune(in: sql)
            try keys.prune(in: sql)
            try PasskeyChallenges.prune(at: now, in: sql)
            try FactorRecovery.prune(at: now, in: sql)
        }
    }
}
