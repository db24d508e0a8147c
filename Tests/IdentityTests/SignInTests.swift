import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `signing in` {
    @Test(arguments: DatabaseKind.available)
    func `lets in who knows the password, and nobody else`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            #expect(try await fixture.signIn(password: GateFixture.wrongPassword).kind == "invalid credentials")
            #expect(try await fixture.signIn("nobody").kind == "invalid credentials")
            #expect(try await fixture.signIn(password: "").kind == "invalid credentials")
            #expect(try await fixture.signIn(password: GateFixture.password + " ").kind == "invalid credentials")
            let grant = try await fixture.signedIn()
            #expect(grant.account == account)
            guard case .admitted(let claims) = fixture.gate.admit(accessToken: grant.accessToken) else {
                Issue.record("the access token was refused")
                return
            }
            #expect(claims.userID == account.id)
            #expect(claims.role == .agent)
            #expect(claims.methods == ["pwd"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes an address as people type it`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for typed in ["Ana@Example.COM", "  ana@example.com "] {
                let outcome = try await fixture.gate.signIn.signIn(
                    typedAddress: typed, password: GateFixture.password, deviceCookies: [], from: GateFixture.source)
                #expect(outcome.kind == "signed in")
            }
        }
    }

    @Test(arguments: ["", "@", "ana", "ana@example.com\u{0}", "'; DROP TABLE account; --", "\u{212A}@example.com"])
    func `answers a text that is no address like an unknown one`(typed: String) async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let outcome = try await fixture.gate.signIn.signIn(
                typedAddress: typed, password: GateFixture.password, deviceCookies: [], from: GateFixture.source)
            #expect(outcome.kind == "invalid credentials")
            #expect(try await fixture.events(.loginFailed).map(\.detailJSON) == [#"{"reason":"unknown_address"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `writes the reason of a refusal into the log and not into the answer`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            _ = try await fixture.signIn(password: GateFixture.wrongPassword)
            fixture.time.advance(by: .seconds(1))
            _ = try await fixture.signIn("nobody")
            let grant = try await fixture.signedIn()
            let failures = try await fixture.events(.loginFailed)
            #expect(
                failures.map(\.detailJSON) == [#"{"reason":"unknown_address"}"#, #"{"reason":"wrong_password"}"#])
            #expect(failures.map(\.userID) == [nil, account.id])
            #expect(failures.allSatisfy { $0.ip == "192.0.2.7" && $0.requestID == "request-1" })
            let success = try #require(try await fixture.events(.loginSuccess).first)
            #expect(success.sessionID == grant.session.id)
            #expect(success.detailJSON == #"{"knownDevice":"false","methods":"pwd"}"#)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells of a disabled account only after the right password, and counts no failure`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            try await fixture.disable(account.id)
            #expect(try await fixture.signIn(password: GateFixture.wrongPassword).kind == "invalid credentials")
            for _ in 1...8 { #expect(try await fixture.signIn().kind == "disabled") }
            #expect(try await fixture.count(.accountLocked) == 0)
            #expect(try await fixture.count(.loginSuccess) == 0)
            let reasons = Set(try await fixture.events(.loginFailed).map(\.detailJSON))
            #expect(reasons == [#"{"reason":"wrong_password"}"#, #"{"reason":"account_disabled"}"#])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks for a proven address when mail is set up`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.signIn.requiresVerifiedEmail = true }) { fixture in
            let account = try await fixture.register()
            _ = try await fixture.database.transaction { sql in
                try sql.changes("UPDATE account SET email_verified_at = NULL")
            }
            #expect(try await fixture.signIn().kind == "e-mail not verified")
            #expect(try await fixture.signIn(password: GateFixture.wrongPassword).kind == "invalid credentials")
            _ = try await fixture.database.transaction { sql in
                try sql.changes("UPDATE account SET email_verified_at = 1 WHERE id = \(account.id)")
            }
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses at once when too many passwords are being checked, and counts no failure`(
        kind: DatabaseKind
    ) async throws {
        let change: @Sendable (inout GateConfiguration) -> Void = { configuration in
            configuration.hashThreads = 1
            configuration.hashQueue = 0
        }
        try await GateFixture.open(kind, change) { fixture in
            try await fixture.register()
            let stopper = ThreadStopper()
            let busy = Task { try await fixture.gate.hashing.run { stopper.block() } }
            await stopper.started()
            for _ in 1...8 {
                await #expect(throws: HashingPool.Full.self) {
                    try await fixture.signIn(password: GateFixture.wrongPassword)
                }
            }
            stopper.release()
            try await busy.value
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(try await fixture.count(.loginFailed) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives each of several devices at once a session of its own`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grants = try await withThrowingTaskGroup(of: SessionGrant.self) { group in
                for _ in 1...4 { group.addTask { try await fixture.signedIn() } }
                return try await group.reduce(into: [SessionGrant]()) { $0.append($1) }
            }
            #expect(Set(grants.map(\.session.id)).count == 4)
            #expect(Set(grants.map(\.refreshToken)).count == 4)
            #expect(Set(grants.map(\.accessToken)).count == 4)
        }
    }
}
