import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `ending sessions` {
    @Test(arguments: DatabaseKind.available)
    func `a sign-out bites on the next request and leaves the other devices alone`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let phone = try await fixture.signedIn()
            let laptop = try await fixture.signedIn()
            try await fixture.gate.signOut.end(phone.session.id, of: account.id, from: GateFixture.source)
            #expect(fixture.gate.admit(accessToken: phone.accessToken).kind == "revoked")
            #expect(fixture.gate.admit(accessToken: laptop.accessToken).kind == "admitted")
            let logout = try await fixture.events(.logout)
            #expect(logout.map(\.sessionID) == [phone.session.id])
            #expect(logout.map(\.detailJSON) == [#"{"endedSessions":"1","scope":"session"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `signing out twice is no error and is told once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 1...2 {
                try await fixture.gate.signOut.end(grant.session.id, of: account.id, from: GateFixture.source)
            }
            #expect(try await fixture.count(.logout) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nobody signs somebody else out`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana")
            let ben = try await fixture.register("ben")
            let grant = try await fixture.signedIn("ana")
            try await fixture.gate.signOut.end(grant.session.id, of: ben.id, from: GateFixture.source)
            #expect(fixture.gate.admit(accessToken: grant.accessToken).kind == "admitted")
            #expect(try await fixture.refresh(grant.refreshToken).grant != nil)
            #expect(try await fixture.count(.logout) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `signing out everywhere ends every session of the person and of nobody else`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana")
            try await fixture.register("ben")
            let grants = [try await fixture.signedIn("ana"), try await fixture.signedIn("ana")]
            let other = try await fixture.signedIn("ben")
            let scope = Scope(userID: grants[0].account.id, sessionID: grants[0].session.id, role: .agent)
            try await fixture.gate.signOut.endAll(scope, from: GateFixture.source)
            for grant in grants {
                #expect(fixture.gate.admit(accessToken: grant.accessToken).kind == "revoked")
                #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionRevoked)
            }
            #expect(fixture.gate.admit(accessToken: other.accessToken).kind == "admitted")
            #expect(
                try await fixture.events(.logout).map(\.detailJSON)
                    == [#"{"endedSessions":"2","scope":"everywhere"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a revocation survives a restart`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.gate.signOut.end(grant.session.id, of: account.id, from: GateFixture.source)
            fixture.time.advance(by: .minutes(14))
            let restarted = try await fixture.reopened()
            #expect(restarted.gate.admit(accessToken: grant.accessToken).kind == "revoked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a revocation is forgotten only when no token can be alive`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            func end() async throws -> SessionGrant {
                let grant = try await fixture.signedIn()
                try await fixture.gate.signOut.end(grant.session.id, of: account.id, from: GateFixture.source)
                return grant
            }
            let first = try await end()
            fixture.time.advance(by: .minutes(15) - .milliseconds(1))
            _ = try await end()
            #expect(fixture.gate.revoked.contains(first.session.id))
            #expect(fixture.gate.revoked.count == 2)
            fixture.time.advance(by: .minutes(2))
            _ = try await end()
            #expect(!fixture.gate.revoked.contains(first.session.id))
            #expect(fixture.gate.revoked.count == 2)
            #expect(fixture.gate.admit(accessToken: first.accessToken).kind == "expired")
            #expect(try await fixture.reopened().gate.revoked.count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a revocation survives a restart with a shorter life of tokens`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.clocks.accessToken = .minutes(60) }) { fixture in
            let account = try await fixture.register()
            let ended = try await fixture.signedIn()
            let open = try await fixture.signedIn()
            try await fixture.gate.signOut.end(ended.session.id, of: account.id, from: GateFixture.source)
            fixture.time.advance(by: .minutes(20))
            let restarted = try await fixture.reopened { $0.clocks.accessToken = .minutes(15) }
            #expect(restarted.gate.admit(accessToken: ended.accessToken).kind == "expired")
            #expect(restarted.gate.admit(accessToken: open.accessToken).kind == "expired")
            #expect(fixture.gate.admit(accessToken: open.accessToken).kind == "admitted")
            let refreshed = try await restarted.refreshed(open.refreshToken)
            #expect(restarted.gate.admit(accessToken: refreshed.accessToken).kind == "admitted")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a disabled account gets no new tokens`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.disable(account.id)
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionRevoked)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the session behind a token is told with its end`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let other = try await fixture.register("ben")
            let grant = try await fixture.signedIn()
            let scope = Scope(userID: account.id, sessionID: grant.session.id, role: .agent)
            fixture.time.advance(by: .minutes(10))
            _ = fixture.gate.admit(accessToken: grant.accessToken)
            let mine = try #require(try await fixture.gate.session(scope))
            #expect(mine.account == account)
            #expect(mine.expiresAt == fixture.time.now + .minutes(60))
            let foreign = Scope(userID: other.id, sessionID: grant.session.id, role: .owner)
            #expect(try await fixture.gate.session(foreign) == nil)
            try await fixture.gate.signOut.endAll(scope, from: GateFixture.source)
            #expect(try await fixture.gate.session(scope) == nil)
        }
    }
}
