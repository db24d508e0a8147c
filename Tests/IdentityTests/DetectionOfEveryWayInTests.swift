import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

/// The ways in beside a password and a second step, and the way back when it was somebody else.
@Suite struct `the detection at every way in` {
    private typealias Door = `a suspicious sign-in`

    private static func withPasskeys(
        _ kind: DatabaseKind, _ change: @escaping @Sendable (inout DetectionPolicy) -> Void,
        _ body: @escaping @Sendable (GateFixture, SoftwareAuthenticator) async throws -> Void
    ) async throws {
        try await Door.open(kind, change, configuring: { $0.passkeys.allowsPlatform = true }) { fixture in
            try await body(fixture, try await fixture.withPasskey())
        }
    }

    private static func signIn(
        _ fixture: GateFixture, with key: SoftwareAuthenticator, _ cookie: String? = nil, from source: RequestSource
    ) async throws -> (grant: SessionGrant, cookie: String?) {
        let assertion = try fixture.assertion(key, try await fixture.signInChallenge())
        let outcome = try await fixture.gate.passkeySignIn.signIn(
            assertion, deviceCookies: [cookie].compactMap(\.self), from: source)
        guard case .signedIn(let grant, let cookie) = outcome else { throw Surprise(outcome.kind) }
        return (grant, cookie)
    }

