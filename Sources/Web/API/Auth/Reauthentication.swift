import Core
import Hummingbird
import Identity

extension AuthAPI {
    /// `POST /reauthenticate`: shows the password again, for the minutes of `REAUTH_WINDOW_MINUTES`.
    @Sendable func reauthenticate(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        var fields = try await call.request.jsonObject()
        let password = fields.string("password", upTo: 16_384)
        try fields.finish()
        let outcome = try await gate.reauthenticate.withPassword(
            signedIn.scope, password, deviceCookie: call.deviceCookie, from: call.source)
        switch outcome {
        case .renewed(let grant):
            // The refresh token is unchanged, and only whoever had it in a cookie keeps it there.
            return Response.json { json in json.object { $0.signedIn(grant) } }
        case .invalidCredentials: throw Problem(.invalidCredentials)
        case .locked(let until): throw locked(until: until)
        case .busy: throw busy
        case .sessionRevoked: throw Problem(.sessionRevoked)
        }
    }
}
