package import Accounts
import Core

/// Second factors: `ENABLE_MFA`, `MFA_POLICY` and what goes with them.
package struct MFAPolicy: Sendable, Hashable {
    /// `MFA_POLICY`: who must have a second factor.
    package enum Requirement: String, Sendable, CaseIterable {
        /// Whoever wants one.
        case optional
        /// Owner and admin.
        case admins
        /// Everybody.
        case all
    }

    /// `ENABLE_MFA`: whether there are second factors at all. Switched off, none is asked for, whoever has one.
    package var isEnabled = false
    /// `MFA_POLICY`.
    package var requirement = Requirement.optional
    /// `MFA_GRACE_DAYS`: how long somebody who must have a second factor may still sign in without one, from the first time that they are told.
    package var grace: Duration = .days(7)
    /// `MFA_REMEMBER_DAYS`: how long a browser that asked for it is not asked for the second factor; zero for never.
    package var remembersFor: Duration = .days(30)
    /// `MFA_RECOVERY_DELAY_HOURS`: how long a recovery that an admin started waits, so that its owner can stop it.
    package var recoveryDelay: Duration = .hours(24)
    /// `PRODUCT_NAME` in an authenticator app.
    package var issuer = "Gatehouse"

    /// How long the second step may follow the first.
    package static let challengeLife: Duration = .minutes(5)
    /// How long setting up a first factor at sign-in may take.
    package static let enrolmentLife: Duration = .minutes(15)
    /// How long a code that was sent counts (ASVS 6.5.5).
    package static let codeLife: Duration = .minutes(10)
    /// How long a recovery that is due may be used.
    package static let recoveryLife: Duration = .days(7)

    /// Second factors are off.
    package init() {}

    /// Whether somebody of this role must have one.
    package func requires(_ role: Role) -> Bool {
        guard isEnabled else { return false }
        switch requirement {
        case .optional: return false
        case .admins: return role.seesEverything
        case .all: return true
        }
    }
}
