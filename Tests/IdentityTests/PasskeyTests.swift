import Accounts
import Core
import Credentials
import FoundationEssentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `passkeys` {
    @Test(arguments: DatabaseKind.available)
    func `sign in without a password, with two factors in one`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            let grant = try #require(try await fixture.signIn(with: key).grant)
            #expect(grant.session.methods == ["hwk", "mfa"])
            #expect(fixture.admittance(grant) == "admitted")
            #expect(try await fixture.detail(.loginSuccess).contains("passkey"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `must have verified their user where they replace a password`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            #expect(try await fixture.signIn(with: key, .with { $0.userVerified = false }).kind == "invalid")
            #expect(try await fixture.detail(.mfaFailed).contains("user_not_verified"))
            // As a second factor presence is enough: the password is the other.
            let pending = try await fixture.challenge()
            #expect(pending.methods == [.webauthn, .recoveryCode])
            let answer = try await fixture.answer(pending, key, .with { $0.userVerified = false })
            #expect(answer.grant?.session.methods == ["pwd", "hwk", "mfa"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `answer a challenge once, within five minutes, and for its own purpose`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            let challenge = try await fixture.signInChallenge()
            let response = try fixture.assertion(key, challenge)
            #expect(try await fixture.signIn(response).kind == "signed in")
            #expect(try await fixture.signIn(response).kind == "invalid")
            let late = try fixture.assertion(key, try await fixture.signInChallenge())
            fixture.time.advance(by: .minutes(5))
            #expect(try await fixture.signIn(late).kind == "invalid")
            let (first, second) = (try await fixture.challenge(), try await fixture.challenge())
            let bound = try fixture.assertion(key, try await fixture.factorChallenge(first))
            // Made for one sign-in it is worth nothing in another, and nothing as a sign-in of its own.
            #expect(try await fixture.answer(second, bound).kind == "invalid code")
            #expect(try await fixture.signIn(bound).kind == "invalid")
            #expect(try await fixture.answer(first, bound).kind == "signed in")
            let forSignIn = try fixture.assertion(key, try await fixture.signInChallenge())
            #expect(try await fixture.answer(second, forSignIn).kind == "invalid code")
            let invented = try fixture.assertion(key, Array(repeating: 9, count: 32))
            #expect(try await fixture.signIn(invented).kind == "invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `answer challenges of ours alone, of which nothing is written before they are used`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            let challenge = try await fixture.signInChallenge()
            let used = try await fixture.usedChallenges()
            // The nonce, the time until which it counts, our code.
            for place in [0, 15, 16, 23, 24, 55] {
                var forged = challenge
                forged[place] ^= 1
                #expect(try await fixture.signIn(try fixture.assertion(key, forged)).kind == "invalid")
            }
            #expect(try await fixture.signIn(try fixture.assertion(key, challenge + [0])).kind == "invalid")
            #expect(try await fixture.usedChallenges() == used)
            #expect(try await fixture.signIn(try fixture.assertion(key, challenge)).kind == "signed in")
            #expect(try await fixture.usedChallenges() == used + 1)
            // A clock that is set back makes none count again.
            let ahead = try await fixture.signInChallenge()
            fixture.time.advance(by: .minutes(-10))
            #expect(try await fixture.signIn(try fixture.assertion(key, ahead)).kind == "invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are worth nothing from another site, for another's account, or unknown`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let ana = try await fixture.withPasskey()
            let ben = try await fixture.withPasskey("ben")
            func attempt(_ change: (inout AssertionParts) -> Void) async throws -> String {
                var parts = AssertionParts(challenge: try await fixture.signInChallenge())
                change(&parts)
                return try await fixture.signIn(try fixture.assertion(ana, parts)).kind
            }
            #expect(try await attempt { $0.origin = "https://crm.example.com.evil.example" } == "invalid")
            #expect(try await attempt { $0.rpID = "evil.example" } == "invalid")
            #expect(try await attempt { $0.behaviour.userPresent = false } == "invalid")
            #expect(try await attempt { $0.behaviour.backedUp = true } == "invalid")
            #expect(try await attempt { $0.userHandle = Array(repeating: 3, count: 16) } == "invalid")
            #expect(try await attempt { $0.credentialID = Array(repeating: 5, count: 16) } == "unknown")
            #expect(try await attempt { _ in } == "signed in")
            let pending = try await fixture.challenge("ben")
            let challenge = try await fixture.factorChallenge(pending)
            #expect(try await fixture.answer(pending, try fixture.assertion(ana, challenge)).kind == "invalid code")
            #expect(try await fixture.answer(pending, try fixture.assertion(ben, challenge)).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tell of a counter that goes backwards, and take zero for no counter`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            for _ in 0..<2 { #expect(try await fixture.signIn(with: key).kind == "signed in") }
            #expect(try await fixture.count(.passkeyCloneSuspected) == 0)
            for count: UInt32 in [7, 9] {
                #expect(try await fixture.signIn(with: key, .with { $0.signCount = count }).kind == "signed in")
            }
            #expect(try await fixture.count(.passkeyCloneSuspected) == 0)
            #expect(try await fixture.signIn(with: key, .with { $0.signCount = 8 }).kind == "signed in")
            #expect(try await fixture.count(.passkeyCloneSuspected) == 1)
            #expect(try await fixture.mails(.passkeyCloned).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are several, named, renamed and removed, and nobody touches another's`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let first = try await fixture.withPasskey()
            let grant = try #require(try await fixture.signIn(with: first).grant)
            let second = try await fixture.addPasskey(grant, named: "YubiKey", id: 2)
            let scope = GateFixture.scope(grant)
            var listed = try await fixture.gate.passkeys.list(scope).passkeys
            #expect(listed.map(\.name) == ["Laptop", "YubiKey"])
            #expect(listed.first?.lastUsedAt != nil && listed.last?.lastUsedAt == nil)
            let id = try #require(listed.last?.id)
            #expect(try await fixture.gate.passkeys.rename(id, scope, to: "Blue key 🗝")?.name == "Blue key 🗝")
            _ = try await fixture.withPasskey("ben")
            let ben = GateFixture.scope(try #require(try await fixture.signIn(with: second).grant))
            #expect(ben.userID == scope.userID)
            let other = try await fixture.gate.team.account(try GateFixture.address("ben"))
            let stranger = Scope(
                userID: try #require(other).id, sessionID: try #require(scope.sessionID), role: .agent)
            #expect(try await fixture.gate.passkeys.rename(id, stranger, to: "mine") == nil)
            #expect(
                try await fixture.gate.passkeys.remove(
                    id, scope, try fixture.proof(grant), from: GateFixture.source) == nil)
            listed = try await fixture.gate.passkeys.list(scope).passkeys
            #expect(listed.map(\.name) == ["Laptop"])
            #expect(try await fixture.signIn(with: second).kind == "unknown")
            #expect(try await fixture.count(.passkeyAdded) == 3)
            #expect(try await fixture.count(.passkeyRemoved) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are registered for the challenge of the session, once, and not twice`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            try await fixture.register()
            let (here, there) = (try await fixture.signedIn(), try await fixture.signedIn())
            let challenge = try await fixture.registrationChallenge(here)
            let key = try SoftwareAuthenticator(credentialID: [1, 2, 3], userHandle: here.account.id.bytes)
            #expect(try await fixture.add(key, there, challenge) == "challenge invalid")
            #expect(try await fixture.add(key, here, challenge, origin: "https://evil.example") == "wrong_origin")
            #expect(try await fixture.add(key, here, challenge) == "registered")
            // Whoever has one must have shown it to add another.
            let again = try await fixture.registrationChallenge(here)
            #expect(try await fixture.add(key, here, again) == "second factor needed")
            let raised = try #require(
                try await fixture.signIn(with: key).grant)
            let third = try await fixture.registrationChallenge(raised)
            #expect(try await fixture.add(key, raised, third) == "not allowed")
            let other = try SoftwareAuthenticator(credentialID: [4, 5, 6], userHandle: here.account.id.bytes)
            #expect(try await fixture.add(other, raised, third) == "challenge invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are of the kinds that are switched on`(kind: DatabaseKind) async throws {
        try await Self.open(kind, { $0.passkeys.allowsPlatform = false }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let challenge = try await fixture.registrationChallenge(grant)
            let key = try SoftwareAuthenticator(credentialID: [1], userHandle: grant.account.id.bytes)
            #expect(try await fixture.add(key, grant, challenge) == "not allowed")
            #expect(try await fixture.add(key, grant, challenge, attachment: "cross-platform") == "registered")
            let off = try await fixture.reopened {
                $0.passkeys.allowsHardwareKeys = false
            }
            #expect(try await off.signIn(with: key).kind == "not enabled")
            // But as a second factor what there is stays asked for.
            let pending = try await off.challenge()
            #expect(try await off.answer(pending, key).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `step up, and a disabled account stays out`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let key = try await fixture.withPasskey()
            let grant = try #require(try await fixture.signIn(with: key).grant)
            fixture.time.advance(by: .minutes(10))
            guard case .stale = fixture.proofAsIs(grant, .accountSecurity) else { throw Surprise("fresh") }
            guard case .options(let json) = try await fixture.gate.passkeyOptions.stepUp(GateFixture.scope(grant))
            else { throw Surprise("no options") }
            let response = try fixture.assertion(key, try GateFixture.challenge(in: json))
            let outcome = try await fixture.gate.reauthenticate.withPasskey(
                GateFixture.scope(grant), response, from: GateFixture.source)
            guard case .renewed(let renewed) = outcome else { throw Surprise("\(outcome)") }
            guard case .fresh = fixture.proofAsIs(renewed, .privilege) else { throw Surprise("stale") }
            try await fixture.disable(grant.account.id)
            #expect(try await fixture.signIn(with: key).kind == "disabled")
        }
    }

    private static func open(
        _ kind: DatabaseKind, _ change: @escaping @Sendable (inout GateConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await GateFixture.withFactors(kind) { configuration in
            configuration.passkeys.allowsPlatform = true
            configuration.passkeys.allowsHardwareKeys = true
            change(&configuration)
        } _: { fixture in
            try await body(fixture)
        }
    }
}

