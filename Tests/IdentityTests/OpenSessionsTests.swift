import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `open sessions` {
    @Test(arguments: DatabaseKind.available)
    func `are listed by last use, in one query, and end one by one`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            try await fixture.register("ben")
            let phone = try await fixture.signedIn()
            fixture.time.advance(by: .seconds(10))
            let desk = try await fixture.signedIn()
            let ben = try await fixture.signedIn("ben")
            fixture.time.advance(by: .seconds(10))
            #expect(fixture.admittance(phone) == "admitted")

            let watched = WatchedDatabase(fixture.database)
            let counted = try await fixture.reopened(on: watched)
            let before = watched.roundTrips
            _ = try await counted.gate.openSessions.list(of: phone.account.id)
            #expect(watched.roundTrips == before + 1)

            let listed = try await fixture.gate.openSessions.list(of: phone.account.id)
            #expect(listed.map(\.session.id) == [phone.session.id, desk.session.id])
            #expect(listed[0].lastActiveAt == fixture.time.world.now())

            let scope = GateFixture.scope(phone)
            #expect(try await fixture.gate.openSessions.end(ben.session.id, scope, from: GateFixture.source) == false)
            #expect(fixture.admittance(ben) == "admitted")
            #expect(try await fixture.gate.openSessions.end(desk.session.id, scope, from: GateFixture.source))
            #expect(fixture.admittance(desk) == "revoked")
            #expect(fixture.admittance(phone) == "admitted")
            #expect(try await fixture.gate.openSessions.end(desk.session.id, scope, from: GateFixture.source) == false)
            #expect(try await fixture.gate.openSessions.list(of: phone.account.id).count == 1)
            #expect(try await fixture.count(.sessionRevoked) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leave the list when they are idle, over or used up`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            fixture.time.advance(by: .minutes(59))
            #expect(try await fixture.gate.openSessions.list(of: grant.account.id).count == 1)
            fixture.time.advance(by: .minutes(2))
            #expect(try await fixture.gate.openSessions.list(of: grant.account.id).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are at most as many as MAX_SESSIONS_PER_USER; the oldest ends`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.signIn.maximumSessions = 2 }) { fixture in
            try await fixture.register()
            var grants: [SessionGrant] = []
            for _ in 0..<4 {
                fixture.time.advance(by: .seconds(1))
                grants.append(try await fixture.signedIn())
            }
            #expect(grants.map(fixture.admittance) == ["revoked", "revoked", "admitted", "admitted"])
            #expect(try await fixture.count(.sessionRevoked) == 2)
            #expect(try await fixture.count(.loginFailed) == 0, "a displaced session is no failed sign-in")
        }
    }
}

@Suite struct `a session that was ended elsewhere` {
    @Test(arguments: DatabaseKind.available)
    func `is refused after the next look, whoever ended it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let other = try await fixture.reopened()
            #expect(try await other.gate.openSessions.end(grant.session.id, from: .commandLine))
            #expect(fixture.admittance(grant) == "admitted", "this node has not heard of it yet")
            try await fixture.gate.revocationFeed.look()
            #expect(fixture.admittance(grant) == "revoked")
        }
    }

    @Test(arguments: DatabaseKind.available.filter { $0 == .postgres })
    func `is refused as soon as the other node tells`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let other = try await fixture.reopened()
            let announcements = try #require(fixture.database.announcements(on: .revokedSessions))
            var heard = announcements.makeAsyncIterator()
            #expect(await heard.next() == .gap)
            #expect(try await other.gate.openSessions.end(grant.session.id, from: .commandLine))
            #expect(await heard.next() == .message(grant.session.id.description))
        }
    }

    @Test(arguments: DatabaseKind.available.filter { $0 == .postgres })
    func `is not told of when the transaction fails`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            struct Undone: Error {}
            let announcements = try #require(fixture.database.announcements(on: .revokedSessions))
            var heard = announcements.makeAsyncIterator()
            #expect(await heard.next() == .gap)
            await #expect(throws: Undone.self) {
                try await fixture.database.transaction { sql in
                    try sql.announce("undone", on: .revokedSessions)
                    throw Undone()
                }
            }
            try await fixture.database.transaction { sql in try sql.announce("done", on: .revokedSessions) }
            #expect(await heard.next() == .message("done"))
        }
    }
}
