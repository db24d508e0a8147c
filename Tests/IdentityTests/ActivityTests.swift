import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `session clocks` {
    private static func lastActive(_ fixture: GateFixture, _ session: SessionID) async throws -> Timestamp {
        let rows = try await fixture.database.rows("SELECT last_active_at FROM session WHERE id = \(session)")
        return try #require(rows.first).get("last_active_at")
    }

    @Test(arguments: DatabaseKind.available)
    func `activity is written in one statement for all sessions`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { plain in
            try await plain.register()
            let watched = WatchedDatabase(plain.database)
            let fixture = try await plain.reopened(on: watched)
            var grants: [SessionGrant] = []
            for _ in 1...30 { grants.append(try await fixture.signedIn()) }
            fixture.time.advance(by: .minutes(1))
            for grant in grants.dropLast() { _ = fixture.gate.admit(accessToken: grant.accessToken) }
            let before = watched.batches.count
            try await fixture.gate.activity.flush(to: watched)
            #expect(watched.batches.dropFirst(before) == [1])
            for grant in grants.dropLast() {
                #expect(try await Self.lastActive(fixture, grant.session.id) == fixture.time.now)
            }
            let idle = try #require(grants.last)
            #expect(try await Self.lastActive(fixture, idle.session.id) == idle.session.createdAt)
            try await fixture.gate.activity.flush(to: watched)
            #expect(watched.batches.count == before + 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `more sessions than fit into a statement are all written`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            fixture.time.advance(by: .minutes(1))
            let watched = WatchedDatabase(fixture.database)
            let tracker = ActivityTracker()
            for number in 1...10_001 { tracker.note(SessionID(high: 1, low: UInt64(number)), at: fixture.time.now) }
            tracker.note(grant.session.id, at: fixture.time.now)
            try await tracker.flush(to: watched)
            #expect(watched.batches == [1, 1, 1])
            #expect(try await Self.lastActive(fixture, grant.session.id) == fixture.time.now)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `activity that could not be written is kept for the next time`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let watched = WatchedDatabase(fixture.database)
            fixture.time.advance(by: .minutes(5))
            _ = fixture.gate.admit(accessToken: grant.accessToken)
            watched.whenBatching { throw StorageError.unavailable("gone") }
            await #expect(throws: StorageError.self) { try await fixture.gate.activity.flush(to: watched) }
            watched.whenBatching(nil)
            try await fixture.gate.activity.flush(to: watched)
            #expect(try await Self.lastActive(fixture, grant.session.id) == fixture.time.now)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `activity is known while it is being written`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let watched = WatchedDatabase(fixture.database)
            fixture.time.advance(by: .minutes(5))
            _ = fixture.gate.admit(accessToken: grant.accessToken)
            let (gate, now) = (fixture.gate, fixture.time.now)
            watched.whenBatching { #expect(gate.activity.latest(grant.session.id) == now) }
            try await fixture.gate.activity.flush(to: watched)
            #expect(gate.activity.latest(grant.session.id) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a flush never sets a session back`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let tracker = ActivityTracker()
            tracker.note(grant.session.id, at: fixture.time.now - .minutes(10))
            try await tracker.flush(to: fixture.database)
            #expect(try await Self.lastActive(fixture, grant.session.id) == fixture.time.now)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `idleness ends a session, and a refresh is no activity`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            var grant = try await fixture.signedIn()
            for _ in 1...5 {
                fixture.time.advance(by: .minutes(10))
                grant = try await fixture.refreshed(grant.refreshToken)
            }
            // The access token ends with the session, not a quarter of an hour after its own making.
            #expect(grant.accessTokenLife == .minutes(10))
            fixture.time.advance(by: .minutes(10))
            #expect(fixture.gate.admit(accessToken: grant.accessToken).kind == "expired")
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionExpired)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `activity keeps a session alive, written down or not`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            var grant = try await fixture.signedIn()
            for round in 1...20 {
                fixture.time.advance(by: .minutes(14))
                #expect(fixture.gate.admit(accessToken: grant.accessToken).kind == "admitted")
                if round.isMultiple(of: 3) { try await fixture.gate.activity.flush(to: fixture.database) }
                grant = try await fixture.refreshed(grant.refreshToken)
                #expect(grant.accessTokenLife == .minutes(15))
            }
            fixture.time.advance(by: .minutes(60) - .milliseconds(1))
            grant = try await fixture.refreshed(grant.refreshToken)
            #expect(grant.accessTokenLife == .milliseconds(1))
            fixture.time.advance(by: .milliseconds(1))
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionExpired)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the absolute end comes however busy the person is`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            var grant = try await fixture.signedIn()
            let end = fixture.time.now + .hours(12)
            while end - fixture.time.now > .minutes(10) {
                fixture.time.advance(by: .minutes(10))
                _ = fixture.gate.admit(accessToken: grant.accessToken)
                guard fixture.time.now < end else { break }
                grant = try await fixture.refreshed(grant.refreshToken)
                #expect(fixture.time.now + grant.accessTokenLife <= end)
                #expect(grant.sessionExpiresAt <= end)
            }
            fixture.time.advance(by: end - fixture.time.now)
            #expect(fixture.gate.admit(accessToken: grant.accessToken).kind == "expired")
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .sessionExpired)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a refresh token dies when it lies unused`(kind: DatabaseKind) async throws {
        try await GateFixture.open(
            kind, { $0.clocks = SessionClocks(refreshToken: .days(7), idle: nil, absolute: nil) }
        ) {
            fixture in
            try await fixture.register()
            var grant = try await fixture.signedIn()
            for _ in 1...10 {
                fixture.time.advance(by: .days(7) - .milliseconds(1))
                grant = try await fixture.refreshed(grant.refreshToken)
            }
            fixture.time.advance(by: .days(7))
            #expect(try await fixture.refresh(grant.refreshToken).refusal == .tokenExpired)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `clocks that are off end nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.clocks = SessionClocks(refreshToken: nil, idle: nil, absolute: nil) }) {
            fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            fixture.time.advance(by: .days(3650))
            #expect(try await fixture.refresh(grant.refreshToken).grant?.accessTokenLife == .minutes(15))
        }
    }

    @Test func `the effective life is that of the shortest clock`() {
        let clocks = SessionClocks()
        #expect(clocks.effectiveLifetime.untouched == .minutes(60))
        #expect(clocks.effectiveLifetime.atMost == .hours(12))
        let endless = SessionClocks(refreshToken: nil, idle: nil, absolute: nil).effectiveLifetime
        #expect(endless.untouched == nil)
        #expect(endless.atMost == nil)
    }
}
