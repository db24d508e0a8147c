package import Accounts
package import Core
package import Credentials
package import Guarding
package import SecurityEvents
package import Sessions
package import Storage

/// The settings of everything in this target.
package struct GateConfiguration: Sendable {
    package var secret: ServerSecret
    package var algorithm: AccessTokenAlgorithm = .hs256
    /// `iss`: the address under which people reach the server.
    package var issuer: String
    /// `aud`.
    package var audience = "gatehouse"
    package var clocks = SessionClocks()
    package var rotation = RotationPolicy()
    package var lockout = LockoutPolicy()
    package var limits = RateLimits()
    package var passwordPolicy = PasswordPolicy()
    package var hashCost = PasswordHasher.Cost()
    package var hashThreads = 2
    package var hashQueue = 64
    package var registrationMode = RegistrationMode.invite
    package var firstAccountBecomesOwner = false
    package var signIn = SignInPolicy()
    package var mfa = MFAPolicy()
    /// `ENABLE_DEVICE_FINGERPRINT_CHECK`, `ENABLE_IP_ANOMALY_DETECTION`, `ENABLE_RISK_BASED_AUTH`; `nil` when all are off.
    package var detection: SignInDetection?
    package var passkeys: PasskeyPolicy
    /// `PASSWORD_HISTORY`.
    package var passwordHistory = 3
    /// `CHECK_BREACHED_PASSWORDS`.
    package var breachedPasswords: any BreachedPasswords = NoBreachCheck()
    /// Where addresses are, for the list of sessions and for mails: `GEOIP_DATABASE_PATH`.
    package var places = PlaceDatabase(path: nil)
    /// Whether messages to phones can be sent (the variables `TWILIO_…`).
    package var sendsSMS = false
    /// Whether mail can be sent (`MAIL_URL`).
    package var sendsMail = false
    package var recordsEvents = true
    /// Of which events alerts are written.
    package var alertRules = AlertRuleBook()
    /// What happens together with every event that is written.
    package var eventFollowers: [any EventFollower] = []
    /// How many events that strangers cause are written one by one.
    package var eventBudget: EventBudget? = EventBudget()
    package var reauthentication = ReauthenticationPolicy()

    /// The seed's values, under `secret`.
    package init(secret: ServerSecret, issuer: String) {
        self.secret = secret
        self.issuer = issuer
        passkeys = PasskeyPolicy(relyingParty: .site(issuer))
    }
}

extension GateConfiguration {
    /// What is decided about new accounts.
    var registrationRules: RegistrationRules {
        var rules = RegistrationRules()
        rules.mode = registrationMode
        rules.firstAccountBecomesOwner = firstAccountBecomesOwner
        rules.requiresVerifiedEmail = signIn.requiresVerifiedEmail
        return rules
    }
}

extension Gate {
    /// Puts the gate together over a migrated database. Throws ``KeyRing/Failure`` when the database was sealed under another secret.
    package static func open(
        _ configuration: GateConfiguration, database: any Database, world: World
    ) async throws -> Gate {
        let uses =
            [RingKey.Use.passwordSealing, .factorSealing, .auditSealing, .apiKeys]
            + [configuration.algorithm.ringUse].compactMap(\.self)
        let ring = try await KeyRing.open(database, secret: configuration.secret, uses: uses, world: world)
        let accessTokens = try await AccessTokens(
            algorithm: configuration.algorithm, issuer: configuration.issuer, audience: configuration.audience,
            life: configuration.clocks.accessToken, secret: configuration.secret, ring: ring, world: world)
        let recorder = EventRecorder(
            isEnabled: configuration.recordsEvents,
            followers: configuration.eventFollowers + [AlertFollower(rules: configuration.alertRules)],
            budget: configuration.eventBudget)
        try await configuration.alertRules.reload(from: database)
        let revoked = RevokedSessions(accessTokenLife: configuration.clocks.accessToken)
        try await revoked.load(from: database, now: world.now())
        return Gate(
            configuration, database: database, ring: ring, accessTokens: accessTokens, revoked: revoked,
            recorder: recorder, world: world)
    }
}
