/// A way to prove who one is besides the password. The raw value is the `method` of the API.
package enum FactorKind: String, Sendable, CaseIterable {
    /// A code of an authenticator app.
    case totp
    /// One of the ten codes that were shown once.
    case recoveryCode = "recovery_code"
    /// A code that was sent to a phone.
    case sms
    /// A passkey or a hardware key.
    case webauthn
    /// A code that was mailed because a sign-in looked suspicious and there was nothing better.
    case email

    /// How the session says that it was used: `amr`, in the words of RFC 8176 where it has one.
    package var authenticationMethod: String {
        switch self {
        case .totp: return "otp"
        case .recoveryCode: return "recovery_code"
        case .sms: return "sms"
        case .webauthn: return "hwk"
        case .email: return "email"
        }
    }
}

/// The words of `amr` (RFC 8176) that the gate itself decides by.
package enum AuthenticationMethod {
    /// A password.
    package static let password = "pwd"
    /// Two different factors, or a passkey that verified its user: what `secondFactorNeeded` asks for.
    package static let multiFactor = "mfa"
}
