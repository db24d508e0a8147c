import Accounts
import Core
import Credentials
import Foundation
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@testable import Web

/// A person, the day they set up a second factor, and the thief who has their password: over HTTP, step by step.
@Suite struct `a day with a second factor` {
    @Test(arguments: DatabaseKind.available)
    func `from the first code to the last way out`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withFactors) { office in
            let ana = try await office.signedIn("ana@office.example")

            // Nothing yet.
            var overview = try await ana.get("/v1/auth/mfa")
            #expect(overview["totp", "enabled"] == .bool(false))
            #expect(overview["recoveryCodesLeft"] == .integer(0))

            // The app is set up: a secret to type, an address, and a picture of it.
            let started = try await ana.post("/v1/auth/mfa/totp")
            #expect(started.status == .created)
            let app = try office.app(started)
            #expect(
                started.string("otpauthUri")?.hasPrefix("otpauth://totp/Gatehouse:ana%40office.example?secret=") == true
            )
            #expect(started.string("qrSvg")?.hasPrefix("<svg ") == true)
            let confirmed = try await ana.post("/v1/auth/mfa/totp/confirm", #"{"code":"\#(app.code)"}"#)
            #expect(confirmed.status == .ok)
            let codes = confirmed.strings("recoveryCodes")
            #expect(codes.count == 10)

            // The next sign-in asks for it, and the password alone opens nothing.
            office.clock.advance(by: .seconds(30))
            let phone = office.visitor()
            let asked = try await phone.signIn("ana@office.example")
            #expect(asked.status == .ok)
            #expect(asked.string("status") == "mfa_required")
            #expect(asked["expiresIn"] == .integer(300))
            #expect(asked.strings("methods") == ["totp", "recovery_code"])
            #expect(asked.cookies.isEmpty)
            #expect(phone.accessToken == nil)
            let token = try #require(asked.string("challengeToken"))
            #expect(try await phone.answer(token, "totp", app.wrongCode).code == "invalid_code")
            let signedIn = try await phone.answer(token, "totp", app.code, more: #","rememberDevice":true"#)
            #expect(signedIn.status == .ok)
            #expect(signedIn.string("status") == "signed_in")
            #expect(phone.refreshToken != nil)
            #expect(try await phone.get("/v1/auth/sessions").text.contains(#""authMethods":["pwd","otp","mfa"]"#))
            // Used is used, whatever is used.
            #expect(try await phone.answer(token, "totp", app.code).code == "challenge_invalid")

            // The browser asked to be remembered, and is; forgotten, it is asked again.
            let cookie = try #require(signedIn.cookies.first { $0.hasPrefix("gatehouse_remembered=") })
            #expect(
                cookie.contains("HttpOnly") && cookie.contains("Path=/v1/auth") && cookie.contains("SameSite=Strict"))
            let again = try await phone.signIn("ana@office.example")
            #expect(again.string("status") == "signed_in")
            let devices = try await phone.get("/v1/auth/mfa/remembered-devices")
            #expect(devices.data.count == 1)
            #expect(try await phone.send(.delete, "/v1/auth/mfa/remembered-devices").status == .noContent)
            #expect(try await phone.signIn("ana@office.example").string("status") == "mfa_required")

            // A recovery code in the place of the lost app.
            let lost = office.visitor()
            let challenge = try #require(try await lost.signIn("ana@office.example").string("challengeToken"))
            #expect(try await lost.answer(challenge, "recovery_code", codes[4].uppercased()).status == .ok)
            overview = try await lost.get("/v1/auth/mfa")
            #expect(overview["recoveryCodesLeft"] == .integer(9))
            #expect(try await office.mail(.recoveryCodeUsed, to: "ana@office.example").values["codesLeft"] == "9")

            // New codes, then no app: two factors were shown in this session.
            #expect(try await lost.post("/v1/auth/mfa/recovery-codes").strings("recoveryCodes").count == 10)
            #expect(try await lost.send(.delete, "/v1/auth/mfa/totp").status == .noContent)
            #expect(try await office.visitor().signIn("ana@office.example").string("status") == "signed_in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a thief with the password can neither guess nor lock the owner out`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withFactors) { office in
            let ana = try await office.signedIn("ana@office.example")
            let app = try await office.enrol(ana)
            let thief = office.visitor()
            let token = try #require(try await thief.signIn("ana@office.example").string("challengeToken"))
            for _ in 1...5 { #expect(try await thief.answer(token, "totp", app.wrongCode).code == "invalid_code") }
            let locked = try await thief.answer(token, "totp", app.wrongCode)
            #expect(locked.status.code == 423 && locked.code == "account_locked")
            #expect(locked.header("Retry-After") == "1800")
            let mine = try #require(try await office.visitor().signIn("ana@office.example").string("challengeToken"))
            let me = office.visitor()
            for left in [2, 1] {
                let answer = try await me.answer(mine, "totp", app.code)
                #expect(answer.status.code == 423)
                #expect(answer["codesLeft"] == .integer(Int64(left)))
                _ = try await thief.answer(token, "totp", app.wrongCode)
                office.clock.advance(by: .seconds(30))
            }
            #expect(try await me.answer(mine, "totp", app.code).status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `changing somebody's role asks for two factors`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withFactors) { office in
            let owner = try await office.signedIn("olga@office.example", role: .owner)
            let agent = try await office.hire("ben@office.example")
            let path = "/v1/users/\(agent.id)"
            let refused = try await owner.send(.patch, path, json: #"{"role":"admin"}"#)
            #expect(refused.status == .forbidden && refused.code == "second_factor_required")
            let app = try await office.enrol(owner)
            // The present token still says what was shown when it was made.
            #expect(try await owner.send(.patch, path, json: #"{"role":"admin"}"#).code == "second_factor_required")
            let stepped = try await owner.post(
                "/v1/auth/reauthenticate", #"{"method":"totp","code":"\#(app.code)"}"#)
            #expect(stepped.status == .ok)
            #expect(try await owner.send(.patch, path, json: #"{"role":"admin"}"#).status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `somebody who has lost everything is helped by an admin, openly and slowly`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withFactors) { office in
            let admin = try await office.signedIn("adam@office.example", role: .admin)
            let adams = try await office.enrol(admin)
            _ = try await admin.post("/v1/auth/reauthenticate", #"{"method":"totp","code":"\#(adams.code)"}"#)
            let ana = try await office.signedIn("ana@office.example")
            _ = try await office.enrol(ana)
            let id = try #require(try await ana.get("/v1/auth/me").string("user", "id"))
            let started = try await admin.post("/v1/users/\(id)/mfa-recovery")
            #expect(started.status == .accepted)
            #expect(started["delayHours"] == .integer(24))
            #expect(try await ana.get("/v1/auth/mfa").string("recoveryDueAt") != nil)
            let token = try await office.token(.factorRecoveryStarted, to: "ana@office.example")
            // Opening the link changes nothing; its button does.
            #expect(try await office.visitor().get("/stop-recovery?token=\(token)").status == .ok)
            #expect(try await office.visitor().submit("/stop-recovery", ["token": token]).status == .ok)
            #expect(try await office.visitor().get("/stop-recovery?token=\(token)").status == .gone)
            #expect(try await ana.get("/v1/auth/mfa").string("recoveryDueAt") == nil)
            #expect(try await admin.post("/v1/users/\(id)/mfa-recovery").status == .accepted)
            #expect(try await ana.send(.delete, "/v1/auth/mfa/recovery").status == .noContent)
            #expect(try await admin.post("/v1/users/\(id)/mfa-recovery").status == .accepted)
            office.clock.advance(by: .hours(24))
            #expect(try await office.visitor().signIn("ana@office.example").string("status") == "signed_in")
            #expect(try await ana.post("/v1/users/\(id)/mfa-recovery").status == .unauthorized)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a first factor can be set up in the midst of a sign-in`(kind: DatabaseKind) async throws {
        let environment = Office.withFactors.merging(["MFA_POLICY": "all", "MFA_GRACE_DAYS": "0"]) { $1 }
        try await Office.open(on: kind, environment) { office in
            try await office.hire("ana@office.example")
            let ana = office.visitor()
            let asked = try await ana.signIn("ana@office.example")
            #expect(asked.string("status") == "mfa_enrollment_required")
            let token = try #require(asked.string("challengeToken"))
            let started = try await ana.post("/v1/auth/mfa/enroll", #"{"challengeToken":"\#(token)"}"#)
            #expect(started.status == .created)
            let app = try office.app(started)
            let done = try await ana.post(
                "/v1/auth/mfa/enroll/confirm", #"{"challengeToken":"\#(token)","code":"\#(app.code)"}"#)
            #expect(done.status == .ok)
            #expect(done.strings("recoveryCodes").count == 10)
            #expect(try await ana.get("/v1/auth/me").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a phone is proven, and written to for one sign-in`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withFactors) { office in
            let ana = try await office.signedIn("ana@office.example")
            for phone in [
                "", "12345", "+1", "0044 20 7946 0958", "+1 212 555 0100 ext 7", "☎️", String(repeating: "9", count: 60),
            ] {
                let refused = try await ana.post("/v1/auth/mfa/sms", #"{"phone":"\#(phone)"}"#)
                #expect(refused.status == .badRequest, "\(phone)")
            }
            #expect(try await ana.post("/v1/auth/mfa/sms", #"{"phone":"+1 (212) 555-0100"}"#).status == .accepted)
            let code = try await office.newestSMS().body.prefix(6)
            #expect(try await ana.post("/v1/auth/mfa/sms/confirm", #"{"code":"\#(code)"}"#).status == .ok)
            let asked = try await office.visitor().signIn("ana@office.example")
            #expect(asked.strings("methods") == ["sms", "recovery_code"])
            let token = try #require(asked.string("challengeToken"))
            office.clock.advance(by: .seconds(1))
            let visitor = office.visitor()
            #expect(
                try await visitor.post("/v1/auth/mfa/sms/send", #"{"challengeToken":"\#(token)"}"#).status == .accepted)
            let sms = try await office.newestSMS()
            #expect(sms.to == "+12125550100")
            #expect(try await visitor.answer(token, "sms", String(sms.body.prefix(6))).status == .ok)
            #expect(try await visitor.get("/v1/auth/mfa").string("sms", "phone") == "+1 ••• ••00")
        }
    }

    @Test func `what is no answer is refused in plain words`() async throws {
        try await Office.open(on: .sqlite, Office.withFactors) { office in
            let ana = try await office.signedIn("ana@office.example")
            for (json, code) in [
                (#"{}"#, "invalid_request"),
                (#"{"challengeToken":"x","method":"carrier_pigeon","code":"1"}"#, "invalid_request"),
                (#"{"challengeToken":"x","method":"totp","code":"123456"}"#, "challenge_invalid"),
                (#"{"challengeToken":"x","method":"totp","code":123456}"#, "invalid_request"),
                (#"{"challengeToken":"x","method":"webauthn","code":"123456"}"#, "unknown_field"),
                (#"{"challengeToken":"x","method":"webauthn","credential":{}}"#, "invalid_request"),
                (#"{"challengeToken":"x","method":"totp","code":"1","rememberDevice":"yes"}"#, "invalid_request"),
            ] {
                #expect(try await office.visitor().post("/v1/auth/mfa", json).code == code, "\(json)")
            }
            #expect(try await ana.post("/v1/auth/mfa/totp/confirm", #"{"code":"123456"}"#).code == "not_found")
            #expect(
                try await ana.post("/v1/auth/reauthenticate", #"{"method":"sms","code":"123456"}"#).code
                    == "invalid_request")
        }
    }

    @Test func `nothing of it is there where it is switched off`() async throws {
        try await Office.open(on: .sqlite) { office in
            let ana = try await office.signedIn("ana@office.example")
            #expect(try await ana.post("/v1/auth/mfa/totp").code == "mfa_disabled")
            #expect(try await ana.post("/v1/auth/mfa/sms", #"{"phone":"+12125550100"}"#).code == "sms_not_configured")
            #expect(try await ana.post("/v1/auth/passkeys/registration-options").code == "passkeys_disabled")
            #expect(try await ana.get("/v1/auth/mfa")["available"] == .bool(false))
        }
    }
}

extension Office {
    /// Second factors, mail and SMS; nothing is sent in tests.
    static let withFactors = withMail.merging([
        "ENABLE_MFA": "true", "TWILIO_API_URL": "file:./not-written-in-tests",
        "RATE_LIMIT_LOGIN_MAX": "1000",
    ]) { $1 }

    /// The app that the answer of a set-up is for.
    func app(_ started: Answer) throws -> AuthenticatorApp {
        guard let secret = started.string("secret").flatMap(Base32.decode) else {
            throw Surprise("no secret: \(started.text)")
        }
        return AuthenticatorApp(secret: secret, clock: clock)
    }

    /// Sets an app up for somebody who is signed in, and lets its first code pass.
    func enrol(_ visitor: Visitor) async throws -> AuthenticatorApp {
        let app = try app(try await visitor.post("/v1/auth/mfa/totp"))
        let confirmed = try await visitor.post("/v1/auth/mfa/totp/confirm", #"{"code":"\#(app.code)"}"#)
        guard confirmed.status == .ok else { throw Surprise("not confirmed: \(confirmed.text)") }
        clock.advance(by: .seconds(30))
        return app
    }

    /// The newest message to a phone.
    func newestSMS() async throws -> OutgoingSMS {
        for item in try await Outbox(database: gate.database, world: clock.world).list(nil, limit: 100) {
            if item.kind == Textbox.outboxKind, case .sms(let sms) = gate.textbox.open(item) { return sms }
        }
        throw Surprise("no SMS")
    }
}

/// An authenticator app in somebody's hand.
struct AuthenticatorApp: Sendable {
    let secret: [UInt8]
    let clock: TestWorld

    var code: String { TOTP.code(secret: secret, step: TOTP.step(at: clock.now)) }

    var wrongCode: String {
        let near = Set((-2...2).map { TOTP.code(secret: secret, step: TOTP.step(at: clock.now) + $0) })
        return ["000000", "111111", "222222", "333333", "444444", "555555"].first { !near.contains($0) } ?? ""
    }
}

extension Visitor {
    /// Answers the second step of a sign-in.
    func answer(_ token: String, _ method: String, _ code: String, more: String = "") async throws -> Answer {
        try await post(
            "/v1/auth/mfa", #"{"challengeToken":"\#(token)","method":"\#(method)","code":"\#(code)"\#(more)}"#)
    }
}

extension Answer {
    /// The strings of a list.
    func strings(_ name: String) -> [String] {
        guard case .array(let items) = self[name] else { return [] }
        return items.compactMap { item in
            if case .string(let text) = item { return text }
            return nil
        }
    }
}
