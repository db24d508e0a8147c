package import Core

/// What a mailed link is good for.
package enum LinkPurpose: String, Sendable, CaseIterable {
    /// Proves the address that it was mailed to.
    case verifyEmail = "verify_email"
    /// Sets a new password.
    case resetPassword = "reset_password"
    /// Lifts a lock of sign-in.
    case unlock
    /// "This wasn't me": ends all sessions and starts recovery.
    case notMe = "not_me"
    /// The same, and gives the account its old address back.
    case undoEmailChange = "undo_email_change"
    /// Stops the recovery of second factors that an owner or admin has started.
    case stopRecovery = "stop_recovery"

    /// The links by which an owner takes an account back. Nothing that a thief can do kills them: not a new password, and not
    /// another change of address.
    package static let waysBack: [LinkPurpose] = [.notMe, .undoEmailChange, .stopRecovery]

    /// The links behind "this wasn't me".
    package static let reports: [LinkPurpose] = [.notMe, .undoEmailChange]

    /// How long the link counts.
    package var life: Duration {
        switch self {
        case .verifyEmail: return .hours(24)
        case .resetPassword: return .minutes(10)
        case .unlock: return .hours(1)
        case .notMe, .undoEmailChange, .stopRecovery: return .days(7)
        }
    }

    /// The path that the link leads to.
    package var path: String {
        switch self {
        case .verifyEmail: return "/verify-email"
        case .resetPassword: return "/reset-password"
        case .unlock: return "/unlock"
        case .notMe, .undoEmailChange: return "/not-me"
        case .stopRecovery: return "/stop-recovery"
        }
    }
}

/// A link that was used, or could be.
package struct MailedLink: Sendable, Hashable {
    package let purpose: LinkPurpose
    package let account: AccountID
    /// The address that it is about: the one to prove, or to go back to.
    package let address: String
    package let createdAt: Timestamp

    package init(purpose: LinkPurpose, account: AccountID, address: String, createdAt: Timestamp) {
        self.purpose = purpose
        self.account = account
        self.address = address
        self.createdAt = createdAt
    }
}