    @Test(arguments: DatabaseKind.available)
    func `tells of a passkey's new device and of its place, and learns both`(kind: DatabaseKind) async throws {
        try await Self.withPasskeys(kind) {
            $0.checksDevices = true
            $0.checksPlaces = true
            $0.scoresRisk = true
            $0.challengeAt = 20
        } _: { fixture, key in
            let first = try await Self.signIn(fixture, with: key, from: Door.london)
            #expect(try await fixture.count(.deviceMismatch) == 1)
            #expect(try await fixture.count(.riskySignIn) == 1)
            #expect(try await fixture.detail(.deviceMismatch).contains(#""action":"allow""#))
            let told = try #require(try await fixture.mails(.deviceMismatch).last?.values)
            #expect(told["challenged"] == nil && told["blocked"] == nil)
            let detail = try await fixture.events(.loginSuccess).first?.detailJSON ?? ""
            #expect(detail.contains("deviceVerdict") && detail.contains("riskScore") && detail.contains("passkey"))
            // The same browser from the same place is no news; from another continent it is.
            fixture.time.advance(by: .hours(1))
            _ = try await Self.signIn(fixture, with: key, first.cookie, from: Door.london)
            #expect(try await fixture.count(.deviceMismatch) == 1)
            #expect(try await fixture.count(.geoAnomalyDetected) == 0)
            fixture.time.advance(by: .hours(1))
            let far = Door.source("216.160.83.56", Door.london.userAgent)
            let there = try await Self.signIn(fixture, with: key, first.cookie, from: far)
            #expect(fixture.admittance(there.grant) == "admitted")
            #expect(try await fixture.count(.deviceMismatch) == 1)
            #expect(try await fixture.count(.geoAnomalyDetected) == 1)
            #expect(try await fixture.mails(.geoAnomaly).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes a cookie that says a known device and was not made here for none`(kind: DatabaseKind) async throws {
        try await Self.withPasskeys(kind) {
            $0.checksDevices = true
        } _: { fixture, key in
            let first = try await Self.signIn(fixture, with: key, from: Door.london)
            let cookie = try #require(first.cookie)
            _ = try await Self.signIn(fixture, with: key, cookie, from: Door.london)
            #expect(try await fixture.count(.deviceMismatch) == 1)
            // The nonce of the known device, under a code that is none of ours.
            var bytes = try #require(Base64URL.decode(cookie))
            bytes[bytes.count - 1] ^= 1
            let forged = try await Self.signIn(fixture, with: key, Base64URL.encode(bytes), from: Door.london)
            #expect(try await fixture.count(.deviceMismatch) == 2)
            #expect(try await fixture.detail(.deviceMismatch).contains(#""verdict":"unknown""#))
            #expect(forged.cookie != nil, "it is given one of its own")
            for text in ["", "a", "AAAA", "=", String(repeating: "A", count: 101)] {
                let odd = try await Self.signIn(fixture, with: key, text, from: Door.london)
                #expect(fixture.admittance(odd.grant) == "admitted")
            }
            #expect(try await fixture.count(.deviceMismatch) == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is asked in the same exchange as everything else`(kind: DatabaseKind) async throws {
        try await Self.withPasskeys(kind) {
            $0.checksDevices = true
            $0.checksPlaces = true
            $0.scoresRisk = true
        } _: { fixture, key in
            let watched = WatchedDatabase(fixture.database)
            let counted = try await fixture.reopened(on: watched)
            let assertion = try counted.assertion(key, try await counted.signInChallenge())
            var before = (watched.roundTrips, watched.exchanges)
            _ = try await counted.gate.passkeySignIn.signIn(assertion, deviceCookies: [], from: Door.london)
            // The passkey is looked up before its signature is verified.
            #expect(watched.roundTrips - before.0 == 2 && watched.exchanges - before.1 == 1)
            before = (watched.roundTrips, watched.exchanges)
            _ = try await counted.signIn("ana")
            // One to reserve the attempt before the hash, one to settle it behind.
            #expect(watched.roundTrips - before.0 == 2 && watched.exchanges - before.1 == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `does not refuse a passkey where devices are blocked, nor tell its owner that it did`(
        kind: DatabaseKind
    ) async throws {
        try await Self.withPasskeys(kind) {
            $0.checksDevices = true
            $0.deviceMismatch = .block
        } _: { fixture, key in
            let grant = try await Self.signIn(fixture, with: key, from: Door.washington).grant
            #expect(fixture.admittance(grant) == "admitted")
            #expect(try await fixture.detail(.deviceMismatch).contains(#""action":"allow""#))
            #expect(try await fixture.mails(.deviceMismatch).map { $0.values["blocked"] } == [nil])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks a suspicious sign-in for a mailed code before it may set up a factor, and learns from the whole`(
        kind: DatabaseKind
    ) async throws {
        try await Door.open(
            kind, { $0.checksDevices = true },
            configuring: {
                $0.mfa.requirement = .all
                $0.mfa.grace = .days(7)
            }
        ) { fixture in
            try await fixture.register()
            _ = try #require(try await Door.signIn(fixture, Door.london).grant)
            fixture.time.advance(by: .days(8))
            // Whoever has only the password must not be able to make an app of their own the owner's factor.
            let suspicious = try await Door.signIn(fixture, Door.washington).outcome
            guard case .secondFactorNeeded(let asked) = suspicious else { throw Surprise(suspicious.kind) }
            #expect(asked.methods == [.email])
            #expect(try await fixture.gate.enrolAtSignIn.start(asked.token) == nil)
            let code = try #require(try await fixture.mails(.signInCode).last?.values["code"])
            let proven = try await fixture.gate.secondStep.answer(
                asked.token, .email, code: code, remember: false, from: Door.washington)
            guard case .enrolmentNeeded(let pending) = proven else { throw Surprise(proven.kind) }
            let (grant, cookie, app) = try await Self.enrol(fixture, pending, from: Door.washington)
            #expect(grant.session.methods == ["pwd", "email", "otp", "mfa"])
            #expect(try await fixture.count(.deviceMismatch) == 1, "told once, at the first step")
            #expect(try await fixture.events(.loginSuccess).first?.detailJSON.contains("deviceVerdict") == true)
            // From now on the device is known.
            let again = try await Door.signIn(fixture, Door.washington, cookie).outcome
            guard case .secondFactorNeeded(let usual) = again else { throw Surprise(again.kind) }
            #expect(usual.methods == [.totp, .recoveryCode])
            #expect(try await fixture.answer(usual, app.code).kind == "signed in")
            #expect(try await fixture.count(.deviceMismatch) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `makes the device of a first sign-in that had to set up a factor a known one`(
        kind: DatabaseKind
    ) async throws {
        try await Door.open(
            kind, { $0.checksDevices = true },
            configuring: {
                $0.mfa.requirement = .all
                $0.mfa.grace = .zero
            }
        ) { fixture in
            let account = try await fixture.register()
            let outcome = try await Door.signIn(fixture, Door.london).outcome
            guard case .enrolmentNeeded(let pending) = outcome else { throw Surprise(outcome.kind) }
            #expect(try await SignInDetection.devices(of: account.id, in: fixture.database).isEmpty)
            _ = try await Self.enrol(fixture, pending, from: Door.london)
            let devices = try await SignInDetection.devices(of: account.id, in: fixture.database)
            #expect(devices.map(\.isTrusted) == [true])
            #expect(try await fixture.count(.deviceMismatch) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lets in, and says so, somebody of whom nothing more can be asked`(kind: DatabaseKind) async throws {
        try await Door.open(
            kind,
            {
                $0.checksDevices = true
                $0.scoresRisk = true
                $0.challengeAt = 20
            }, configuring: { $0.sendsMail = false }
        ) { fixture in
            try await fixture.register()
            _ = try #require(try await Door.signIn(fixture, Door.london).grant)
            #expect(try await Door.signIn(fixture, Door.washington).kind == "signed in")
            #expect(try await fixture.detail(.deviceMismatch).contains(#""action":"allow""#))
            #expect(try await fixture.detail(.riskySignIn).contains(#""action":"allow""#))
            #expect(try await fixture.outboxItems().isEmpty)
            #expect(try await fixture.database.rows("SELECT token_hash FROM sign_in_challenge").isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `forgets what it had learnt of somebody who says that it was not them, and of nobody else`(
        kind: DatabaseKind
    ) async throws {
        try await Door.open(kind) {
            $0.checksDevices = true
            $0.checksPlaces = true
            $0.deviceMismatch = .block
        } _: { fixture in
            let ana = try await fixture.register()
            let ben = try await fixture.register("ben")
            _ = try await fixture.signedIn("ben")
            let first = try #require(try await Door.signIn(fixture, Door.london).grant)
            #expect(try await Door.signIn(fixture, Door.washington).kind == "invalid credentials")
            let token = try await fixture.token(.deviceMismatch, "notMeLink")
            #expect(try await fixture.gate.notMe.report(token, from: Door.london))
            func trust(_ account: Account) async throws -> [Bool] {
                try await SignInDetection.devices(of: account.id, in: fixture.database).map(\.isTrusted)
            }
            #expect(try await trust(ana) == [false])
            #expect(try await trust(ben) == [true])
            let habits = try await fixture.database.rows("SELECT account_id FROM sign_in_habit")
            #expect(try habits.map { try $0.get("account_id", as: AccountID.self) } == [ben.id])
            // Nobody is locked out for good: where no device is known any more, the mailbox decides.
            let outcome = try await Door.signIn(fixture, Door.london, first.cookie).outcome
            guard case .secondFactorNeeded(let pending) = outcome else { throw Surprise(outcome.kind) }
            #expect(pending.methods == [.email])
            #expect(try await fixture.count(.geoAnomalyDetected) == 1, "that of the stranger")
        }
    }

    private static func enrol(
        _ fixture: GateFixture, _ pending: PendingChallenge, from source: RequestSource
    ) async throws -> (grant: SessionGrant, cookie: String?, app: App) {
        let invitation = try #require(try await fixture.gate.enrolAtSignIn.start(pending.token))
        let app = App(secret: try #require(Base32.decode(invitation.secret)), time: fixture.time)
        let outcome = try await fixture.gate.enrolAtSignIn.confirm(pending.token, code: app.code, from: source)
        guard case .signedIn(let grant, let cookie, _) = outcome else { throw Surprise("\(outcome)") }
        fixture.time.advance(by: .seconds(30))
        return (grant, cookie, app)
    }
}
