import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@Suite struct `a browser that is known` {
    /// Ana, a browser in which she has signed in, and no mail before the test's own.
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (GateFixture, Account, String) async throws -> Void
    ) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            let account = try await fixture.register()
            let cookie = try #require(try await fixture.signedInWithCookie().cookie)
            try await body(fixture, account, cookie)
        }
    }

    /// Locks the address and the browser, each by guesses of its own.
    private static func lockBoth(_ fixture: GateFixture, _ cookie: String) async throws {
        try await fixture.guessWrong(5)
        try await fixture.guessWrong(5, deviceCookie: cookie)
        #expect(try await fixture.signIn().kind == "locked")
        #expect(try await fixture.signIn(deviceCookie: cookie).kind == "locked")
    }

    /// Whether the cookie still vouches for a browser: it gets none in its place, and is no news.
    private static func isKnown(
        _ fixture: GateFixture, _ cookie: String, password: String = GateFixture.password
    ) async throws -> Bool {
        let before = try await fixture.count(.newDeviceLogin)
        guard case .signedIn(_, let new) = try await fixture.signIn(password: password, deviceCookie: cookie) else {
            throw Surprise("not signed in")
        }
        let isNews = try await fixture.count(.newDeviceLogin) > before
        #expect(isNews == (new != nil))
        return new == nil
    }

    private static func reset(_ fixture: GateFixture) async throws {
        try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
        _ = try await fixture.gate.passwordReset.reset(
            try await fixture.token(.resetPassword), to: GateFixture.otherPassword, from: GateFixture.source)
    }

    @Test(arguments: DatabaseKind.available)
    func `is unlocked with its address by an owner or at the shell`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture, account, cookie in
            try await fixture.register("ben")
            try await fixture.guessWrong(5, "ben")
            try await Self.lockBoth(fixture, cookie)
            _ = try await fixture.gate.team.unlock(.operatorShell, account.id, from: .commandLine)
            #expect(try await fixture.signIn(deviceCookie: cookie).kind == "signed in")
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(try await fixture.signIn("ben").kind == "locked", "nobody else is unlocked")
        }
    }

    @Test(arguments: DatabaseKind.available, [false, true])
    func `is unlocked with its address by the mail about either`(kind: DatabaseKind, device: Bool) async throws {
        try await Self.open(kind) { fixture, _, cookie in
            try await fixture.guessWrong(5, deviceCookie: device ? cookie : nil)
            let token = try await fixture.token(.accountUnlock)
            try await fixture.guessWrong(5, deviceCookie: device ? nil : cookie)
            #expect(try await fixture.gate.unlock.unlock(token, from: GateFixture.source))
            #expect(try await fixture.signIn(deviceCookie: cookie).kind == "signed in")
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not kept out, nor known any more, after a new password by mail`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture, _, cookie in
            #expect(try await Self.isKnown(fixture, cookie))
            try await Self.lockBoth(fixture, cookie)
            try await Self.reset(fixture)
            #expect(try await Self.isKnown(fixture, cookie, password: GateFixture.otherPassword) == false)
            try await fixture.guessWrong(5)
            #expect(try await fixture.signIn(deviceCookie: cookie).kind == "locked", "it has no budget of its own")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not known any more after a report by its owner`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture, _, cookie in
            _ = try await fixture.signedIn()
            let token = try await fixture.token(.newDevice, "notMeLink")
            #expect(try await fixture.gate.notMe.report(token, from: GateFixture.source))
            #expect(try await Self.isKnown(fixture, cookie) == false)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not known any more after a theft`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture, _, cookie in
            let grant = try await fixture.signedIn()
            _ = try await fixture.refreshed(grant.refreshToken)
            fixture.time.advance(by: .minutes(5))
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .reused)
            #expect(try await Self.isKnown(fixture, cookie) == false)
            let next = try #require(try await fixture.signedInWithCookie().cookie)
            #expect(try await Self.isKnown(fixture, next))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is known for a year`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture, _, cookie in
            fixture.time.advance(by: .days(365) - .milliseconds(1))
            let inTime = try await Self.isKnown(fixture, cookie)
            fixture.time.advance(by: .milliseconds(1))
            let late = try await Self.isKnown(fixture, cookie)
            #expect((inTime, late) == (true, false))
        }
    }
}
