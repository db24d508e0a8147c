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

/// What a sign-in does with what the detection finds; what it finds is tested where it is made.
@Suite struct `a suspicious sign-in` {
    static let london = source("81.2.69.160", "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36")
    static let washington = source(
        "216.160.83.56", "Mozilla/5.0 (Macintosh; Intel Mac OS X) Version/18 Safari/605")

    @Test(arguments: DatabaseKind.available)
    func `from a device that is new asks for a code by mail, which opens the session`(kind: DatabaseKind) async throws {
        try await Self.open(kind) {
            $0.checksDevices = true
        } _: { fixture in
            try await fixture.register()
            let first = try #require(try await Self.signIn(fixture, Self.london).grant)
            #expect(first.cookie != nil)
            // The same browser again is no news.
            #expect(try await Self.signIn(fixture, Self.london, first.cookie).kind == "signed in")
            guard case .secondFactorNeeded(let pending) = try await Self.signIn(fixture, Self.washington).outcome else {
                throw Surprise("not asked")
            }
            #expect(pending.methods == [.email])
            #expect(try await fixture.count(.deviceMismatch) == 1)
            #expect(try await fixture.mails(.deviceMismatch).count == 1)
            #expect(try await fixture.mails(.newDevice).isEmpty)
            #expect(try await fixture.answer(pending, .email, "000000").kind == "invalid code")
            let mail = try #require(try await fixture.mails(.signInCode).last)
            // Late by an outage it would only confuse.
            #expect(mail.expiresAt == (fixture.time.now + pending.life).milliseconds)
            let code = try #require(mail.values["code"])
            let grant = try #require(try await fixture.answer(pending, .email, code).grant)
            // A mailbox is no factor.
            #expect(grant.session.methods == ["pwd", "email"])
            #expect(try await fixture.detail(.loginSuccess).contains("deviceVerdict"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks for the factor even from a browser that is remembered`(kind: DatabaseKind) async throws {
        try await Self.open(kind) {
            $0.scoresRisk = true
            $0.challengeAt = 20
        } _: { fixture in
            let app = try await fixture.withApp()
            let outcome = try await Self.signIn(fixture, Self.london)
            guard case .secondFactorNeeded(let pending) = outcome.outcome else { throw Surprise("not asked") }
            let done = try await fixture.gate.secondStep.answer(
                pending.token, .totp, code: app.code, remember: true, from: Self.london)
            guard case .signedIn(_, let cookie, let remembered) = done else { throw Surprise("not signed in") }
            fixture.time.advance(by: .minutes(30))
            #expect(
                try await Self.signIn(fixture, Self.london, cookie, remembered: remembered).kind == "signed in")
            // Half an hour later from another continent, with the stolen cookies of both kinds.
            let far = try await Self.signIn(fixture, Self.washington, cookie, remembered: remembered)
            #expect(far.kind == "second factor needed")
            #expect(try await fixture.count(.riskySignIn) >= 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is refused like a wrong password where it is to be blocked, and the owner is told`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) {
            $0.checksDevices = true
            $0.deviceMismatch = .block
        } _: { fixture in
            try await fixture.register()
            let first = try #require(try await Self.signIn(fixture, Self.london).grant)
            #expect(try await Self.signIn(fixture, Self.washington).kind == "invalid credentials")
            #expect(try await fixture.mails(.deviceMismatch).last?.values["blocked"] == "yes")
            #expect(try await Self.signIn(fixture, Self.london, first.cookie).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `from too far away is told with both places, and let in where only that is watched`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) {
            $0.checksPlaces = true
        } _: { fixture in
            try await fixture.register()
            let first = try #require(try await Self.signIn(fixture, Self.london).grant)
            fixture.time.advance(by: .hours(1))
            #expect(try await Self.signIn(fixture, Self.washington, first.cookie).kind == "signed in")
            #expect(try await fixture.count(.geoAnomalyDetected) == 1)
            let told = try #require(try await fixture.mails(.geoAnomaly).last?.values["journey"])
            #expect(told.contains("miles from your last sign-in in London"), "\(told)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with a password of the local list of stolen ones counts it at once`(kind: DatabaseKind) async throws {
        let list = ScriptedBreachList()
        try await Self.open(kind, breaches: list) {
            $0.scoresRisk = true
            $0.challengeAt = 60
        } _: { fixture in
            try await fixture.register()
            let first = try #require(try await Self.signIn(fixture, Self.london).grant)
            list.answer(.found)
            #expect(try await Self.signIn(fixture, Self.london, first.cookie).kind == "signed in")
            let detail = try await fixture.detail(.loginSuccess)
            #expect(detail.contains("breached_password 30"))
            #expect(detail.contains(#""passwordIsBreached":"true""#))
            // Together with a browser that is new it is too much.
            #expect(try await Self.signIn(fixture, Self.london).kind == "second factor needed")
            list.answer(.unavailable(reason: "the file is damaged"))
            #expect(try await Self.signIn(fixture, Self.london, first.cookie).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `never waits for the service that knows stolen passwords, and counts what it said before`(
        kind: DatabaseKind
    ) async throws {
        let service = ScriptedBreachList(answersAtOnce: false)
        try await Self.open(kind, breaches: service) {
            $0.scoresRisk = true
        } _: { fixture in
            try await fixture.register()
            service.answer(.found)
            service.hold()
            // The service is still thinking when the session is open.
            let first = try #require(try await Self.signIn(fixture, Self.london).grant)
            #expect(!(try await fixture.detail(.loginSuccess).contains("breached_password")))
            service.release()
            await fixture.gate.settleQuestions()
            fixture.time.advance(by: .seconds(1))
            #expect(try await Self.signIn(fixture, Self.london, first.cookie).kind == "signed in")
            #expect(try await fixture.detail(.loginSuccess).contains("breached_password 30"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks the service about a right password alone, and once a week`(kind: DatabaseKind) async throws {
        let service = ScriptedBreachList(answersAtOnce: false)
        try await Self.open(kind, breaches: service) {
            $0.scoresRisk = true
        } _: { fixture in
            try await fixture.register()
            let before = service.questions
            try await fixture.guessWrong(1)
            await fixture.gate.settleQuestions()
            #expect(service.questions == before)
            for (wait, questions) in [(Duration.zero, 1), (.days(6), 1), (.days(1), 2)] {
                fixture.time.advance(by: wait)
                _ = try await Self.signIn(fixture, Self.london)
                await fixture.gate.settleQuestions()
                #expect(service.questions == before + questions)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is scored after the second step with what the first one knew`(kind: DatabaseKind) async throws {
        let list = ScriptedBreachList()
        try await Self.open(kind, breaches: list) {
            $0.scoresRisk = true
            $0.challengeAt = 20
        } _: { fixture in
            try await fixture.register()
            list.answer(.found)
            try await fixture.guessWrong(2)
            let outcome = try await Self.signIn(fixture, Self.london).outcome
            guard case .secondFactorNeeded(let pending) = outcome else { throw Surprise("not asked") }
            let code = try #require(try await fixture.mails(.signInCode).last?.values["code"])
            #expect(try await fixture.answer(pending, .email, code).kind == "signed in")
            for type in [EventType.riskySignIn, .loginSuccess] {
                let detail = try await fixture.detail(type)
                #expect(detail.contains("recent_failures 10"), "\(type): \(detail)")
                #expect(detail.contains("breached_password 30"), "\(type): \(detail)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not looked for where everything is off`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            _ = try await fixture.signedIn()
            for table: SQL in ["known_device", "sign_in_habit"] {
                #expect(try await fixture.database.rows("SELECT account_id FROM \(table)").isEmpty)
            }
        }
    }

    static func source(_ ip: String, _ userAgent: String) -> RequestSource {
        RequestSource(ip: IPAddress(ip), userAgent: userAgent, requestID: "request-1")
    }

    static func open(
        _ kind: DatabaseKind, breaches: any BreachedPasswords = NoBreachCheck(),
        _ change: @escaping @Sendable (inout DetectionPolicy) -> Void,
        configuring: @escaping @Sendable (inout GateConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        var policy = DetectionPolicy()
        change(&policy)
        let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("SecurityEventsTests/Data")
        let places = PlaceDatabase(path: data.appendingPathComponent("GeoIP2-City-Test.mmdb").path)
        let addresses = AddressBook(
            places: places, networks: NetworkDatabase(path: nil), listed: ListedNetworks(path: nil))
        let watched = policy
        // The clock of the detection is the gate's own: it comes with each sign-in.
        try await GateFixture.withFactors(kind) { configuration in
            configuration.places = places
            configuration.breachedPasswords = breaches
            configuration.detection = SignInDetection(policy: watched, addresses: addresses, world: TestWorld().world)
            configuring(&configuration)
        } _: { fixture in
            try await body(fixture)
        }
    }

    static func signIn(
        _ fixture: GateFixture, _ source: RequestSource, _ cookie: String? = nil, remembered: String? = nil
    ) async throws -> SignInAttempt {
        SignInAttempt(
            outcome: try await fixture.gate.signIn.signIn(
                typedAddress: "ana@example.com", password: GateFixture.password,
                deviceCookies: [cookie].compactMap(\.self),
                rememberedDevices: [remembered].compactMap(\.self), from: source))
    }
}

/// How a sign-in ended.
struct SignInAttempt {
    let outcome: SignIn.Outcome

    var kind: String { outcome.kind }

    var grant: (grant: SessionGrant, cookie: String?)? {
        guard case .signedIn(let grant, let cookie) = outcome else { return nil }
        return (grant, cookie)
    }
}
