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
    /// Somebody was invited to make an account.
    case invitationCreated = "invitation_created"
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
        case .loginSuccess, .reauthenticated, .logout, .tokenRefresh, .registered, .invitationCreated: return .info
        case .loginFailed, .multipleFailedLogins, .lockoutAttemptWhileLocked, .rateLimited, .csrfRejected:
            return .warning
        case .accountLocked, .tokenTheftDetected: return .critical
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
        case .invitationCreated: return "user_invited"
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
        case .invitationCreated: return "Somebody was invited to make an account."
        case .rateLimited: return "A rate limit refused a request; written once a window and source."
        case .csrfRejected: return "A page of another origin tried to act with this browser's cookies."
        }
    }
}
