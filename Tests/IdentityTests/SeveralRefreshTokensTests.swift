import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `several refresh tokens at once` {
    private static func exchange(
        _ fixture: GateFixture, _ tokens: String..., key: String? = nil
    ) async throws -> Refresh.Outcome {
        try await fixture.gate.refresh.exchange(oneOf: tokens, idempotencyKey: key, from: GateFixture.source)
    }

    @Test(arguments: DatabaseKind.available, [true, false])
    func `a past one beside the current one of its session is no theft`(kind: DatabaseKind, first: Bool) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let phone = try await fixture.signedIn()
            let past = try await fixture.signedIn()
            let current = try await fixture.refreshed(past.refreshToken)
            let (one, two) =
                first ? (past.refreshToken, current.refreshToken) : (current.refreshToken, past.refreshToken)
            let grant = try #require(try await Self.exchange(fixture, one, two).grant)
            #expect(grant.session.id == past.session.id)
            #expect(grant.session.generation == 3)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
            #expect(try await fixture.refresh(phone.refreshToken).grant != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `garbage beside a good one changes nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let other = fixture.gate.refreshTokens.token(session: fixture.time.world.identifier(), generation: 1)
            let outcome = try await Self.exchange(fixture, "garbage", other, grant.refreshToken, "", "!")
            #expect(outcome.grant?.session.generation == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `none of which is current are a theft, once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let phone = try await fixture.signedIn()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken)
            let third = try await fixture.refreshed(second.refreshToken)
            let outcome = try await Self.exchange(fixture, "garbage", first.refreshToken, second.refreshToken)
            #expect(outcome.refusal == .reused)
            #expect(try await fixture.count(.tokenTheftDetected) == 1)
            #expect(try await fixture.refresh(third.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.refresh(phone.refreshToken).refusal == .sessionRevoked)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a past one of another session ends that session, and the current one is taken`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let copied = try await fixture.signedIn()
            let thief = try await fixture.refreshed(copied.refreshToken)
            fixture.time.advance(by: .seconds(1))
            let own = try await fixture.signedIn()
            let outcome = try await Self.exchange(fixture, copied.refreshToken, own.refreshToken)
            #expect(outcome.grant?.session.id == own.session.id)
            #expect(try await fixture.events(.tokenTheftDetected).map(\.sessionID) == [copied.session.id])
            #expect(try await fixture.refresh(thief.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.refresh(try #require(outcome.grant).refreshToken).grant != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two current ones that of the newest sign-in is taken`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let old = try await fixture.signedIn()
            fixture.time.advance(by: .seconds(1))
            let new = try await fixture.signedIn()
            let outcome = try await Self.exchange(fixture, old.refreshToken, new.refreshToken)
            #expect(outcome.grant?.session.id == new.session.id)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an ended session beside one that goes on is not in its way`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let ended = try await fixture.signedIn()
            try await fixture.gate.signOut.end(ended.session.id, of: account.id, from: GateFixture.source)
            let open = try await fixture.signedIn()
            #expect(try await Self.exchange(fixture, ended.refreshToken, open.refreshToken).grant != nil)
            #expect(try await Self.exchange(fixture, "garbage", ended.refreshToken).refusal == .sessionRevoked)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a retry with its key gets the same successor`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let ended = try await fixture.signedIn()
            _ = try await fixture.refreshed(ended.refreshToken)
            let account = ended.account.id
            try await fixture.gate.signOut.end(ended.session.id, of: account, from: GateFixture.source)
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken, key: "exchange")
            let retried = try await Self.exchange(fixture, ended.refreshToken, first.refreshToken, key: "exchange")
            #expect(retried.grant?.refreshToken == second.refreshToken)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost one round trip more than one, and garbage costs none`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let watched = WatchedDatabase(fixture.database)
            let counted = try await fixture.reopened(on: watched)
            func trips(_ tokens: String...) async throws -> Int {
                let before = watched.roundTrips
                _ = try await counted.gate.refresh.exchange(
                    oneOf: tokens, idempotencyKey: nil, from: GateFixture.source)
                return watched.roundTrips - before
            }
            func token(_ generation: Int64) -> String {
                counted.gate.refreshTokens.token(session: grant.session.id, generation: generation)
            }
            #expect(try await trips(token(1)) == 1)
            #expect(try await trips("garbage", token(2), token(2)) == 1)
            #expect(try await trips(token(2), token(3)) == 2)
            #expect(try await trips("garbage", "more") == 0)
        }
    }
}