/// What an assertion is made of, to be changed by a test.
struct AssertionParts {
    var challenge: [UInt8]
    var origin = "https://crm.example.com"
    var rpID = "crm.example.com"
    var behaviour = SoftwareAuthenticator.Behaviour()
    var credentialID: [UInt8]?
    var userHandle: [UInt8]?
}

extension GateFixture {
    /// Makes an account with a passkey, and signs in with the password for it.
    func withPasskey(_ name: String = "ana") async throws -> SoftwareAuthenticator {
        try await register(name)
        return try await addPasskey(try await signedIn(name), named: "Laptop", id: name == "ana" ? 1 : 9)
    }

    /// Adds a passkey for somebody who is signed in.
    func addPasskey(_ grant: SessionGrant, named name: String, id: UInt8) async throws -> SoftwareAuthenticator {
        let key = try SoftwareAuthenticator(
            credentialID: Array(repeating: id, count: 16), userHandle: grant.account.id.bytes)
        let outcome = try await add(key, grant, try await registrationChallenge(grant), name: name)
        guard outcome == "registered" else { throw Surprise(outcome) }
        time.advance(by: .seconds(1))
        return key
    }

    func registrationChallenge(_ grant: SessionGrant) async throws -> [UInt8] {
        let outcome = try await gate.passkeyOptions.registration(Self.scope(grant), try proof(grant))
        // Somebody who has a factor must have shown it; then the challenge is of no use anyway.
        guard case .options(let json) = outcome else { return Array(repeating: 1, count: 32) }
        return try Self.challenge(in: json)
    }

