import Core
import SecurityEvents
import Storage

/// What the behaviours of the gate share: each takes it as one value instead of thirty. A class, because each behaviour hands it on: to
/// copy as many references costs more than most of what they do.
package final class GateParts: Sendable {
    let database: any Database
    let world: World
    let recorder: EventRecorder
    let guardian: SignInGuard
    let subjects: SignInSubjects
    let store: PasswordStore
    let passwords: PasswordVerifier
    let newPasswords: NewPasswords
    let accountPassword: AccountPassword
    let currentPassword: CurrentPassword
    let tickets: SessionTickets
    let revoked: RevokedSessions
    let activity: ActivityTracker
    let links: MailedLinks
    let mailbox: Mailbox
    let notices: Notices
    let places: PlaceDatabase
    let ring: KeyRing
    let signInPolicy: SignInPolicy
    let mfa: MFAPolicy
    let passkeys: PasskeyPolicy
    let passkeyChallenges: PasskeyChallenges
    let textbox: Textbox
    let alertRules: AlertRuleBook
    let sentCodes: SentCodes
    let limiter: RateLimiter
    let breachCheck: SignInBreachCheck
    /// Looks at sign-ins; `nil` when nothing of it is switched on.
    let detection: SignInDetection?

    init(
        database: any Database, world: World, recorder: EventRecorder, guardian: SignInGuard, subjects: SignInSubjects,
        store: PasswordStore, passwords: PasswordVerifier, newPasswords: NewPasswords, accountPassword: AccountPassword,
        currentPassword: CurrentPassword, tickets: SessionTickets, revoked: RevokedSessions, activity: ActivityTracker,
        links: MailedLinks, mailbox: Mailbox, notices: Notices, places: PlaceDatabase, ring: KeyRing,
        signInPolicy: SignInPolicy, mfa: MFAPolicy, passkeys: PasskeyPolicy, passkeyChallenges: PasskeyChallenges,
        textbox: Textbox, alertRules: AlertRuleBook, sentCodes: SentCodes, limiter: RateLimiter,
        breachCheck: SignInBreachCheck, detection: SignInDetection?
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.guardian = guardian
        self.subjects = subjects
        self.store = store
        self.passwords = passwords
        self.newPasswords = newPasswords
        self.accountPassword = accountPassword
        self.currentPassword = currentPassword
        self.tickets = tickets
        self.revoked = revoked
        self.activity = activity
        self.links = links
        self.mailbox = mailbox
        self.notices = notices
        self.places = places
        self.ring = ring
        self.signInPolicy = signInPolicy
        self.mfa = mfa
        self.passkeys = passkeys
        self.passkeyChallenges = passkeyChallenges
        self.textbox = textbox
        self.alertRules = alertRules
        self.sentCodes = sentCodes
        self.limiter = limiter
        self.breachCheck = breachCheck
        self.detection = detection
    }

    var factorSealing: FactorSealing { FactorSealing(ring: ring, world: world) }
    var challenges: SignInChallenges { SignInChallenges(world: world) }
}
