import Core

/// What else decides about a sign-in than the password.
package struct SignInPolicy: Sendable, Hashable {
    /// `REQUIRE_EMAIL_VERIFICATION`.
    package var requiresVerifiedEmail = false
    /// `PASSWORD_EXPIRY_DAYS`: how old a password may be; `nil` for any age, which is what NIST asks for.
    package var passwordLife: Duration?
    /// `MAX_SESSIONS_PER_USER`; 0 for any number.
    package var maximumSessions = 0
    /// `ENABLE_EMAIL_LOGIN_NOTIFICATIONS`.
    package var notifiesNewDevices = true

    /// The seed's values.
    package init() {}
}