    func add(
        _ key: SoftwareAuthenticator, _ grant: SessionGrant, _ challenge: [UInt8], name: String = "Laptop",
        origin: String = "https://crm.example.com", attachment: String = "platform"
    ) async throws -> String {
        let made = try key.create(challenge: challenge, origin: origin, rpID: "crm.example.com")
        let response = RegistrationResponse(
            clientDataJSON: made.clientDataJSON, attestationObject: made.attestationObject,
            transports: made.transports, attachment: attachment)
        let outcome = try await gate.registerPasskey.register(
            Self.scope(grant), response, name: name, try proof(grant), from: Self.source)
        switch outcome {
        case .registered: return "registered"
        case .rejected(let failure): return failure.rawValue
        case .challengeInvalid: return "challenge invalid"
        case .notAllowed: return "not allowed"
        case .disabled: return "disabled"
        case .refused(let refusal): return refusal == .secondFactorNeeded ? "second factor needed" : "\(refusal)"
        }
    }

    func usedChallenges() async throws -> Int {
        try await database.rows("SELECT nonce FROM used_passkey_challenge").count
    }

    func signInChallenge() async throws -> [UInt8] {
        guard case .options(let json) = gate.passkeyOptions.signIn() else { return [1] }
        return try Self.challenge(in: json)
    }

