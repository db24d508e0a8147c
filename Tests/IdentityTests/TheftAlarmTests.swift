import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@Suite struct `an alarm of theft` {
    private static let elsewhere = RequestSource(
        ip: IPAddress("198.51.100.9"), userAgent: "Test browser", requestID: "request-2")
    private static let otherBrowser = RequestSource(
        ip: GateFixture.source.ip, userAgent: "Other browser", requestID: "request-3")

    /// Somebody whose token was exchanged from `exchanger` and presented again from `presenter`.
    private static func alarmed(
        _ fixture: GateFixture, exchangedFrom exchanger: RequestSource = GateFixture.source,
        presentedFrom presenter: RequestSource = GateFixture.source
    ) async throws {
        try await fixture.register()
        let first = try await fixture.signedIn()
        fixture.time.advance(by: .seconds(1))
        _ = try await fixture.gate.refresh.exchange(first.refreshToken, idempotencyKey: nil, from: exchanger)
        fixture.time.advance(by: .seconds(1))
        let second = try await fixture.gate.refresh.exchange(first.refreshToken, idempotencyKey: nil, from: presenter)
        #expect(second.refusal == .reused)
        fixture.time.advance(by: .seconds(1))
    }

    private static func signIn(_ fixture: GateFixture, from source: RequestSource) async throws {
        let outcome = try await fixture.gate.signIn.signIn(
            typedAddress: "ana@example.com", password: GateFixture.password, deviceCookies: [], from: source)
        #expect(outcome.kind == "signed in")
        fixture.time.advance(by: .seconds(1))
    }

    @Test(arguments: DatabaseKind.available)
    func `is likely false when one client did both and its owner signs in again, and is told once`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            try await Self.alarmed(fixture)
            let alarm = try #require(try await fixture.events(.tokenTheftDetected).first)
            #expect(alarm.detail["sameClient"] == "true")
            #expect(try await fixture.count(.tokenTheftLikelyFalse) == 0)
            for _ in 1...3 { try await Self.signIn(fixture, from: GateFixture.source) }
            let told = try await fixture.events(.tokenTheftLikelyFalse)
            #expect(told.map { $0.detail["alarm"] } == [alarm.id.description])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stands when the token was exchanged elsewhere, though its owner signs in again`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            try await Self.alarmed(fixture, exchangedFrom: Self.elsewhere)
            try await Self.signIn(fixture, from: GateFixture.source)
            #expect(try await fixture.events(.tokenTheftDetected).map { $0.detail["sameClient"] } == ["false"])
            #expect(try await fixture.count(.tokenTheftLikelyFalse) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stands when it was raised by another browser of the same network`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await Self.alarmed(fixture, presentedFrom: Self.otherBrowser)
            try await Self.signIn(fixture, from: GateFixture.source)
            try await Self.signIn(fixture, from: Self.otherBrowser)
            #expect(try await fixture.count(.tokenTheftLikelyFalse) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stands while nobody signs in from that client within half an hour`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await Self.alarmed(fixture)
            try await Self.signIn(fixture, from: Self.elsewhere)
            fixture.time.advance(by: TheftAlarm.span)
            try await Self.signIn(fixture, from: GateFixture.source)
            #expect(try await fixture.count(.tokenTheftLikelyFalse) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stands when the token was older than the predecessor`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken)
            _ = try await fixture.refreshed(second.refreshToken)
            #expect(try await fixture.refresh(first.refreshToken).refusal == .reused)
            fixture.time.advance(by: .seconds(1))
            try await Self.signIn(fixture, from: GateFixture.source)
            #expect(try await fixture.count(.tokenTheftLikelyFalse) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `never was when an honest retry could be told, which is counted`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.grace = .seconds(30) }) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken, key: "one")
            _ = try await fixture.refreshed(first.refreshToken, key: "one")
            _ = try await fixture.refreshed(first.refreshToken)
            _ = try await fixture.refreshed(second.refreshToken, key: "two")
            #expect(fixture.gate.refresh.retries.provenByKey == 1)
            #expect(fixture.gate.refresh.retries.withinGrace == 1)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
        }
    }
}
