import Core
import Hummingbird
import Identity
import Sessions
import Web

extension AuthAPI {
    /// `POST /logout`: ends this session. The access token or the refresh token tells which, so that somebody whose access token has
    /// run out can still sign out.
    @Sendable func logOut(_ call: Call) async throws -> Response {
        var fields = try await call.request.jsonObject(allowingEmpty: true)
        let inBody = fields.optionalString("refreshToken", upTo: 200)
        try fields.finish()
        let (session, user) = try await sessionToEnd(call, refreshToken: inBody)
        try await gate.signOut.end(session, of: user, from: call.source)
        return signedOut
    }

    /// `POST /logout-all`: ends every session of the caller.
    @Sendable func logOutEverywhere(_ signedIn: SignedInCall) async throws -> Response {
        try await gate.signOut.endAll(signedIn.scope, from: signedIn.call.source)
        return signedOut
    }

    private var signedOut: Response {
        var response = Response(status: .noContent)
        response.setCookie(cookies.clearedRefresh)
        return response
    }

    private func sessionToEnd(_ call: Call, refreshToken inBody: String?) async throws -> (SessionID, AccountID) {
        if let token = call.bearerToken, case .admitted(let claims) = gate.admit(accessToken: token) {
            return (claims.sessionID, claims.userID)
        }
        guard let token = try inBody ?? call.refreshCookie() else {
            throw Problem(call.bearerToken == nil ? .tokenMissing : .tokenInvalid)
        }
        guard let owner = try await gate.refresh.owner(of: token) else { throw Problem(.refreshTokenInvalid) }
        return owner
    }
}
