package import Core
import SecurityEvents
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
    package var requiresVerifiedEmail = false
    package var recordsEvents = true
    package var reauthentication = ReauthenticationPolicy()

    /// The seed's values, under `secret`.
    package init(secret: ServerSecret, issuer: String) {
        self.secret = secret
        self.issuer = issuer
    }
}

extension Gate {
    /// Puts the gate together over a migrated database. Throws ``KeyRing/Failure`` when the database was sealed under another secret.
    package static func open(
        _ configuration: GateConfiguration, database: any Database, world: World
    ) async throws -> Gate {
        let uses = [RingKey.Use.passwordSealing] + [configuration.algorithm.ringUse].compactMap(\.self)
        let ring = try await KeyRing.open(database, secret: configuration.secret, uses: uses, world: world)
        let accessTokens = try await AccessTokens(
            algorithm: configuration.algorithm, issuer: configuration.issuer, audience: configuration.audience,
            secret: configuration.secret, ring: ring, world: world)
        let refreshTokens = RefreshTokens(secret: configuration.secret)
        let tickets = SessionTickets(
            accessTokens: accessTokens, refreshTokens: refreshTokens, clocks: configuration.clocks)
        let store = PasswordStore(ring: ring, world: world)
        let hashing = HashingPool(threads: configuration.hashThreads, queue: configuration.hashQueue)
        let passwords = PasswordVerifier(
            hasher: PasswordHasher(cost: configuration.hashCost, world: world), pool: hashing, store: store)
        let recorder = EventRecorder(isEnabled: configuration.recordsEvents)
        let guardian = SignInGuard(policy: configuration.lockout, recorder: recorder, world: world)
        let subjects = SignInSubjects(secret: configuration.secret, world: world)
        let activity = ActivityTracker()
        let revoked = RevokedSessions(accessTokenLife: configuration.clocks.accessToken)
        try await revoked.load(from: database, now: world.now())
        return Gate(
            database: database, world: world,
            signIn: SignIn(
                database: database, world: world, recorder: recorder, guardian: guardian, subjects: subjects,
                passwords: passwords, store: store, tickets: tickets,
                requiresVerifiedEmail: configuration.requiresVerifiedEmail),
            registration: Registration(
                database: database, world: world, recorder: recorder, passwords: passwords, store: store,
                policy: configuration.passwordPolicy, mode: configuration.registrationMode,
                firstAccountBecomesOwner: configuration.firstAccountBecomesOwner),
            invitations: Invitations(database: database, world: world, recorder: recorder),
            refresh: Refresh(
                database: database, world: world, recorder: recorder, tickets: tickets, activity: activity,
                revoked: revoked, policy: configuration.rotation),
            signOut: SignOut(database: database, world: world, recorder: recorder, revoked: revoked),
            reauthenticate: Reauthenticate(
                database: database, world: world, recorder: recorder, guardian: guardian, subjects: subjects,
                passwords: passwords, tickets: tickets),
            reauthenticationPolicy: configuration.reauthentication, accessTokens: accessTokens,
            accessTokenAlgorithm: configuration.algorithm, refreshTokens: refreshTokens, clocks: configuration.clocks,
            revoked: revoked, activity: activity,
            limiter: RateLimiter(
                limits: configuration.limits, world: world, shared: database.dialect == .postgres ? database : nil),
            guardian: guardian, ring: ring, hashing: hashing, events: EventLog(database: database), recorder: recorder)
    }
}
