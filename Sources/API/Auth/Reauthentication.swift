import Core
import Credentials
import Hummingbird
import Identity
import Web

extension AuthAPI {
    /// `POST /reauthenticate` `{password}`, `{method, code}` or `{method: "webauthn", credential}`: shows the password or a factor again, for the
    /// minutes of `REAUTH_WINDOW_MINUTES`. A code that was sent is none: it would have to be asked for first.
    @Sendable func reauthenticate(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        var fields = try await call.json()
        let method = fields.choice("method", FactorKind.self)
        let password = method == nil ? fields.string("password", upTo: 16_384) : ""
        let answer = method == nil ? nil : fields.factorAnswer(method)
        if method == .sms || method == .email {
            fields.refuse("method", "invalid_choice", "Use totp, recovery_code, webauthn, or the password.")
        }
        try fields.finish()
        let outcome: Reauthenticate.Outcome
        switch answer {
        case .code(let kind, let code):
            outcome = try await gate.reauthenticate.withCode(signedIn.scope, kind, code, from: call.source)
        case .passkey(let response):
            outcome = try await gate.reauthenticate.withPasskey(signedIn.scope, response, from: call.source)
        case nil:
            outcome = try await gate.reauthenticate.withPassword(
                signedIn.scope, password, deviceCookies: call.deviceCookies, from: call.source)
        }
        switch outcome {
        case .renewed(let grant):
            // The refresh token is unchanged, and only whoever had it in a cookie keeps it there.
            return Response.json { json in json.object { $0.signedIn(grant) } }
        case .invalidCredentials: throw Problem(.invalidCredentials)
        case .invalidCode: throw Problem(.invalidCode)
        case .locked(let until): throw locked(until: until)
        case .busy: throw busy
        case .sessionRevoked: throw Problem(.sessionRevoked)
        }
    }
}
