import Core
import Hummingbird
import Identity
import Web

extension AuthAPI {
    /// `PUT /password`: a new password, by somebody who knows the present one. Every other session ends.
    @Sendable func changePassword(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        var fields = try await call.json()
        let current = fields.string("currentPassword", upTo: 16_384)
        let new = fields.string("newPassword", upTo: 16_384)
        try fields.finish()
        let outcome = try await gate.changePassword.change(
            signedIn.scope, from: current, to: new, deviceCookies: call.deviceCookies, source: call.source)
        switch outcome {
        case .changed: return Response(status: .noContent)
        case .invalidCredentials: throw Problem(.invalidCredentials)
        case .locked(let until): throw locked(until: until)
        case .busy: throw busy
        case .passwordRefused(let violations): throw passwordRefused(violations, field: "newPassword")
        case .sessionRevoked: throw Problem(.sessionRevoked)
        }
    }

    /// `PUT /email`: mails a link to the new address; nothing changes before it is opened.
    @Sendable func changeEmail(_ steppedUp: SteppedUpCall) async throws -> Response {
        var fields = try await steppedUp.signedIn.call.json()
        let typed = fields.string("newEmail", upTo: 1000)
        let address = EmailAddress(typed)
        if address == nil, !typed.isEmpty {
            fields.refuse("newEmail", "invalid_email", "This must be an address such as name@example.com.")
        }
        try fields.finish()
        guard let address else { throw Problem(.invalidRequest) }
        switch try await gate.changeEmail.request(steppedUp.signedIn.scope, to: address, proof: steppedUp.proof) {
        case .mailed: return Self.accepted
        case .mailDisabled: throw Problem(.mailNotConfigured)
        case .sessionRevoked: throw Problem(.sessionRevoked)
        }
    }

    /// The answer of everything that may or may not lead to a mail: always the same.
    static var accepted: Response {
        Response.json(.accepted) { json in json.object { $0.member("status", "accepted") } }
    }
}
