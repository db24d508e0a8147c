import Accounts
import Core
import Credentials
import Hummingbird
import Identity
import Sessions
import Web

extension PasskeysAPI {
    /// `POST /passkeys/authentication-options`: without anything, to sign in with a passkey alone; with `challengeToken`, for the second step; with
    /// `stepUp` and an access token, for a step-up.
    @Sendable func authenticationOptions(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.optionalString("challengeToken", upTo: 200)
        let isStepUp = fields.optionalBool("stepUp") ?? false
        try fields.finish()
        if let token { return try Self.response(try await gate.passkeyOptions.secondFactor(token)) }
        guard isStepUp else { return try Self.response(gate.passkeyOptions.signIn()) }
        guard let accessToken = call.bearerToken else { throw Problem(.tokenMissing) }
        guard case .admitted(let claims) = gate.admit(accessToken: accessToken) else { throw Problem(.tokenInvalid) }
        return try Self.response(try await gate.passkeyOptions.stepUp(claims.scope))
    }

    /// `POST /passkeys/authentication` `{credential}`: signs in with a passkey alone.
    @Sendable func authenticate(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let assertion = fields.assertion("credential")
        let delivery = fields.choice("tokenDelivery", AuthAPI.TokenDelivery.self) ?? .cookie
        try fields.finish()
        guard let assertion else { throw Problem(.invalidRequest) }
        let outcome = try await gate.passkeySignIn.signIn(
            assertion, deviceCookies: call.deviceCookies, from: call.source)
        switch outcome {
        case .signedIn(let grant, let deviceCookie):
            call.context.record.userID = grant.account.id
            return auth.signedIn(grant, by: delivery, deviceCookie: deviceCookie)
        case .unknownCredential: throw Problem(.passkeyUnknown, members: unknown(assertion))
        case .invalidCredentials: throw Problem(.invalidCredentials)
        case .disabled: throw Problem(.accountDisabled)
        case .emailNotVerified: throw Problem(.emailNotVerified)
        case .notEnabled: throw Problem(.passkeysDisabled)
        }
    }

    /// What a page hands to `PublicKeyCredential.signalUnknownCredential`.
    private func unknown(_ assertion: AssertionResponse) -> [(name: String, json: String)] {
        // Both are written in an alphabet that needs no escaping.
        [
            ("rpId", "\"\(gate.passkeys.relyingPartyID)\""),
            ("credentialId", "\"\(Base64URL.encode(assertion.credentialID))\""),
        ]
    }
}
