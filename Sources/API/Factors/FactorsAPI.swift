import Core
import Credentials
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
            Route("answerSecondFactor", .post, "/v1/auth/mfa", limit: .login, .anyone(answer))
                .reads(
                    .required("challengeToken", .text), .required("method", .choice(FactorKind.self)),
                    .optional("code", .text), .optional("credential", .foreign), .optional("rememberDevice", .flag),
                    AuthAPI.tokenDelivery
                )
                .answers(.json(.signedIn), .json(.challenge))
                .refuses(.invalidCode, .challengeInvalid, .accountLocked),
            Route("secondFactors", .get, "/v1/auth/mfa", limit: .api, .signedIn(overview))
                .answers(.json(.secondFactors)),
            Route("enroll", .post, "/v1/auth/mfa/enroll", limit: .login, .anyone(enroll))
                .reads(.required("challengeToken", .text))
                .answers(.json(.totpInvitation, .created))
                .refuses(.challengeInvalid),
            Route("confirmEnrolment", .post, "/v1/auth/mfa/enroll/confirm", limit: .login, .anyone(confirmEnrolment))
                .reads(.required("challengeToken", .text), .required("code", .text), AuthAPI.tokenDelivery)
                .answers(.json(.signedIn))
                .refuses(.invalidCode, .challengeInvalid),
            Route("startTOTP", .post, "/v1/auth/mfa/totp", limit: .api, .steppedUp(.accountSecurity, startTOTP))
                .reads(orNothing: true)
                .answers(.json(.totpInvitation, .created))
                .refuses(.mfaDisabled, .factorExists),
            Route("confirmTOTP", .post, "/v1/auth/mfa/totp/confirm", limit: .login, .signedIn(confirmTOTP))
                .reads(.required("code", .text))
                .answers(.json(.recoveryCodes))
                .refuses(.mfaDisabled, .factorExists, .invalidCode, .notFound),
            Route("removeTOTP", .delete, "/v1/auth/mfa/totp", limit: .api, .steppedUp(.accountSecurity, removeTOTP))
                .answers(.noContent)
                .refuses(.notFound, .mfaDisabled),
            Route(
                "newRecoveryCodes", .post, "/v1/auth/mfa/recovery-codes", limit: .api,
                .steppedUp(.accountSecurity, newRecoveryCodes)
            )
            .reads(orNothing: true)
            .answers(.json(.recoveryCodes))
            .refuses(.mfaDisabled, .notFound),
            Route("startSMS", .post, "/v1/auth/mfa/sms", limit: .api, .steppedUp(.accountSecurity, startSMS))
                .reads(.required("phone", .text))
                .answers(.json(.status, .accepted))
                .refuses(.mfaDisabled, .smsNotConfigured, .factorExists, .strongerFactorRequired),
            Route("confirmSMS", .post, "/v1/auth/mfa/sms/confirm", limit: .login, .signedIn(confirmSMS))
                .reads(.required("code", .text))
                .answers(.json(.smsConfirmed))
                .refuses(
                    .mfaDisabled, .smsNotConfigured, .factorExists, .strongerFactorRequired, .invalidCode, .notFound),
            Route("sendSMS", .post, "/v1/auth/mfa/sms/send", limit: .login, .anyone(sendSMS))
                .reads(.required("challengeToken", .text))
                .answers(.json(.status, .accepted))
                .refuses(.challengeInvalid, .mfaDisabled, .smsNotConfigured, .notFound),
            Route("removeSMS", .delete, "/v1/auth/mfa/sms", limit: .api, .steppedUp(.accountSecurity, removeSMS))
                .answers(.noContent)
                .refuses(.notFound, .mfaDisabled),
            Route(
                "listRememberedDevices", .get, "/v1/auth/mfa/remembered-devices", limit: .api,
                .signedIn(rememberedDevices)
            )
            .answers(.json(.all(.rememberedDevice))),
            Route("forgetDevices", .delete, "/v1/auth/mfa/remembered-devices", limit: .api, .signedIn(forgetDevices))
                .answers(.noContent),
            Route("forgetDevice", .delete, "/v1/auth/mfa/remembered-devices/{id}", limit: .api, .signedIn(forgetDevice))
                .answers(.noContent),
            Route("stopRecovery", .delete, "/v1/auth/mfa/recovery", limit: .api, .signedIn(stopRecovery))
                .answers(.noContent)
                .refuses(.notFound),
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
