import Core
import Hummingbird
import Identity
import Web

extension AuthAPI {
    /// `POST /forgot-password`: mails a link, if the address has an account. The answer does not tell.
    @Sendable func forgotPassword(_ call: Call) async throws -> Response {
        try await gate.passwordReset.request(try await Self.typedAddress(in: call), from: call.source)
        return Self.accepted
    }

    /// `POST /reset-password`: sets a new password with the token of a mailed link. It opens no session.
    @Sendable func resetPassword(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.string("token", upTo: 200)
        let new = fields.string("newPassword", upTo: 16_384)
        try fields.finish()
        switch try await gate.passwordReset.reset(token, to: new, from: call.source) {
        case .reset:
            var response = Response(status: .noContent)
            response.setCookie(cookies.clearedRefresh)
            return response
        case .linkInvalid: throw Problem.linkInvalid
        case .passwordRefused(let violations): throw passwordRefused(violations, field: "newPassword")
        }
    }

    /// `POST /verify-email`: proves an address with the token of a mailed link.
    @Sendable func verifyEmail(_ call: Call) async throws -> Response {
        switch try await gate.emailVerification.verify(try await Self.token(in: call), from: call.source) {
        case .verified(let account): return Response.json { json in json.object { $0.user(account) } }
        case .linkInvalid: throw Problem.linkInvalid
        }
    }

    /// `POST /resend-verification`: mails the link again, if there is something to prove. The answer does not tell.
    @Sendable func resendVerification(_ call: Call) async throws -> Response {
        try await gate.emailVerification.resend(try await Self.typedAddress(in: call), from: call.source)
        return Self.accepted
    }

    /// `POST /unlock`: lifts a lock of sign-in with the token of a mailed link.
    @Sendable func unlock(_ call: Call) async throws -> Response {
        guard try await gate.unlock.unlock(try await Self.token(in: call), from: call.source) else {
            throw Problem.linkInvalid
        }
        return Response(status: .noContent)
    }

    private static func typedAddress(in call: Call) async throws -> String {
        var fields = try await call.json()
        let typed = fields.string("email", upTo: 1000)
        try fields.finish()
        return typed
    }

    private static func token(in call: Call) async throws -> String {
        var fields = try await call.json()
        let token = fields.string("token", upTo: 200)
        try fields.finish()
        return token
    }
}
