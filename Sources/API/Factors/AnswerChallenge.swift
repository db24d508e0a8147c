import Accounts
import Core
import Credentials
import Hummingbird
import Identity
import Sessions
import Web

extension FactorsAPI {
    /// `POST /mfa` `{challengeToken, method, code}`, or with the method `webauthn` `{challengeToken, method, credential}`: the second step of a
    /// sign-in.
    @Sendable func answer(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.string("challengeToken", upTo: 200)
        let method = fields.choice("method", FactorKind.self)
        if method == nil { fields.refuse("method", "required", "This field is required.") }
        let answer = fields.factorAnswer(method)
        let remember = fields.optionalBool("rememberDevice") ?? false
        let delivery = fields.choice("tokenDelivery", AuthAPI.TokenDelivery.self) ?? .cookie
        try fields.finish()
        guard let answer else { throw Problem(.invalidRequest) }
        let outcome: SecondStep.Outcome
        switch answer {
        case .code(let kind, let code):
            outcome = try await gate.secondStep.answer(token, kind, code: code, remember: remember, from: call.source)
        case .passkey(let response):
            outcome = try await gate.secondStep.answer(token, passkey: response, remember: remember, from: call.source)
        }
        switch outcome {
        case .signedIn(let grant, let deviceCookie, let remembered):
            call.context.record.userID = grant.account.id
            return auth.signedIn(grant, by: delivery, deviceCookie: deviceCookie, rememberedDevice: remembered)
        case .enrolmentNeeded(let pending): return .enrolmentRequired(pending)
        case .invalidCode: throw Problem(.invalidCode)
        case .challengeInvalid: throw Problem(.challengeInvalid)
        case .locked(let until, let codesLeft): throw locked(until, codesLeft)
        }
    }

    private func locked(_ until: Timestamp, _ codesLeft: Int?) -> Problem {
        guard let codesLeft else { return auth.locked(until: until) }
        return Problem(
            .accountLocked,
            detail: "That code was right. There were too many wrong ones before: enter \(codesLeft) more in a row, "
                + "each as soon as it is shown.",
            retryAfter: until - gate.world.now(), members: [("codesLeft", String(codesLeft))])
    }

    /// `POST /mfa/enroll` `{challengeToken}`: sets up a first factor in the midst of a sign-in.
    @Sendable func enroll(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.string("challengeToken", upTo: 200)
        try fields.finish()
        guard let invitation = try await gate.enrolAtSignIn.start(token) else { throw Problem(.challengeInvalid) }
        return .totpInvitation(invitation)
    }

    /// `POST /mfa/enroll/confirm` `{challengeToken, code}`: makes it active and opens the session.
    @Sendable func confirmEnrolment(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.string("challengeToken", upTo: 200)
        let code = fields.string("code", upTo: 64)
        let delivery = fields.choice("tokenDelivery", AuthAPI.TokenDelivery.self) ?? .cookie
        try fields.finish()
        switch try await gate.enrolAtSignIn.confirm(token, code: code, from: call.source) {
        case .signedIn(let grant, let deviceCookie, let codes):
            call.context.record.userID = grant.account.id
            return auth.signedIn(grant, by: delivery, deviceCookie: deviceCookie, recoveryCodes: codes)
        case .invalidCode: throw Problem(.invalidCode)
        case .challengeInvalid: throw Problem(.challengeInvalid)
        }
    }

    /// `POST /mfa/sms/send` `{challengeToken}`: sends a code to the phone.
    @Sendable func sendSMS(_ call: Call) async throws -> Response {
        var fields = try await call.json()
        let token = fields.string("challengeToken", upTo: 200)
        try fields.finish()
        switch try await gate.sendCode.sms(token, from: call.source) {
        case .sent: return .status("code_sent")
        case .challengeInvalid: throw Problem(.challengeInvalid)
        case .refused(let refusal): throw Self.problem(refusal)
        }
    }
}

/// What a second factor is answered with.
enum FactorAnswer: Sendable {
    case code(FactorKind, String)
    case passkey(AssertionResponse)
}

extension JSONFields {
    /// `code`, or for the method `webauthn` `credential`.
    mutating func factorAnswer(_ method: FactorKind?) -> FactorAnswer? {
        guard let method else {
            _ = (optionalString("code", upTo: 64), value("credential"))
            return nil
        }
        if method == .webauthn { return assertion("credential").map(FactorAnswer.passkey) }
        return .code(method, string("code", upTo: 64))
    }

    /// `true` or `false`; `nil` when it is absent or null.
    mutating func optionalBool(_ name: String) -> Bool? {
        switch value(name) {
        case nil, .null: return nil
        case .bool(let flag): return flag
        default:
            refuse(name, "wrong_type", "This must be true or false.")
            return nil
        }
    }
}

extension Response {
    /// The answer *second factor* of a sign-in.
    static func secondFactorRequired(_ pending: PendingChallenge) -> Response { challenge("mfa_required", pending) }

    /// The answer to somebody who must set up a factor before the session opens.
    static func enrolmentRequired(_ pending: PendingChallenge) -> Response {
        challenge("mfa_enrollment_required", pending)
    }

    private static func challenge(_ status: String, _ pending: PendingChallenge) -> Response {
        Response.json { json in
            json.object { object in
                object.member("status", status)
                object.member("challengeToken", pending.token)
                object.member("expiresIn", pending.life.milliseconds / 1000)
                object.key("methods")
                object.array { list in pending.methods.forEach { list.string($0.rawValue) } }
            }
        }
    }

    /// What an authenticator app needs, as text, as an address and as a picture.
    static func totpInvitation(_ invitation: TOTPSecrets.Invitation) -> Response {
        Response.json(.created, capacity: 16_384) { json in
            json.object { object in
                object.member("secret", invitation.secret)
                object.member("otpauthUri", invitation.uri)
                object.member("qrSvg", QRCode.svg(of: invitation.uri))
            }
        }
    }

    /// 202 with a status and nothing else.
    static func status(_ status: String) -> Response {
        Response.json(.accepted) { json in json.object { $0.member("status", status) } }
    }
}
