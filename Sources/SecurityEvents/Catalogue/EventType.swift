/// Everything that the security log can tell. The list is closed: an event that is not here cannot be written.
///
/// The raw value is the `type` of the API and of the table; a name is never reused for something else.
package enum EventType: String, Sendable, CaseIterable {
    /// A session was opened.
    case loginSuccess = "login_success"
    /// Credentials were refused. The reason is in the detail; whoever tried was not told it.
    case loginFailed = "login_failed"
    /// Three or more refused sign-ins for one address within five minutes.
    case multipleFailedLogins = "multiple_failed_logins"
    /// The failures reached `MAX_LOGIN_ATTEMPTS`: the address, or the known device, is locked.
    case accountLocked = "account_locked"
    /// A sign-in was tried while locked; it was refused unread and lengthened nothing.
    case lockoutAttemptWhileLocked = "lockout_attempt_while_locked"
    /// The password was shown again for a sensitive action.
    case reauthenticated = "reauthenticated"
    /// A person ended a session, or all of theirs.
    case logout = "logout"
    /// A refresh token was exchanged.
    case tokenRefresh = "token_refresh"
    /// A refresh token of a past generation was presented: it was copied, or its owner's client lost count.
    case tokenTheftDetected = "token_theft_detected"
    /// An account was made.
    case registered
    /// Somebody tried to register with an address that has an account; the mail to its owner says so.
    case registrationForKnownAddress = "registration_for_known_address"
    /// Somebody was invited to make an account.
    case invitationCreated = "invitation_created"
    /// A session was opened from a browser that was not seen before.
    case newDeviceLogin = "new_device_login"
    /// A session was ended before its time by its owner from elsewhere, by an owner or admin, or by a rule.
    case sessionRevoked = "session_revoked"
    /// The password was changed by its owner.
    case passwordChanged = "password_changed"
    /// A link to choose a new password was asked for.
    case passwordResetRequested = "password_reset_requested"
    /// The password was replaced through a mailed link.
    case passwordReset = "password_reset"
    /// A new password could not be checked for known breaches, and was accepted.
    case breachCheckUnavailable = "breach_check_unavailable"
    /// A person proved that an address is theirs.
    case emailVerified = "email_verified"
    /// The address of an account was changed.
    case emailChanged = "email_changed"
    /// A lock of sign-in was lifted before its time.
    case accountUnlocked = "account_unlocked"
    /// A person said that a notice was not about their own doing; all of their sessions were ended.
    case notMeReported = "not_me_reported"
    /// The role of an account was changed.
    case roleChanged = "role_changed"
    /// An account was switched off.
    case accountDisabled = "account_disabled"
    /// An account was switched on again.
    case accountEnabled = "account_enabled"
    /// An invitation was taken back.
    case invitationRevoked = "invitation_revoked"
    /// Clients were exported.
    case dataExported = "data_export"
    /// The clients of somebody who left were handed to a colleague.
    case clientsHandedOver = "clients_handed_over"
    /// A rate limit refused a request; written once a window and source.
    case rateLimited = "rate_limited"
    /// A page of another origin tried to act with this browser's cookies.
    case csrfRejected = "csrf_rejected"
}

/// How loud an event is.
package enum EventSeverity: String, Sendable, CaseIterable {
    /// The ordinary course of a day.
    case info
    /// Worth a look when there are many.
    case warning
    /// Worth waking somebody.
    case critical
}

extension EventType {
    /// How loud the event is.
    package var severity: EventSeverity {
        switch self {
        case .loginSuccess, .reauthenticated, .logout, .tokenRefresh, .registered, .invitationCreated, .sessionRevoked,
            .passwordChanged, .passwordResetRequested, .emailVerified, .accountUnlocked, .invitationRevoked:
            return .info
        case .loginFailed, .registrationForKnownAddress, .multipleFailedLogins, .lockoutAttemptWhileLocked,
            .rateLimited, .csrfRejected,
            .newDeviceLogin, .passwordReset, .breachCheckUnavailable, .emailChanged, .roleChanged, .accountDisabled,
            .accountEnabled, .dataExported, .clientsHandedOver:
            return .warning
        case .accountLocked, .tokenTheftDetected, .notMeReported: return .critical
        }
    }

