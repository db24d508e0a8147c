package import Accounts
package import Core
package import Credentials
package import SecurityEvents
package import Sessions
import Storage

/// Proves again that the person behind a session is its owner: the step up before a sensitive action.
package struct Reauthenticate: Sendable {
    private let currentPassword: CurrentPassword
    private let byCode: ReauthenticationByCode
    private let byPasskey: ReauthenticationByPasskey
    private let renewal: ReauthenticationRenewal

    init(
        currentPassword: CurrentPassword, byCode: ReauthenticationByCode, byPasskey: ReauthenticationByPasskey,
        renewal: ReauthenticationRenewal
    ) {
        self.currentPassword = currentPassword
        self.byCode = byCode
        self.byPasskey = byPasskey
        self.renewal = renewal
    }

    /// What became of it.
    package enum Outcome: Sendable {
        /// `auth_time` is now; the refresh token stays the present one.
        case renewed(SessionGrant)
        case invalidCredentials
        /// The code is not the right one.
        case invalidCode
        case locked(until: Timestamp)
        case busy
        /// The session ended meanwhile.
        case sessionRevoked
    }

    /// Checks the password of the person behind `scope`. Throws ``HashingPool/Full``.
    package func withPassword(
        _ scope: Scope, _ password: String, deviceCookies: [String], from source: RequestSource
    ) async throws -> Outcome {
        switch try await currentPassword.check(
            scope, password, deviceCookies: deviceCookies, step: "reauthentication", from: source)
        {
        case .right: return try await renewal.renew(scope, by: .password, from: source)
        case .wrong: return .invalidCredentials
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .sessionRevoked: return .sessionRevoked
        }
    }

    /// Checks a code of the person behind `scope`: of an authenticator app, or a recovery code.
    package func withCode(
        _ scope: Scope, _ kind: FactorKind, _ code: String, from source: RequestSource
    ) async throws -> Outcome {
        if let refusal = try await byCode.refusal(scope, kind, code, from: source) { return refusal }
        return try await renewal.renew(scope, by: .factor(kind, method: kind.authenticationMethod), from: source)
    }

    /// Checks a passkey of the person behind `scope`.
    package func withPasskey(
        _ scope: Scope, _ response: AssertionResponse, from source: RequestSource
    ) async throws -> Outcome {
        switch try await byPasskey.check(scope, response, from: source) {
        case .refused(let refusal): return refusal
        case .right(let method):
            return try await renewal.renew(scope, by: .factor(.webauthn, method: method), from: source)
        }
    }
}
