import Accounts
import Core
import Credentials
import Guarding
import Hummingbird
package import Identity
import Sessions
package import Web

/// Passkeys and hardware keys: `/v1/auth/passkeys`.
package struct PasskeysAPI: Sendable {
    let gate: Gate
    let auth: AuthAPI

    package init(gate: Gate, cookies: SignInCookies) {
        self.gate = gate
        auth = AuthAPI(gate: gate, cookies: cookies)
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listPasskeys", .get, "/v1/auth/passkeys", limit: .api, .signedIn(list))
                .answers(.json(.passkeys)),
            Route(
                "registerPasskey", .post, "/v1/auth/passkeys", limit: .api, .steppedUp(.accountSecurity, register)
            )
            .reads(.required("credential", .foreign), .optional("name", .text))
            .answers(.json(.registeredPasskey, .created))
            .refuses(.passkeyRejected, .challengeInvalid, .passkeyNotAllowed, .passkeysDisabled, .mfaDisabled),
            Route(
                "passkeyRegistrationOptions", .post, "/v1/auth/passkeys/registration-options", limit: .api,
                .steppedUp(.accountSecurity, registrationOptions)
            )
            .reads(orNothing: true)
            .answers(.media("application/json"))
            .refuses(.passkeysDisabled, .passkeyNotAllowed, .mfaDisabled),
            Route("renamePasskey", .patch, "/v1/auth/passkeys/{id}", limit: .api, .signedIn(rename))
                .reads(.required("name", .text))
                .answers(.json(.passkey)),
            Route(
                "removePasskey", .delete, "/v1/auth/passkeys/{id}", limit: .api, .steppedUp(.accountSecurity, remove)
            )
            .answers(.noContent)
            .refuses(.mfaDisabled),
            Route(
                "passkeyAuthenticationOptions", .post, "/v1/auth/passkeys/authentication-options", limit: .login,
                .anyone(authenticationOptions)
            )
            .reads(.optional("challengeToken", .text), .optional("stepUp", .flag), orNothing: true)
            .answers(.media("application/json"))
            .refuses(.challengeInvalid, .passkeysDisabled, .tokenMissing, .tokenInvalid, .notFound, .sessionRevoked),
            Route(
                "signInWithPasskey", .post, "/v1/auth/passkeys/authentication", limit: .login, .anyone(authenticate)
            )
            .reads(.required("credential", .foreign), AuthAPI.tokenDelivery)
            .answers(.json(.signedIn))
            .refuses(
                .passkeyUnknown, .invalidCredentials, .accountDisabled, .emailNotVerified, .passkeysDisabled),
        ]
    }

    /// `POST /passkeys/registration-options`: what to ask the browser for.
    @Sendable private func registrationOptions(_ steppedUp: SteppedUpCall) async throws -> Response {
        try await steppedUp.signedIn.call.noFields()
        return try Self.response(
            try await gate.passkeyOptions.registration(steppedUp.signedIn.scope, steppedUp.proof))
    }

    /// `POST /passkeys` `{credential, name?}`: takes up what the browser has made.
    @Sendable private func register(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        var fields = try await signedIn.call.json()
        let registration = fields.registration("credential")
        let name = fields.passkeyName(required: false) ?? "Passkey"
        try fields.finish()
        guard let registration else { throw Problem(.invalidRequest) }
        let outcome = try await gate.registerPasskey.register(
            signedIn.scope, registration, name: name, steppedUp.proof, from: signedIn.call.source)
        switch outcome {
        case .registered(let passkey, let codes):
            return Response.json(.created, headers: [.location: "/v1/auth/passkeys/\(passkey.id)"]) { json in
                json.object { object in
                    object.key("passkey")
                    object.passkey(passkey)
                    if !codes.isEmpty { object.recoveryCodes(codes) }
                }
            }
        case .rejected(let failure):
            throw Problem(
                .passkeyRejected,
                errors: [
                    .init(field: "credential", code: failure.rawValue, message: "The browser's answer does not fit.")
                ])
        case .challengeInvalid: throw Problem(.challengeInvalid)
        case .notAllowed: throw Problem(.passkeyNotAllowed)
        case .disabled: throw Problem(.passkeysDisabled)
        case .refused(let refusal): throw FactorsAPI.problem(refusal)
        }
    }

    /// `GET /passkeys`: with `signal`, what a page tells the browser so that it offers no passkey that is gone (WebAuthn Level 3 §5.1.10).
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let (account, passkeys) = try await gate.passkeys.list(signedIn.scope)
        guard let account else { throw Problem(.sessionRevoked) }
        return Response.json(capacity: 512 * passkeys.count + 512) { json in
            json.object { object in
                object.key("passkeys")
                object.array { list in passkeys.forEach { list.passkey($0) } }
                object.key("signal")
                object.object { signal in
                    signal.member("rpId", gate.passkeys.relyingPartyID)
                    signal.member("userId", Base64URL.encode(account.id.bytes))
                    signal.member("name", account.email.shown)
                    signal.member("displayName", "\(account.firstName) \(account.lastName)")
                    signal.key("allAcceptedCredentialIds")
                    signal.array { list in passkeys.forEach { list.string(Base64URL.encode($0.credentialID)) } }
                }
            }
        }
    }

    /// `PATCH /passkeys/{id}` `{name}`.
    @Sendable private func rename(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(PasskeyID.self)
        var fields = try await signedIn.call.json()
        let name = fields.passkeyName(required: true)
        try fields.finish()
        guard let name else { throw Problem(.invalidRequest) }
        guard let passkey = try await gate.passkeys.rename(id, signedIn.scope, to: name) else {
            throw Problem(.notFound)
        }
        return Response.json { json in json.passkey(passkey) }
    }

    /// `DELETE /passkeys/{id}`.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        let id = try signedIn.call.identifier(PasskeyID.self)
        let refusal = try await gate.passkeys.remove(
            id, signedIn.scope, steppedUp.proof, from: signedIn.call.source)
        if let refusal { throw FactorsAPI.problem(refusal) }
        return Response(status: .noContent)
    }

    static func response(_ outcome: PasskeyOptions.Outcome) throws -> Response {
        switch outcome {
        case .options(let json):
            return Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: .init(bytes: json)))
        case .disabled: throw Problem(.passkeysDisabled)
        case .challengeInvalid: throw Problem(.challengeInvalid)
        case .refused(let refusal): throw FactorsAPI.problem(refusal)
        }
    }
}

extension JSONWriter {
    /// Writes a passkey as its owner sees it.
    mutating func passkey(_ passkey: Passkey) {
        object { object in
            object.member("id", passkey.id)
            object.member("name", passkey.name)
            object.member("kind", passkey.attachment.rawValue)
            object.member("credentialId", Base64URL.encode(passkey.credentialID))
            object.member("backedUp", passkey.isBackedUp)
            object.member("createdAt", passkey.createdAt)
            object.member("lastUsedAt", passkey.lastUsedAt)
        }
    }
}
