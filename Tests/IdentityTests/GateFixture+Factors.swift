import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

extension GateFixture {
    /// A gate with second factors, mail and SMS.
    static func withFactors(
        _ kind: DatabaseKind, _ change: @escaping @Sendable (inout GateConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await open(kind) { configuration in
            configuration.mfa.isEnabled = true
            configuration.sendsMail = true
            configuration.sendsSMS = true
            configuration.reauthentication.requiresFactorsForPrivilege = true
            change(&configuration)
        } _: { fixture in
            try await body(fixture)
        }
    }

    /// Sets an authenticator app up for somebody who is signed in.
    func enrol(_ grant: SessionGrant) async throws -> App {
        let started = try await gate.totp.start(Self.scope(grant), try proof(grant))
        guard case .started(let invitation) = started else { throw Surprise("not started: \(started)") }
        let app = App(secret: try #require(Base32.decode(invitation.secret)), time: time)
        let confirmed = try await gate.totp.confirm(Self.scope(grant), code: app.code, from: Self.source)
        guard case .confirmed(let codes) = confirmed else { throw Surprise("not confirmed: \(confirmed)") }
        time.advance(by: .seconds(30))
        return App(secret: app.secret, time: time, recoveryCodes: codes)
    }

    /// Makes an account with an authenticator app.
    func withApp(_ name: String = "ana", role: Role = .agent) async throws -> App {
        try await register(name, role: role)
        return try await enrol(try await signedIn(name))
    }

    /// The first step of a sign-in that asks for a second.
    func challenge(_ name: String = "ana", remembered: String? = nil) async throws -> PendingChallenge {
        let outcome = try await gate.signIn.signIn(
            typedAddress: "\(name)@example.com", password: Self.password, deviceCookies: [],
            rememberedDevices: [remembered].compactMap(\.self), from: Self.source)
        guard case .secondFactorNeeded(let pending) = outcome else { throw Surprise("not asked: \(outcome.kind)") }
        return pending
    }

    func answer(
        _ pending: PendingChallenge, _ code: String, remember: Bool = false
    ) async throws -> SecondStep.Outcome {
        try await answer(pending, .totp, code, remember: remember)
    }

    func answer(
        _ pending: PendingChallenge, _ kind: FactorKind, _ code: String, remember: Bool = false
    ) async throws -> SecondStep.Outcome {
        try await gate.secondStep.answer(pending.token, kind, code: code, remember: remember, from: Self.source)
    }

    /// Signs in with both steps.
    func signedInWithApp(_ name: String = "ana", with app: App) async throws -> SessionGrant {
        let outcome = try await answer(try await challenge(name), app.code)
        time.advance(by: .seconds(30))
        return try #require(outcome.grant)
    }

    /// Enters codes that are wrong.
    func answerWrong(_ count: Int, _ pending: PendingChallenge, _ app: App) async throws {
        for _ in 0..<count { _ = try await answer(pending, app.wrongCode) }
    }

    /// A proof of the session of `grant`, as its token says it.
    func proofAsIs(_ grant: SessionGrant, _ purpose: ReauthenticationPolicy.Purpose) -> ReauthenticationPolicy.Verdict {
        gate.reauthenticationPolicy.judge(
            purpose, scope: Self.scope(grant), authenticatedAt: grant.session.authenticatedAt,
            methods: grant.session.methods, now: time.world.now())
    }

    /// What the details of the events of a kind say.
    func detail(_ type: EventType) async throws -> String {
        try await events(type).map(\.detailJSON).joined(separator: "\n")
    }
}

/// An authenticator app in somebody's hand.
struct App: Sendable {
    let secret: [UInt8]
    let time: TestWorld
    var recoveryCodes: [String] = []

    /// The code that it shows now.
    var code: String { TOTP.code(secret: secret, step: TOTP.step(at: time.now)) }

    /// A code that it does not show, nor did or will in the next minute.
    var wrongCode: String {
        let near = Set((-2...2).map { TOTP.code(secret: secret, step: TOTP.step(at: time.now) + $0) })
        return ["000000", "111111", "222222", "333333", "444444", "555555"].first { !near.contains($0) } ?? ""
    }
}

/// Something that a fixture did not expect.
struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SecondStep.Outcome {
    var kind: String {
        switch self {
        case .signedIn: return "signed in"
        case .enrolmentNeeded: return "enrolment needed"
        case .invalidCode: return "invalid code"
        case .challengeInvalid: return "challenge invalid"
        case .locked(_, let codesLeft): return codesLeft.map { "locked, \($0) more" } ?? "locked"
        }
    }

    var grant: SessionGrant? {
        guard case .signedIn(let grant, _, _) = self else { return nil }
        return grant
    }

    var rememberedDevice: String? {
        guard case .signedIn(_, _, let token) = self else { return nil }
        return token
    }
}