    /// The event's name in the OWASP Logging Vocabulary, for a reader that collects from many products.
    package var owaspName: String {
        switch self {
        case .loginSuccess: return "authn_login_success"
        case .loginFailed: return "authn_login_fail"
        case .multipleFailedLogins: return "authn_login_fail_max"
        case .accountLocked, .lockoutAttemptWhileLocked: return "authn_login_lock"
        case .reauthenticated: return "authn_login_success"
        case .logout: return "session_expired"
        case .tokenRefresh: return "session_renewed"
        case .tokenTheftDetected: return "authn_token_reuse"
        case .registered: return "user_created"
        case .registrationForKnownAddress: return "user_created"
        case .invitationCreated: return "user_invited"
        case .newDeviceLogin: return "authn_login_success"
        case .sessionRevoked: return "session_expired"
        case .passwordChanged: return "authn_password_change"
        case .passwordResetRequested: return "authn_password_change"
        case .passwordReset: return "authn_password_change"
        case .breachCheckUnavailable: return "sys_monitor_disabled"
        case .emailVerified: return "user_updated"
        case .emailChanged: return "user_updated"
        case .accountUnlocked: return "authn_login_lock"
        case .notMeReported: return "malicious_account"
        case .roleChanged: return "authz_change"
        case .accountDisabled: return "user_updated"
        case .accountEnabled: return "user_updated"
        case .invitationRevoked: return "user_updated"
        case .dataExported: return "sensitive_read"
        case .clientsHandedOver: return "user_updated"
        case .rateLimited: return "excess_rate_limit_exceeded"
        case .csrfRejected: return "malicious_csrf"
        }
    }

    /// What the event tells, in a sentence, for the documentation and the reader of an alert.
    package var summary: String {
        switch self {
        case .loginSuccess: return "A session was opened."
        case .loginFailed: return "A sign-in was refused; the reason is in the detail and was not shown."
        case .multipleFailedLogins: return "Three or more sign-ins for one address were refused within five minutes."
        case .accountLocked: return "Too many refused sign-ins: the address, or the known device, is locked."
        case .lockoutAttemptWhileLocked: return "A sign-in was tried while locked."
        case .reauthenticated: return "The password was shown again for a sensitive action."
        case .logout: return "A person ended a session, or all of theirs."
        case .tokenRefresh: return "A refresh token was exchanged."
        case .tokenTheftDetected: return "A refresh token that was already exchanged was presented again."
        case .registered: return "An account was made."
        case .registrationForKnownAddress:
            return "Somebody tried to register with an address that has an account."
        case .invitationCreated: return "Somebody was invited to make an account."
        case .newDeviceLogin:
            return "A session was opened from a browser that was not seen before."
        case .sessionRevoked:
            return
                "A session was ended before its time by its owner from elsewhere, by an owner or admin, or by a rule."
        case .passwordChanged:
            return "The password was changed by its owner."
        case .passwordResetRequested:
            return "A link to choose a new password was asked for."
        case .passwordReset:
            return "The password was replaced through a mailed link."
        case .breachCheckUnavailable:
            return "A new password could not be checked for known breaches, and was accepted."
        case .emailVerified:
            return "A person proved that an address is theirs."
        case .emailChanged:
            return "The address of an account was changed."
        case .accountUnlocked:
            return "A lock of sign-in was lifted before its time."
        case .notMeReported:
            return "A person said that a notice was not about their own doing; all of their sessions were ended."
        case .roleChanged:
            return "The role of an account was changed."
        case .accountDisabled:
            return "An account was switched off."
        case .accountEnabled:
            return "An account was switched on again."
        case .invitationRevoked:
            return "An invitation was taken back."
        case .dataExported:
            return "Clients were exported."
        case .clientsHandedOver:
            return "The clients of somebody who left were handed to a colleague."
        case .rateLimited: return "A rate limit refused a request; written once a window and source."
        case .csrfRejected: return "A page of another origin tried to act with this browser's cookies."
        }
    }
}
