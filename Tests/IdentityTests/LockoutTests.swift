import Accounts
import Core
import Guarding
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `locking out guessers` {
    @Test(arguments: DatabaseKind.available, ["ana", "nobody"])
    func `the fifth failure locks a known and an unknown address alike`(kind: DatabaseKind, name: String) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...5 {
                #expect(
                    try await fixture.signIn(name, password: GateFixture.wrongPassword).kind == "invalid credentials")
            }
            let now = fixture.time.world.now()
            for password in [GateFixture.password, GateFixture.wrongPassword] {
                guard case .locked(let until) = try await fixture.signIn(name, password: password) else {
                    Issue.record("not locked")
                    return
                }
                #expect(until == now + .minutes(30))
            }
            #expect(try await fixture.count(.accountLocked) == 1)
            #expect(try await fixture.count(.lockoutAttemptWhileLocked) == 2)
            let detail = try await fixture.events(.accountLocked).map(\.detailJSON)
            #expect(detail == [#"{"minutes":"30","scope":"address"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a lock ends by itself, and trying meanwhile does not lengthen it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            try await fixture.guessWrong(5)
            for _ in 1...29 {
                fixture.time.advance(by: .minutes(1))
                #expect(try await fixture.signIn().kind == "locked")
            }
            fixture.time.advance(by: .minutes(1))
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a success forgives the failures before it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...3 {
                try await fixture.guessWrong(4)
                #expect(try await fixture.signIn().kind == "signed in")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a refresh does not forgive failures`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.guessWrong(4)
            _ = try await fixture.refreshed(grant.refreshToken)
            try await fixture.guessWrong(1)
            #expect(try await fixture.signIn().kind == "locked")
        }
    }

    @Test(arguments: DatabaseKind.available, ["ana", "nobody"])
    func `forty guesses at once are no more than five`(kind: DatabaseKind, name: String) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let kinds = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...40 {
                    group.addTask { try await fixture.signIn(name, password: GateFixture.wrongPassword).kind }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(kinds.count { $0 == "invalid credentials" } == 5)
            #expect(kinds.allSatisfy { ["invalid credentials", "busy", "locked"].contains($0) })
            #expect(try await fixture.count(.loginFailed) == 5)
            #expect(try await fixture.count(.accountLocked) == 1)
            #expect(try await fixture.count(.multipleFailedLogins) == 1)
            #expect(try await fixture.signIn(name).kind == "locked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a known device gets in while strangers have locked the address`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let cookie = try #require(try await fixture.signedInWithCookie().cookie)
            try await fixture.guessWrong(5)
            #expect(try await fixture.signIn().kind == "locked")
            let outcome = try await fixture.signedInWithCookie(deviceCookie: cookie)
            #expect(outcome.cookie == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a known device has five guesses of its own and no more`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let cookie = try #require(try await fixture.signedInWithCookie().cookie)
            try await fixture.guessWrong(5, deviceCookie: cookie)
            #expect(try await fixture.signIn(deviceCookie: cookie).kind == "locked")
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(
                try await fixture.events(.accountLocked).map(\.detailJSON) == [#"{"minutes":"30","scope":"device"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a device cookie of another address is worth nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana")
            try await fixture.register("ben")
            let cookie = try #require(try await fixture.signedInWithCookie("ben").cookie)
            try await fixture.guessWrong(5, "ana")
            #expect(try await fixture.signIn("ana", deviceCookie: cookie).kind == "locked")
            var bent = Array(cookie.utf8)
            bent[3] ^= 1
            #expect(
                try await fixture.signIn("ana", deviceCookie: String(decoding: bent, as: UTF8.self)).kind == "locked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a device cookie survives a change of the secret`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let cookie = try #require(try await fixture.signedInWithCookie().cookie)
            let changed = try await fixture.reopened {
                $0.secret =
                    GateFixture.configuration(
                        "another-secret-of-the-tests-0123456789", previous: [GateFixture.secret]
                    ).secret
            }
            try await changed.guessWrong(5)
            #expect(try await changed.signIn(deviceCookie: cookie).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a clock that is set back by an hour keeps sessions, and lengthens no lock`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            try await fixture.guessWrong(5)
            fixture.time.advance(by: .zero - .hours(1))
            #expect(fixture.admittance(grant) == "admitted")
            let next = try await fixture.refreshed(grant.refreshToken)
            #expect(fixture.admittance(next) == "admitted")
            guard case .locked(let until) = try await fixture.signIn() else {
                Issue.record("not locked")
                return
            }
            #expect(until == fixture.time.now + .minutes(30))
            fixture.time.advance(by: .minutes(30))
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a lock survives a restart`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            try await fixture.guessWrong(5)
            #expect(try await fixture.reopened().signIn().kind == "locked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `three failures within five minutes are told once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...4 {
                try await fixture.guessWrong(1)
                fixture.time.advance(by: .minutes(1))
            }
            #expect(try await fixture.count(.multipleFailedLogins) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `failures far apart are no warning`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...4 {
                try await fixture.guessWrong(1)
                fixture.time.advance(by: .minutes(3))
            }
            #expect(try await fixture.count(.multipleFailedLogins) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what nobody tries any more is forgotten`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.guessWrong(5, "nobody")
            let guardian = fixture.gate.guardian
            #expect(try await guardian.prune(fixture.database, now: fixture.time.world.now()) == 0)
            fixture.time.advance(by: .minutes(32))
            #expect(try await guardian.prune(fixture.database, now: fixture.time.world.now()) == 1)
        }
    }
}
