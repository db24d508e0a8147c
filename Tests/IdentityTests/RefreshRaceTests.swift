import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `racing refreshes` {
    /// Presents one token `count` times at once.
    private static func race(
        _ fixture: GateFixture, _ token: String, count: Int, key: String?
    ) async throws -> [Refresh.Outcome] {
        try await withThrowingTaskGroup(of: Refresh.Outcome.self) { group in
            for _ in 0..<count { group.addTask { try await fixture.refresh(token, key: key) } }
            return try await group.reduce(into: [Refresh.Outcome]()) { $0.append($1) }
        }
    }

    private static func generation(_ fixture: GateFixture, _ session: SessionID) async throws -> Int64 {
        let rows = try await fixture.database.rows("SELECT generation FROM session WHERE id = \(session)")
        return try #require(rows.first).get("generation")
    }

    @Test(arguments: DatabaseKind.available)
    func `of two hundred without a key exactly one wins and one alarm is raised`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let outcomes = try await Self.race(fixture, grant.refreshToken, count: 200, key: nil)
            #expect(outcomes.count { $0.grant != nil } == 1)
            #expect(outcomes.count { $0.refusal == .reused } == 1)
            #expect(outcomes.count { $0.refusal == .sessionRevoked } == 198)
            #expect(try await fixture.count(.tokenTheftDetected) == 1)
            #expect(try await fixture.count(.tokenRefresh) == 1)
            #expect(try await Self.generation(fixture, grant.session.id) == 2)
            let child = try #require(outcomes.compactMap(\.grant).first)
            #expect(try await fixture.refresh(child.refreshToken).refusal == .sessionRevoked)
            #expect(fixture.gate.admit(accessToken: child.accessToken).kind == "revoked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two hundred with theft detection off exactly one wins and its child lives`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind, { $0.rotation.detectsTheft = false }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let outcomes = try await Self.race(fixture, grant.refreshToken, count: 200, key: nil)
            #expect(outcomes.count { $0.grant != nil } == 1)
            #expect(outcomes.count { $0.refusal == .reused } == 199)
            let child = try #require(outcomes.compactMap(\.grant).first)
            #expect(try await fixture.refresh(child.refreshToken).grant != nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fifty with one key all get the same successor`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let outcomes = try await Self.race(fixture, grant.refreshToken, count: 50, key: "one-click")
            let tokens = outcomes.compactMap { $0.grant?.refreshToken }
            #expect(tokens.count == 50)
            #expect(Set(tokens).count == 1)
            #expect(try await fixture.count(.tokenRefresh) == 1)
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
            #expect(try await Self.generation(fixture, grant.session.id) == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fifty within the grace all get the same successor`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.rotation.grace = .seconds(10) }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let outcomes = try await Self.race(fixture, grant.refreshToken, count: 50, key: nil)
            #expect(Set(outcomes.map { $0.grant?.refreshToken }).count == 1)
            #expect(outcomes.allSatisfy { $0.grant != nil })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a sign-out beside refreshes leaves nothing alive`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            for round in 1...5 {
                let grant = try await fixture.signedIn()
                async let refreshed = Self.race(fixture, grant.refreshToken, count: 10, key: "round-\(round)")
                async let ended: Void = fixture.gate.signOut.end(
                    grant.session.id, of: account.id, from: GateFixture.source)
                let outcomes = try await refreshed
                _ = try await ended
                for child in outcomes.compactMap(\.grant) {
                    #expect(fixture.gate.admit(accessToken: child.accessToken).kind == "revoked")
                    #expect(try await fixture.refresh(child.refreshToken).refusal == .sessionRevoked)
                }
                #expect(outcomes.allSatisfy { $0.grant != nil || $0.refusal == .sessionRevoked })
            }
            #expect(try await fixture.count(.tokenTheftDetected) == 0)
        }
    }
}
