import Accounts
import Core
import Identity
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `session figures` {
    private static func read(_ fixture: GateFixture, back: Duration = .hours(23)) async throws -> SessionFigures.Reading
    {
        let hour = fixture.time.now.rounded(downTo: .hours(1))
        return try await fixture.gate.sessionFigures.read(from: hour - back, to: hour + .hours(1))
    }

    /// Lets time pass until ended sessions are settled, and settles them.
    @discardableResult
    private static func settle(_ fixture: GateFixture) async throws -> Int {
        fixture.time.advance(by: SessionFigures.patience)
        return try await fixture.gate.sessionFigures.settle()
    }

    @Test(arguments: DatabaseKind.available)
    func `an open session counts until it is signed out, at once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            #expect(try await Self.read(fixture) == .init(active: 0, averageSeconds: nil))
            let first = try await fixture.signedIn()
            _ = try await fixture.signedIn()
            #expect(try await Self.read(fixture).active == 2)
            try await fixture.gate.signOut.end(first.session.id, of: first.account.id, from: GateFixture.source)
            #expect(try await Self.read(fixture).active == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a session that ran out does not count, whichever clock ended it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            _ = try await fixture.signedIn()
            fixture.time.advance(by: .minutes(59))
            #expect(try await Self.read(fixture).active == 1)
            fixture.time.advance(by: .minutes(1))
            #expect(try await Self.read(fixture).active == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the length is from sign-in to the last request, of each session once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            // One of 30 minutes that is signed out, one of 10 that runs out by itself.
            let out = try await fixture.signedIn()
            let left = try await fixture.signedIn()
            fixture.time.advance(by: .minutes(10))
            fixture.gate.activity.note(left.session.id, at: fixture.time.now)
            fixture.time.advance(by: .minutes(20))
            fixture.gate.activity.note(out.session.id, at: fixture.time.now)
            try await fixture.gate.activity.flush(to: fixture.database)
            try await fixture.gate.signOut.end(out.session.id, of: out.account.id, from: GateFixture.source)
            #expect(try await Self.settle(fixture) == 1)
            #expect(try await Self.read(fixture) == .init(active: 1, averageSeconds: 1800))
            fixture.time.advance(by: .minutes(60))
            #expect(try await Self.settle(fixture) == 1)
            #expect(try await Self.read(fixture) == .init(active: 0, averageSeconds: 1200))
            #expect(try await Self.settle(fixture) == 0)
            #expect(try await Self.read(fixture) == .init(active: 0, averageSeconds: 1200))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a session counts in the hour of its end`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            fixture.gate.activity.note(grant.session.id, at: fixture.time.now + .minutes(6))
            try await fixture.gate.activity.flush(to: fixture.database)
            // Signed in at noon and last seen at 12:06, so it ended at 13:06; ending it again at 18:00 changes nothing.
            fixture.time.advance(by: .hours(6))
            try await fixture.gate.signOut.end(grant.session.id, of: grant.account.id, from: GateFixture.source)
            try await Self.settle(fixture)
            let rows = try await fixture.database.rows("SELECT hour, ended, milliseconds FROM session_hour")
            #expect(rows.count == 1)
            #expect(try rows.first?.get("hour") == TestWorld.start + .hours(1))
            #expect(try rows.first?.get("milliseconds") == 360_000)
            #expect(try await Self.read(fixture, back: .hours(4)).averageSeconds == nil)
            #expect(try await Self.read(fixture, back: .hours(5)).averageSeconds == 360)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `two nodes that settle at once count each session once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...20 { _ = try await fixture.signedIn() }
            fixture.time.advance(by: .hours(13))
            let figures = fixture.gate.sessionFigures
            let settled = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...6 { group.addTask { try await figures.settle() } }
                return try await group.reduce(0, +)
            }
            #expect(settled == 20)
            let row = try await fixture.database.rows("SELECT CAST(SUM(ended) AS BIGINT) AS n FROM session_hour").first
            #expect(try row?.get("n") == 20)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a clock that is switched off ends nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(
            kind, { $0.clocks = SessionClocks(refreshToken: nil, idle: nil, absolute: nil) }
        ) { fixture in
            try await fixture.register()
            _ = try await fixture.signedIn()
            fixture.time.advance(by: .days(400))
            #expect(try await Self.settle(fixture) == 0)
            #expect(try await Self.read(fixture) == .init(active: 1, averageSeconds: nil))
        }
    }

    @Test func `open sessions are found through their own index, never among all that ever were`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let plan = try await fixture.database.rows(
                """
                EXPLAIN QUERY PLAN SELECT COUNT(*) AS n FROM session WHERE settled_at IS NULL AND revoked_at IS NULL
                AND absolute_expiry > 1 AND refresh_expiry > 1 AND last_active_at > 1
                """
            ).map { try $0.get("detail", as: String.self) }.joined(separator: "; ")
            #expect(plan.contains("session_unsettled"), "\(plan)")
        }
    }
}
