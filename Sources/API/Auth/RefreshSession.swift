import Accounts
import Core
import Hummingbird
import Identity
import Sessions
import Web

extension AuthAPI {
    /// `POST /refresh`: exchanges the refresh token, from the body or the cookie, for its successor.
    ///
    /// A refusal takes the cookie out of the browser, except one that a retry may still mend.
    @Sendable func refresh(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let inBody = fields.optionalString("refreshToken", upTo: 200)
        try fields.finish()
        let presented = try inBody.map { [$0] } ?? call.refreshCookies()
        guard !presented.isEmpty else { throw Problem(.refreshTokenMissing) }
        let outcome = try await gate.refresh.exchange(
            oneOf: presented, idempotencyKey: try call.idempotencyKey(), from: call.source)
        switch outcome {
        case .granted(let grant):
            call.context.record.userID = grant.account.id
            return signedIn(grant, by: inBody == nil ? .cookie : .body)
        case .refused(let refusal):
            let code = ProblemCode(refusal)
            call.context.record.problem = code.rawValue
            var response = Problem(code).response
            if inBody == nil { response.setCookie(cookies.clearedRefresh) }
            return response
        }
    }
}

extension ProblemCode {
    /// The code for a refusal of a refresh.
    init(_ refusal: RefreshRefusal) {
        switch refusal {
        case .invalid: self = .refreshTokenInvalid
        case .tokenExpired: self = .refreshTokenExpired
        case .reused: self = .refreshTokenReused
        case .sessionRevoked: self = .sessionRevoked
        case .sessionExpired: self = .sessionExpired
        }
    }
}
