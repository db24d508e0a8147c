import Core
import SecurityEvents
import Storage

/// What the behaviours of the gate share: each takes it as one value instead of a dozen.
package struct GateParts: Sendable {
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

    var factorSealing: FactorSealing { FactorSealing(ring: ring, world: world) }
    var challenges: SignInChallenges { SignInChallenges(world: world) }
}
