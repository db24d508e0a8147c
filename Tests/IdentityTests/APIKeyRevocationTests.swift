import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import Sessions

@Suite struct `ending API keys` {
    private static func reasons(_ fixture: GateFixture) async throws -> [String] {
        try await fixture.events(.apiKeyRevoked).map { event in
            String(event.detailJSON.split(separator: "\"because\":\"").last?.prefix { $0 != "\"" } ?? "")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `one of them is refused from the next request on, and the others are not`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let (one, other) = (try await fixture.key(grant, "one"), try await fixture.key(grant, "other"))
            for key in [one, other] { #expect(try await fixture.admittance(key: key.text) == "agent") }
            func revoke() async throws -> Bool {
                try await fixture.gate.apiKeys.revoke(
                    one.key.id, GateFixture.scope(grant), try fixture.proof(grant), from: GateFixture.source)
            }
            #expect(try await revoke())
            #expect(try await fixture.admittance(key: one.text) == "revoked")
            #expect(try await fixture.admittance(key: other.text) == "agent")
            #expect(try await !revoke(), "a second time")
            #expect(try await fixture.keys(grant).map(\.name) == ["other"])
            #expect(try await Self.reasons(fixture) == ["owner"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `somebody else's looks like one that is not there`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana", role: .owner)
            try await fixture.register("ben")
            let (ana, ben) = (try await fixture.signedIn("ana"), try await fixture.signedIn("ben"))
            let (text, key) = try await fixture.key(ben)
            for id in [key.id, fixture.time.world.identifier()] {
                #expect(
                    try await !fixture.gate.apiKeys.revoke(
                        id, GateFixture.scope(ana), try fixture.proof(ana), from: GateFixture.source))
            }
            #expect(try await fixture.keys(ana).isEmpty)
            #expect(try await fixture.admittance(key: text) == "agent")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `all end with the account, and do not come back with it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register("ana")
            try await fixture.register("ben")
            let grant = try await fixture.signedIn("ana")
            let keys = [try await fixture.key(grant), try await fixture.key(grant)]
            let bens = try await fixture.key(try await fixture.signedIn("ben"))
            for key in keys { #expect(try await fixture.admittance(key: key.text) == "agent") }
            try await fixture.disable(ana.id)
            for key in keys { #expect(try await fixture.admittance(key: key.text) == "revoked") }
            _ = try await fixture.gate.team.setStatus(.operatorShell, of: ana.id, to: .active, from: .commandLine)
            for key in keys { #expect(try await fixture.admittance(key: key.text) == "revoked") }
            #expect(try await fixture.admittance(key: bens.text) == "agent")
            #expect(try await Self.reasons(fixture) == ["account_disabled", "account_disabled"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of an account that is off, however that came about, is refused`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            let (text, _) = try await fixture.key(try await fixture.signedIn())
            try await fixture.database.transaction { sql in
                try sql.run("UPDATE account SET status = 'disabled' WHERE id = \(ana.id)")
            }
            #expect(try await fixture.admittance(key: text) == "owner_disabled")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `all end when their owner signs out everywhere, and none when out of one session`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            let (phone, desk) = (try await fixture.signedIn(), try await fixture.signedIn())
            let (text, _) = try await fixture.key(desk)
            try await fixture.gate.signOut.end(phone.session.id, of: ana.id, from: GateFixture.source)
            #expect(try await fixture.admittance(key: text) == "agent")
            try await fixture.gate.signOut.endAll(GateFixture.scope(desk), from: GateFixture.source)
            #expect(try await fixture.admittance(key: text) == "revoked")
            #expect(try await Self.reasons(fixture) == ["signed_out_everywhere"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `all end when an admin ends everything of their owner's`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            let (text, _) = try await fixture.key(try await fixture.signedIn())
            // No session is open any more: the key must not depend on one.
            fixture.time.advance(by: .hours(24))
            _ = try await fixture.gate.openSessions.endAll(of: ana.id, by: nil, from: .commandLine)
            #expect(try await fixture.admittance(key: text) == "revoked")
            #expect(try await Self.reasons(fixture) == ["ended_by_admin"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `go on when their owner changes the password, and end when it is reset through a link`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let (text, _) = try await fixture.key(grant)
            let changed = try await fixture.gate.changePassword.change(
                GateFixture.scope(grant), from: GateFixture.password, to: GateFixture.otherPassword, deviceCookies: [],
                source: GateFixture.source)
            guard case .changed = changed else {
                Issue.record("not changed: \(changed)")
                return
            }
            #expect(try await fixture.admittance(key: text) == "agent")
            try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
            let token = try await fixture.token(.resetPassword)
            guard
                case .reset = try await fixture.gate.passwordReset.reset(
                    token, to: "Kd8-silver-Garden-64", from: GateFixture.source)
            else {
                Issue.record("not reset")
                return
            }
            #expect(try await fixture.admittance(key: text) == "revoked")
            #expect(try await Self.reasons(fixture) == ["password_reset"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `all end when their owner says that it was somebody else`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let (text, _) = try await fixture.key(try await fixture.signedIn())
            let token = try await fixture.token(.apiKeyCreated, "notMeLink")
            #expect(try await fixture.gate.notMe.report(token, from: GateFixture.source))
            #expect(try await fixture.admittance(key: text) == "revoked")
            #expect(try await Self.reasons(fixture) == ["not_me"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `another node follows with its next look`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { here in
            let ana = try await here.register()
            let grant = try await here.signedIn()
            let (gone, kept) = (try await here.key(grant), try await here.key(grant))
            let there = try await here.reopened()
            try await there.gate.revocationFeed.look()
            for key in [gone, kept] { #expect(try await there.admittance(key: key.text) == "agent") }
            here.time.advance(by: .seconds(1))
            _ = try await here.gate.apiKeys.revoke(
                gone.key.id, GateFixture.scope(grant), try here.proof(grant), from: GateFixture.source)
            #expect(try await there.admittance(key: gone.text) == "agent", "known there, and not told yet")
            try await there.gate.revocationFeed.look()
            #expect(try await there.admittance(key: gone.text) == "revoked")
            #expect(try await there.admittance(key: kept.text) == "agent")
            // A new role is followed in the same way.
            here.time.advance(by: .seconds(1))
            _ = try await here.gate.team.setRole(.operatorShell, of: ana.id, to: .lender, from: .commandLine)
            try await there.gate.revocationFeed.look()
            #expect(try await there.admittance(key: kept.text) == "lender")
            try await here.disable(ana.id)
            try await there.gate.revocationFeed.look()
            #expect(try await there.admittance(key: kept.text) == "revoked")
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `another node hears of it at once, with no look`() async throws {
        try await GateFixture.open(.postgres) { here in
            let ana = try await here.register()
            let (text, _) = try await here.key(try await here.signedIn())
            let there = try await here.reopened()
            let listening = Task { await there.gate.revocationFeed.listen { _ in } }
            // The first that is heard is that something may have been missed: what is known is forgotten, before and after the look.
            try await Self.until(here) { there.gate.knownKeys.changes > 1 }
            #expect(try await there.admittance(key: text) == "agent")
            #expect(there.gate.knownKeys.count == 1)
            try await here.disable(ana.id)
            try await Self.until(here) { there.gate.knownKeys.count == 0 }
            #expect(try await there.admittance(key: text) == "revoked")
            listening.cancel()
        }
    }

    /// Asks the database something again and again until `condition` holds: each time others get their turn.
    private static func until(_ fixture: GateFixture, _ condition: () -> Bool) async throws {
        for _ in 1...100_000 where !condition() { _ = try await fixture.database.rows("SELECT 1 AS one") }
        #expect(condition())
    }

    @Test(arguments: DatabaseKind.available)
    func `forgets nothing when a message was lost, for longer than a minute`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { here in
            let ana = try await here.register()
            let (text, _) = try await here.key(try await here.signedIn())
            let there = try await here.reopened()
            #expect(try await there.admittance(key: text) == "agent")
            try await here.disable(ana.id)
            here.time.advance(by: KnownKeys.life - .milliseconds(1))
            #expect(try await there.admittance(key: text) == "agent", "what the cache may cost at most")
            here.time.advance(by: .milliseconds(1))
            #expect(try await there.admittance(key: text) == "revoked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key that was read before its end is not kept after it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let (_, key) = try await fixture.key(grant)
            let known = KnownKeys()
            let read = KnownKeys.Known(key: key, role: .agent)
            let changes = known.changes
            known.forget(of: grant.account.id)
            known.keep(read, at: fixture.time.now, unlessChangedSince: changes)
            #expect(known.count == 0)
            known.keep(read, at: fixture.time.now, unlessChangedSince: known.changes)
            #expect(known.known(key.id, at: fixture.time.now) == read)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key made while the account is switched off does not outlive that`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            for _ in 1...10 {
                let grant = try await fixture.signedIn()
                let (scope, proof) = (GateFixture.scope(grant), try fixture.proof(grant))
                async let made = fixture.gate.apiKeys.create(
                    scope, APIKey.Wish(name: "Race"), proof, from: GateFixture.source)
                async let off: Void = fixture.disable(ana.id)
                let (outcome, _) = try await (made, off)
                if case .created(let text, _) = outcome {
                    #expect(try await fixture.admittance(key: text.exposed) == "revoked")
                }
                _ = try await fixture.gate.team.setStatus(.operatorShell, of: ana.id, to: .active, from: .commandLine)
            }
        }
    }
}
