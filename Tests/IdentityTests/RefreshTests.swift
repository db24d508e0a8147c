import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `refresh rotation` {
    @Test(arguments: DatabaseKind.available)
    func `each exchange makes the next token and kills the last`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            var grant = try await fixture.signedIn()
            var seen: Set<String> = [grant.refreshToken]
            for generation in Int64(2)...6 {
                grant = try await fixture.refreshed(grant.refreshToken)
                #expect(grant.session.generation == generation)
                #expect(seen.insert(grant.refreshToken).inserted)
            }
            #expect(try await fixture.count(.tokenRefresh) == 5)
            #expect(try await fixture.events(.tokenRefresh).allSatisfy { $0.userID == grant.account.id })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a token presented twice takes all of its owner's sessions down`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana")
            try await fixture.register("ben")
            let phone = try await fixture.signedIn("ana")
            let laptop = try await fixture.signedIn("ana")
            let stranger = try await fixture.signedIn("ben")
            let renewed = try await fixture.refreshed(phone.refreshToken)
            #expect(try await fixture.refresh(phone.refreshToken).refusal == .reused)
            #expect(try await fixture.refresh(renewed.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.refresh(laptop.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.refresh(stranger.refreshToken).grant != nil)
            #expect(fixture.gate.admit(accessToken: laptop.accessToken).kind == "revoked")
            #expect(fixture.gate.admit(accessToken: renewed.accessToken).kind == "revoked")
            #expect(fixture.gate.admit(accessToken: stranger.accessToken).kind == "admitted")
            let alarm = try #require(try await fixture.events(.tokenTheftDetected).first)
            #expect(alarm.sessionID == phone.session.id)
            #expect(alarm.detailJSON.contains(#""endedSessions":"2""#))
            #expect(alarm.detailJSON.contains(#""presentedGeneration":"1""#))
            #expect(try await fixture.count(.tokenTheftDetected) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a theft can be made to end its session alone`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.theftResponse = .session }) { fixture in
            try await fixture.register()
            let phone = try await fixture.signedIn()
            let laptop = try await fixture.signedIn()
            let renewed = try await fixture.refreshed(phone.refreshToken)
            #expect(try await fixture.refresh(phone.refreshToken).refusal == .reused)
            #expect(try await fixture.refresh(renewed.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.refresh(laptop.refreshToken).grant != nil)
            #expect(fixture.gate.admit(accessToken: laptop.accessToken).kind == "admitted")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a retry with the same key gets the same successor until that was used`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken, key: "exchange-1")
            for _ in 1...3 {
                fixture.time.advance(by: .minutes(10))
                let retried = try await fixture.refreshed(first.refreshToken, key: "exchange-1")
                #expect(retried.refreshToken == second.refreshToken)
            }
            #expect(try await fixture.count(.tokenRefresh) == 1)
            _ = try await fixture.refreshed(second.refreshToken, key: "exchange-2")
            #expect(try await fixture.refresh(first.refreshToken, key: "exchange-1").refusal == .reused)
        }
    }

    @Test(arguments: DatabaseKind.available, [nil, "", "another-key"] as [String?])
    func `a thief without the key is caught on the first try`(kind: DatabaseKind, key: String?) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            _ = try await fixture.refreshed(first.refreshToken, key: "exchange-1")
            #expect(try await fixture.refresh(first.refreshToken, key: key).refusal == .reused)
            #expect(try await fixture.count(.tokenTheftDetected) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the grace gives the same successor for a fixed time that never slides`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.grace = .seconds(30) }) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken)
            for _ in 1...3 {
                fixture.time.advance(by: .seconds(10))
                #expect(try await fixture.refreshed(first.refreshToken).refreshToken == second.refreshToken)
            }
            fixture.time.advance(by: .milliseconds(1))
            #expect(try await fixture.refresh(first.refreshToken).refusal == .reused)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the grace is not for the one before the predecessor`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.grace = .seconds(30) }) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken)
            _ = try await fixture.refreshed(second.refreshToken)
            #expect(try await fixture.refresh(first.refreshToken).refusal == .reused)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `without rotation one token serves to the end of the session`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.rotates = false }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 1...5 {
                fixture.time.advance(by: .minutes(5))
                #expect(try await fixture.refreshed(grant.refreshToken).refreshToken == grant.refreshToken)
            }
            fixture.time.advance(by: .minutes(40))
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionExpired)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `without theft detection a past token is refused and nothing else happens`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.detectsTheft = false }) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let second = try await fixture.refreshed(first.refreshToken)
            #expect(try await fixture.refresh(first.refreshToken).refusal == .reused)
            #expect(try await fixture.refresh(second.refreshToken).grant != nil)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a token from the future of a restored backup is refused without alarm`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let future = fixture.gate.refreshTokens.token(session: first.session.id, generation: 3)
            #expect(try await fixture.refresh(future).refusal == .invalid)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
            #expect(try await fixture.refresh(first.refreshToken).grant != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a token dead by sign-out, by time or with its account is not theft`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let first = try await fixture.signedIn()
            _ = try await fixture.refreshed(first.refreshToken)
            try await fixture.gate.signOut.end(first.session.id, of: account.id, from: GateFixture.source)
            #expect(try await fixture.refresh(first.refreshToken).refusal == .sessionRevoked)
            let second = try await fixture.signedIn()
            _ = try await fixture.refreshed(second.refreshToken)
            fixture.time.advance(by: .hours(1))
            #expect(try await fixture.refresh(second.refreshToken).refusal == .sessionExpired)
            let third = try await fixture.signedIn()
            _ = try await fixture.refreshed(third.refreshToken)
            try await fixture.disable(account.id)
            #expect(try await fixture.refresh(third.refreshToken).refusal == .sessionRevoked)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a token of a session that is gone is refused`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let session: SessionID = fixture.time.world.identifier()
            let token = fixture.gate.refreshTokens.token(session: session, generation: 1)
            let outcome = try await fixture.refresh(token)
            #expect(outcome.refusal == .invalid)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tokens survive a change of the secret that keeps the old one`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let next = "the-next-secret-of-the-tests-0123456789"
            let changed = try await fixture.reopened {
                $0.secret = GateFixture.configuration(next, previous: [GateFixture.secret]).secret
            }
            let renewed = try await changed.refreshed(grant.refreshToken)
            let later = try await changed.reopened { $0.secret = GateFixture.configuration(next).secret }
            #expect(try await later.refresh(grant.refreshToken).refusal == .invalid)
            #expect(try await later.refresh(renewed.refreshToken).grant != nil)
        }
    }
}