    func factorChallenge(_ pending: PendingChallenge) async throws -> [UInt8] {
        guard case .options(let json) = try await gate.passkeyOptions.secondFactor(pending.token) else {
            throw Surprise("no options")
        }
        return try Self.challenge(in: json)
    }

    /// The challenge in the options of a browser.
    static func challenge(in options: [UInt8]) throws -> [UInt8] {
        struct Options: Decodable { let challenge: String }
        let text = try JSONDecoder().decode(Options.self, from: Data(options)).challenge
        return try #require(Base64URL.decode(text))
    }

    func assertion(
        _ key: SoftwareAuthenticator, _ challenge: [UInt8], _ behaviour: SoftwareAuthenticator.Behaviour = .init()
    ) throws -> AssertionResponse {
        var parts = AssertionParts(challenge: challenge)
        parts.behaviour = behaviour
        return try assertion(key, parts)
    }

    func assertion(_ key: SoftwareAuthenticator, _ parts: AssertionParts) throws -> AssertionResponse {
        let made = try key.get(
            challenge: parts.challenge, origin: parts.origin, rpID: parts.rpID, parts.behaviour)
        return AssertionResponse(
            credentialID: parts.credentialID ?? made.credentialID, clientDataJSON: made.clientDataJSON,
            authenticatorData: made.authenticatorData, signature: made.signature,
            userHandle: parts.userHandle ?? made.userHandle)
    }

    func signIn(_ response: AssertionResponse) async throws -> PasskeySignIn.Outcome {
        try await gate.passkeySignIn.signIn(response, deviceCookies: [], from: Self.source)
    }

    func signIn(
        with key: SoftwareAuthenticator, _ behaviour: SoftwareAuthenticator.Behaviour = .init()
    ) async throws -> PasskeySignIn.Outcome {
        try await signIn(try assertion(key, try await signInChallenge(), behaviour))
    }

    func answer(_ pending: PendingChallenge, _ response: AssertionResponse) async throws -> SecondStep.Outcome {
        try await gate.secondStep.answer(pending.token, passkey: response, remember: false, from: Self.source)
    }

    func answer(
        _ pending: PendingChallenge, _ key: SoftwareAuthenticator,
        _ behaviour: SoftwareAuthenticator.Behaviour = .init()
    ) async throws -> SecondStep.Outcome {
        try await answer(pending, try assertion(key, try await factorChallenge(pending), behaviour))
    }
}

extension PasskeySignIn.Outcome {
    var kind: String {
        switch self {
        case .signedIn: return "signed in"
        case .unknownCredential: return "unknown"
        case .invalidCredentials: return "invalid"
        case .disabled: return "disabled"
        case .emailNotVerified: return "not verified"
        case .notEnabled: return "not enabled"
        }
    }

    var grant: SessionGrant? {
        guard case .signedIn(let grant, _) = self else { return nil }
        return grant
    }
}
