import Core
import Credentials
import FoundationEssentials
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
import Sessions
package import Web

/// Sign-in, sessions and the person behind them: `/v1/auth`.
package struct AuthAPI: Sendable {
    let gate: Gate
    let cookies: SignInCookies

    package init(gate: Gate, cookies: SignInCookies) {
        self.gate = gate
        self.cookies = cookies
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("register", .post, "/v1/auth/register", limit: .register, .anyone(register))
                .reads(
                    .required("email", .text), .required("password", .text), .required("firstName", .text),
                    .required("lastName", .text), .optional("inviteToken", .text)
                )
                .answers(.json(.account, .created), .json(.status, .accepted))
                .refuses(.passwordPolicy, .registrationClosed, .emailTaken),
            Route("logIn", .post, "/v1/auth/login", limit: .login, .anyone(logIn))
                .reads(.required("email", .text), .required("password", .text), Self.tokenDelivery)
                .answers(.json(.signedIn), .json(.challenge))
                .refuses(
                    .invalidCredentials, .accountLocked, .emailNotVerified, .accountDisabled, .passwordExpired),
            Route("refresh", .post, "/v1/auth/refresh", limit: .refresh, .anyone(refresh))
                .reads(.optional("refreshToken", .text), orNothing: true)
                .answers(.json(.signedIn))
                .refuses(
                    .refreshTokenMissing, .refreshTokenInvalid, .refreshTokenExpired, .refreshTokenReused,
                    .sessionRevoked, .sessionExpired),
            Route("logOut", .post, "/v1/auth/logout", limit: .api, .anyone(logOut))
                .reads(.optional("refreshToken", .text), orNothing: true)
                .answers(.noContent)
                .refuses(.tokenMissing, .tokenInvalid, .refreshTokenInvalid),
            Route("logOutEverywhere", .post, "/v1/auth/logout-all", limit: .api, .signedIn(logOutEverywhere))
                .answers(.noContent),
            Route("me", .get, "/v1/auth/me", limit: .api, .signedIn(me))
                .answers(.json(.me)),
            Route("verify", .get, "/v1/auth/verify", limit: nil, .signedIn(verify))
                .answers(.noContent),
            Route("reauthenticate", .post, "/v1/auth/reauthenticate", limit: .login, .signedIn(reauthenticate))
                .reads(
                    .optional("password", .text), .optional("method", .choice(FactorKind.self)),
                    .optional("code", .text), .optional("credential", .foreign)
                )
                .answers(.json(.signedIn))
                .refuses(.invalidCredentials, .invalidCode, .accountLocked),
            Route("listSessions", .get, "/v1/auth/sessions", limit: .api, .signedIn(sessions))
                .answers(.json(.sessions)),
            Route("endSession", .delete, "/v1/auth/sessions/{id}", limit: .api, .signedIn(endSession))
                .answers(.noContent),
            Route("changePassword", .put, "/v1/auth/password", limit: .login, .signedIn(changePassword))
                .reads(.required("currentPassword", .text), .required("newPassword", .text))
                .answers(.noContent)
                .refuses(.invalidCredentials, .accountLocked, .passwordPolicy),
            Route("changeEmail", .put, "/v1/auth/email", limit: .login, .steppedUp(.accountSecurity, changeEmail))
                .reads(.required("newEmail", .text))
                .answers(.json(.status, .accepted))
                .refuses(.mailNotConfigured),
            Route("forgotPassword", .post, "/v1/auth/forgot-password", limit: .forgotPassword, .anyone(forgotPassword))
                .reads(.required("email", .text))
                .answers(.json(.status, .accepted)),
            Route("resetPassword", .post, "/v1/auth/reset-password", limit: .login, .anyone(resetPassword))
                .reads(.required("token", .text), .required("newPassword", .text))
                .answers(.noContent)
                .refuses(.tokenInvalid, .passwordPolicy),
            Route("verifyEmail", .post, "/v1/auth/verify-email", limit: .login, .anyone(verifyEmail))
                .reads(.required("token", .text))
                .answers(.json(.account))
                .refuses(.tokenInvalid),
            Route(
                "resendVerification", .post, "/v1/auth/resend-verification", limit: .forgotPassword,
                .anyone(resendVerification)
            )
            .reads(.required("email", .text))
            .answers(.json(.status, .accepted)),
            Route("unlock", .post, "/v1/auth/unlock", limit: .login, .anyone(unlock))
                .reads(.required("token", .text))
                .answers(.noContent)
                .refuses(.tokenInvalid),
            Route("passwordPolicy", .get, "/v1/auth/password-policy", limit: .api, .anyone(passwordPolicy))
                .answers(.json(.passwordPolicy)),
        ]
    }

    /// Where the caller wants the refresh token.
    enum TokenDelivery: String, CaseIterable {
        /// In a cookie that no script can read.
        case cookie
        /// In the answer: for programs that have no cookies.
        case body
    }

    /// The member `tokenDelivery` of whatever signs in.
    static let tokenDelivery = RouteField.optional("tokenDelivery", .choice(TokenDelivery.self))

    /// The answer *signed in*.
    func signedIn(
        _ grant: SessionGrant, by delivery: TokenDelivery, deviceCookie: String? = nil,
        rememberedDevice: String? = nil, recoveryCodes: [String]? = nil
    ) -> Response {
        var response = Response.json { json in
            json.object { object in
                object.signedIn(grant)
                if delivery == .body { object.member("refreshToken", grant.refreshToken) }
                if let enrolBy = grant.enrolBy { object.member("mfaEnrollmentDeadline", enrolBy) }
                if let recoveryCodes { object.recoveryCodes(recoveryCodes) }
            }
        }
        if delivery == .cookie {
            // Not the idle limit: activity moves that one on, and the cookie would not know.
            let life = min(grant.session.absoluteExpiry, grant.session.refreshExpiry) - gate.world.now()
            response.setCookie(cookies.refresh(grant.refreshToken, life: life))
        }
        if let deviceCookie { response.setCookie(cookies.device(deviceCookie)) }
        if let rememberedDevice {
            response.setCookie(cookies.remembered(rememberedDevice, life: gate.mfa.remembersFor))
        }
        return response
    }

    /// The answer to an attempt that was not looked at.
    func locked(until moment: Timestamp) -> Problem {
        Problem(.accountLocked, retryAfter: moment - gate.world.now())
    }

    /// The answer while as many attempts for one address are checked as may be.
    var busy: Problem {
        Problem(.rateLimited, detail: "Other attempts for this address are being checked.", retryAfter: .seconds(1))
    }
}
