import Core
import Guarding
import Hummingbird
package import Identity
import Sessions
package import Web

/// Second factors: `/v1/auth/mfa`.
package struct FactorsAPI: Sendable {
    let gate: Gate
    let auth: AuthAPI

    package init(gate: Gate, cookies: SignInCookies) {
        self.gate = gate
        auth = AuthAPI(gate: gate, cookies: cookies)
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route(.post, "/v1/auth/mfa", limit: .login, .anyone(answer)),
            Route(.get, "/v1/auth/mfa", limit: .api, .signedIn(overview)),
            Route(.post, "/v1/auth/mfa/enroll", limit: .login, .anyone(enroll)),
            Route(.post, "/v1/auth/mfa/enroll/confirm", limit: .login, .anyone(confirmEnrolment)),
            Route(.post, "/v1/auth/mfa/totp", limit: .api, .steppedUp(.accountSecurity, startTOTP)),
            Route(.post, "/v1/auth/mfa/totp/confirm", limit: .login, .signedIn(confirmTOTP)),
            Route(.delete, "/v1/auth/mfa/totp", limit: .api, .steppedUp(.accountSecurity, removeTOTP)),
            Route(.post, "/v1/auth/mfa/recovery-codes", limit: .api, .steppedUp(.accountSecurity, newRecoveryCodes)),
            Route(.post, "/v1/auth/mfa/sms", limit: .api, .steppedUp(.accountSecurity, startSMS)),
            Route(.post, "/v1/auth/mfa/sms/confirm", limit: .login, .signedIn(confirmSMS)),
            Route(.post, "/v1/auth/mfa/sms/send", limit: .login, .anyone(sendSMS)),
            Route(.delete, "/v1/auth/mfa/sms", limit: .api, .steppedUp(.accountSecurity, removeSMS)),
            Route(.get, "/v1/auth/mfa/remembered-devices", limit: .api, .signedIn(rememberedDevices)),
            Route(.delete, "/v1/auth/mfa/remembered-devices", limit: .api, .signedIn(forgetDevices)),
            Route(.delete, "/v1/auth/mfa/remembered-devices/{id}", limit: .api, .signedIn(forgetDevice)),
            Route(.delete, "/v1/auth/mfa/recovery", limit: .api, .signedIn(stopRecovery)),
        ]
    }

    /// The refusal as a problem.
    static func problem(_ refusal: FactorRefusal) -> Problem {
        switch refusal {
        case .disabled: return Problem(.mfaDisabled)
        case .exists: return Problem(.factorExists)
        case .notFound: return Problem(.notFound)
        case .invalidCode: return Problem(.invalidCode)
        case .secondFactorNeeded: return Problem(.secondFactorRequired)
        case .strongerFactorNeeded: return Problem(.strongerFactorRequired)
        case .smsDisabled: return Problem(.smsNotConfigured)
        case .tooMany(let wait): return Problem(.rateLimited, detail: RateLimit.Name.sms.message, retryAfter: wait)
        case .sessionRevoked: return Problem(.sessionRevoked)
        }
    }
}

extension JSONWriter {
    /// Writes the member `recoveryCodes`.
    mutating func recoveryCodes(_ codes: [String]) {
        key("recoveryCodes")
        array { list in codes.forEach { list.string($0) } }
    }
}
