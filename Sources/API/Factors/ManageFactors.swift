import Accounts
import Core
import Credentials
import Guarding
import Hummingbird
import Identity
import SecurityEvents
import Web

extension FactorsAPI {
    /// `GET /mfa`: the factors of the caller.
    @Sendable func overview(_ signedIn: SignedInCall) async throws -> Response {
        let overview = try await gate.factors.overview(signedIn.scope)
        return Response.json(capacity: 1024) { json in
            json.object { object in
                object.key("totp")
                object.object { totp in
                    totp.member("enabled", overview.totpConfirmedAt != nil)
                    totp.member("confirmedAt", overview.totpConfirmedAt)
                }
                object.key("sms")
                object.object { sms in
                    sms.member("enabled", overview.phone != nil)
                    sms.member("phone", overview.phone?.masked)
                    sms.member("confirmedAt", overview.phone?.confirmedAt)
                }
                object.member("recoveryCodesLeft", Int64(overview.recoveryCodesLeft))
                object.key("passkeys")
                object.array { list in overview.passkeys.forEach { list.passkey($0) } }
                object.member("available", gate.mfa.isEnabled)
                object.member("required", overview.isRequired)
                object.member("recoveryDueAt", overview.recoveryDueAt)
            }
        }
    }

    /// `POST /mfa/totp`: a secret for an authenticator app; not active until confirmed.
    @Sendable func startTOTP(_ steppedUp: SteppedUpCall) async throws -> Response {
        try await steppedUp.signedIn.call.noFields()
        switch try await gate.totp.start(steppedUp.signedIn.scope, steppedUp.proof) {
        case .started(let invitation): return .totpInvitation(invitation)
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }

    /// `POST /mfa/totp/confirm` `{code}`.
    @Sendable func confirmTOTP(_ signedIn: SignedInCall) async throws -> Response {
        let code = try await signedIn.call.code()
        switch try await gate.totp.confirm(signedIn.scope, code: code, from: signedIn.call.source) {
        case .confirmed(let codes): return Response.json { json in json.object { $0.recoveryCodes(codes) } }
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }

    /// `DELETE /mfa/totp`.
    @Sendable func removeTOTP(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        if let refusal = try await gate.factorRemoval.totp(signedIn.scope, steppedUp.proof, from: signedIn.call.source)
        {
            throw Self.problem(refusal)
        }
        return Response(status: .noContent)
    }

    /// `POST /mfa/recovery-codes`: ten new ones; those before are dead.
    @Sendable func newRecoveryCodes(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        try await signedIn.call.noFields()
        switch try await gate.recoveryCodes.regenerate(signedIn.scope, steppedUp.proof, from: signedIn.call.source) {
        case .made(let codes): return Response.json { json in json.object { $0.recoveryCodes(codes) } }
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }

    /// `POST /mfa/sms` `{phone}`: sends a code to the number.
    @Sendable func startSMS(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        var fields = try await signedIn.call.json()
        let typed = fields.string("phone", upTo: 64)
        let number = PhoneNumber(typed)
        if number == nil, !typed.isEmpty {
            fields.refuse(
                "phone", "invalid_phone", "This must be a number with its country code, such as +1 212 555 0100.")
        }
        try fields.finish()
        guard let number else { throw Problem(.invalidRequest) }
        let outcome = try await gate.phones.start(
            signedIn.scope, number, steppedUp.proof, from: signedIn.call.source)
        switch outcome {
        case .codeSent: return .status("code_sent")
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }

    /// `POST /mfa/sms/confirm` `{code}`.
    @Sendable func confirmSMS(_ signedIn: SignedInCall) async throws -> Response {
        let code = try await signedIn.call.code()
        switch try await gate.phones.confirm(signedIn.scope, code: code, from: signedIn.call.source) {
        case .confirmed(let codes):
            return Response.json { json in
                json.object { object in
                    object.member("enabled", true)
                    if !codes.isEmpty { object.recoveryCodes(codes) }
                }
            }
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }

    /// `DELETE /mfa/sms`.
    @Sendable func removeSMS(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        if let refusal = try await gate.factorRemoval.phone(signedIn.scope, steppedUp.proof, from: signedIn.call.source)
        {
            throw Self.problem(refusal)
        }
        return Response(status: .noContent)
    }

    /// `GET /mfa/remembered-devices`: the browsers that are not asked for a second factor.
    @Sendable func rememberedDevices(_ signedIn: SignedInCall) async throws -> Response {
        let devices = try await gate.rememberedDevices.list(of: signedIn.scope.userID)
        return Response.json(capacity: 256 * devices.count + 64) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for device in devices {
                        list.object { item in
                            item.member("id", device.id)
                            item.member("device", DeviceName(userAgent: device.userAgent).description)
                            item.member("ip", device.ip)
                            item.member("createdAt", device.createdAt)
                            item.member("lastUsedAt", device.lastUsedAt)
                            item.member("expiresAt", device.expiresAt)
                        }
                    }
                }
            }
        }
    }

    /// `DELETE /mfa/remembered-devices`: all of them are asked again. Takes nothing from anybody, so it asks for no step-up.
    @Sendable func forgetDevices(_ signedIn: SignedInCall) async throws -> Response {
        _ = try await gate.rememberedDevices.forget(nil, signedIn.scope, from: signedIn.call.source)
        return Response(status: .noContent)
    }

    /// `DELETE /mfa/remembered-devices/{id}`.
    @Sendable func forgetDevice(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(RememberedDeviceID.self)
        guard try await gate.rememberedDevices.forget(id, signedIn.scope, from: signedIn.call.source) else {
            throw Problem(.notFound)
        }
        return Response(status: .noContent)
    }

    /// `DELETE /mfa/recovery`: stops the removal of the caller's factors that an admin has started. No step-up: it gives nobody anything.
    @Sendable func stopRecovery(_ signedIn: SignedInCall) async throws -> Response {
        guard try await gate.factorRecovery.stop(signedIn.scope, from: signedIn.call.source) else {
            throw Problem(.notFound)
        }
        return Response(status: .noContent)
    }
}

extension Call {
    /// Reads a body that must hold nothing, or nothing but `{}`.
    func noFields() async throws {
        let fields = try await json()
        try fields.finish()
    }

    /// The `code` of a body that holds nothing else.
    fileprivate func code() async throws -> String {
        var fields = try await json()
        let code = fields.string("code", upTo: 64)
        try fields.finish()
        return code
    }
}
