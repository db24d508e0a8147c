import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `stepping up` {
    private static func again(
        _ fixture: GateFixture, _ grant: SessionGrant, password: String = GateFixture.password,
        deviceCookie: String? = nil
    ) async throws -> Reauthenticate.Outcome {
        let scope = Scope(userID: grant.account.id, sessionID: grant.session.id, role: grant.account.role)
        return try await fixture.gate.reauthenticate.withPassword(
            scope, password, deviceCookies: [deviceCookie].compactMap(\.self), from: GateFixture.source)
    }

    private static func kind(_ outcome: Reauthenticate.Outcome) -> String {
        switch outcome {
        case .renewed: return "renewed"
        case .invalidCredentials: return "invalid credentials"
        case .invalidCode: return "invalid code"
        case .locked: return "locked"
        case .busy: return "busy"
        case .sessionRevoked: return "session revoked"
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `renews the moment of proof and leaves the refresh token as it is`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            fixture.time.advance(by: .minutes(10))
            guard case .renewed(let renewed) = try await Self.again(fixture, grant) else {
                Issue.record("not renewed")
                return
            }
            #expect(renewed.session.authenticatedAt == fixture.time.now)
            #expect(renewed.refreshToken == grant.refreshToken)
            #expect(renewed.accessToken != grant.accessToken)
            let refreshed = try await fixture.refreshed(grant.refreshToken)
            // A refresh proves nothing: it neither renews the moment nor loses it.
            #expect(refreshed.session.authenticatedAt == fixture.time.now)
            fixture.time.advance(by: .minutes(10))
            let later = try await fixture.refreshed(refreshed.refreshToken)
            #expect(later.session.authenticatedAt == fixture.time.now - .minutes(10))
            #expect(try await fixture.events(.reauthenticated).map(\.sessionID) == [grant.session.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `guesses count as failures of the address and lock it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 1...5 {
                let outcome = try await Self.again(fixture, grant, password: GateFixture.wrongPassword)
                #expect(Self.kind(outcome) == "invalid credentials")
            }
            #expect(Self.kind(try await Self.again(fixture, grant)) == "locked")
            #expect(try await fixture.signIn().kind == "locked")
            #expect(try await fixture.count(.loginFailed) == 5)
            #expect(try await fixture.count(.accountLocked) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a try while locked is told`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.guessWrong(5)
            #expect(Self.kind(try await Self.again(fixture, grant)) == "locked")
            #expect(try await fixture.events(.lockoutAttemptWhileLocked).map(\.sessionID) == [grant.session.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a known device can step up while strangers have locked the address`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let (grant, cookie) = try await fixture.signedInWithCookie()
            try await fixture.guessWrong(5)
            #expect(Self.kind(try await Self.again(fixture, grant)) == "locked")
            #expect(Self.kind(try await Self.again(fixture, grant, deviceCookie: cookie)) == "renewed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an ended session cannot be stepped up`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.gate.signOut.end(grant.session.id, of: account.id, from: GateFixture.source)
            #expect(Self.kind(try await Self.again(fixture, grant)) == "session revoked")
            #expect(try await fixture.count(.reauthenticated) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `one person's password does not step up another's session`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register("ana")
            try await fixture.register("ben", password: "Qv3-anchor-Violet-60")
            let outcome = try await fixture.signIn("ben", password: "Qv3-anchor-Violet-60")
            guard case .signedIn(let grant, _) = outcome else { throw GateFixture.Unexpected() }
            let scope = Scope(userID: ana.id, sessionID: grant.session.id, role: .agent)
            let stepped = try await fixture.gate.reauthenticate.withPassword(
                scope, GateFixture.password, deviceCookies: [], from: GateFixture.source)
            #expect(Self.kind(stepped) == "session revoked")
        }
    }
}

@Suite struct `proof of the password` {
    private static let scope = Scope(
        userID: AccountID(high: 1, low: 1), sessionID: SessionID(high: 2, low: 2), role: .owner)

    private static func isGiven(
        _ policy: ReauthenticationPolicy, _ purpose: ReauthenticationPolicy.Purpose, after elapsed: Duration
    ) -> Bool {
        let start = TestWorld.start
        return policy.judge(
            purpose, scope: scope, authenticatedAt: start, methods: ["pwd"], now: start + elapsed
        ).proof != nil
    }

    @Test(arguments: [ReauthenticationPolicy.Purpose.delete, .export, .accountSecurity])
    func `counts for five minutes to the millisecond`(purpose: ReauthenticationPolicy.Purpose) {
        let policy = ReauthenticationPolicy()
        #expect(Self.isGiven(policy, purpose, after: .zero))
        #expect(Self.isGiven(policy, purpose, after: .minutes(5)))
        #expect(!Self.isGiven(policy, purpose, after: .minutes(5) + .milliseconds(1)))
        #expect(Self.isGiven(policy, purpose, after: .zero - .hours(1)))
    }

    @Test func `can be waived for deleting and exporting, and not for the account itself`() {
        let lenient = ReauthenticationPolicy(requiredForDelete: false, requiredForExport: false)
        #expect(Self.isGiven(lenient, .delete, after: .days(1)))
        #expect(Self.isGiven(lenient, .export, after: .days(1)))
        #expect(!Self.isGiven(lenient, .accountSecurity, after: .days(1)))
        #expect(!Self.isGiven(ReauthenticationPolicy(requiredForExport: false), .delete, after: .days(1)))
    }

    @Test func `names whose it is`() {
        let now = TestWorld.start
        let proof = ReauthenticationPolicy().judge(
            .delete, scope: Self.scope, authenticatedAt: now, methods: ["pwd"], now: now
        ).proof
        #expect(proof?.scope == Self.scope)
    }
}
