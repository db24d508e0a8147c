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
            Route(.post, "/v1/auth/register", limit: .register, .anyone(register)),
            Route(.post, "/v1/auth/login", limit: .login, .anyone(logIn)),
            Route(.post, "/v1/auth/refresh", limit: .refresh, .anyone(refresh)),
            Route(.post, "/v1/auth/logout", limit: .api, .anyone(logOut)),
            Route(.post, "/v1/auth/logout-all", limit: .api, .signedIn(logOutEverywhere)),
            Route(.get, "/v1/auth/me", limit: .api, .signedIn(me)),
            Route(.get, "/v1/auth/verify", limit: nil, .signedIn(verify)),
            Route(.post, "/v1/auth/reauthenticate", limit: .login, .signedIn(reauthenticate)),
            Route(.get, "/v1/auth/sessions", limit: .api, .signedIn(sessions)),
            Route(.delete, "/v1/auth/sessions/{id}", limit: .api, .signedIn(endSession)),
            Route(.put, "/v1/auth/password", limit: .login, .signedIn(changePassword)),
            Route(.put, "/v1/auth/email", limit: .login, .steppedUp(.accountSecurity, changeEmail)),
            Route(.post, "/v1/auth/forgot-password", limit: .forgotPassword, .anyone(forgotPassword)),
            Route(.post, "/v1/auth/reset-password", limit: .login, .anyone(resetPassword)),
            Route(.post, "/v1/auth/verify-email", limit: .login, .anyone(verifyEmail)),
            Route(.post, "/v1/auth/resend-verification", limit: .forgotPassword, .anyone(resendVerification)),
            Route(.post, "/v1/auth/unlock", limit: .login, .anyone(unlock)),
            Route(.get, "/v1/auth/password-policy", limit: .api, .anyone(passwordPolicy)),
        ]
    }

    /// Where the caller wants the refresh token.
    enum TokenDelivery: String, CaseIterable {
        /// In a cookie that no script can read.
        case cookie
        /// In the answer: for programs that have no cookies.
        case body
    }

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
