import Accounts
import Core
import Credentials
import Guarding
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `the second step of a sign-in` {
    @Test(arguments: DatabaseKind.available)
    func `takes the code that the app shows, and the session says so`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let pending = try await fixture.challenge()
            #expect(pending.methods == [.totp, .recoveryCode])
            #expect(pending.life == .minutes(5))
            let grant = try #require(try await fixture.answer(pending, app.code).grant)
            #expect(grant.session.methods == ["pwd", "otp", "mfa"])
            #expect(fixture.admittance(grant) == "admitted")
            #expect(try await fixture.detail(.loginSuccess).contains("pwd otp mfa"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes each code once, the one of the set-up too`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            guard
                case .started(let invitation) = try await fixture.gate.totp.start(
                    GateFixture.scope(grant), try fixture.proof(grant))
            else { throw Surprise("not started") }
            let app = App(secret: try #require(Base32.decode(invitation.secret)), time: fixture.time)
            let first = app.code
            _ = try await fixture.gate.totp.confirm(GateFixture.scope(grant), code: first, from: GateFixture.source)
            #expect(try await fixture.answer(try await fixture.challenge(), first).kind == "invalid code")
            #expect(try await fixture.detail(.mfaFailed).contains("code_used"))
            fixture.time.advance(by: .seconds(30))
            let second = app.code
            #expect(try await fixture.answer(try await fixture.challenge(), second).kind == "signed in")
            #expect(try await fixture.answer(try await fixture.challenge(), second).kind == "invalid code")
            // Nor does an older one count that was never used: the clock of the factor only goes forward.
            #expect(try await fixture.answer(try await fixture.challenge(), first).kind == "invalid code")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lets one of many requests with one code in`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind, { $0.lockout.maximumFailures = 100 }) { fixture in
            let app = try await fixture.withApp()
            var challenges: [PendingChallenge] = []
            for _ in 0..<20 { challenges.append(try await fixture.challenge()) }
            let code = app.code
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for pending in challenges { group.addTask { try await fixture.answer(pending, code).kind } }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == "signed in" } == 1)
            #expect(outcomes.count { $0 == "invalid code" } == 19)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lets one of many answers to one challenge in`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let pending = try await fixture.challenge()
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for code in app.recoveryCodes {
                    group.addTask { try await fixture.answer(pending, .recoveryCode, code).kind }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == "signed in" } == 1)
            #expect(outcomes.count { $0 == "challenge invalid" } == 9)
            // The nine that came too late have not used their codes up.
            #expect(try await fixture.count(.recoveryCodeUsed) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts for its own account, once, and for five minutes`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let ana = try await fixture.withApp()
            let ben = try await fixture.withApp("ben")
            let anas = try await fixture.challenge()
            #expect(try await fixture.answer(anas, ben.code).kind == "invalid code")
            #expect(
                try await fixture.answer(anas, .recoveryCode, ben.recoveryCodes[0]).kind == "invalid code")
            #expect(try await fixture.answer(anas, ana.code).kind == "signed in")
            fixture.time.advance(by: .seconds(30))
            #expect(try await fixture.answer(anas, ana.code).kind == "challenge invalid")
            let late = try await fixture.challenge()
            fixture.time.advance(by: .minutes(5))
            #expect(try await fixture.answer(late, ana.code).kind == "challenge invalid")
            let nobodys = try await fixture.gate.secondStep.answer(
                Base64URL.encode(Array(repeating: 7, count: 32)), .totp, code: ana.code, remember: false,
                from: GateFixture.source)
            #expect(nobodys.kind == "challenge invalid")
            // A code that came with a dead challenge is not used up.
            #expect(try await fixture.answer(try await fixture.challenge(), ana.code).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is over after a sign-out everywhere, a new password, a change of factors and a disabling`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let grant = try await fixture.signedInWithApp(with: app)
            var pending = try await fixture.challenge()
            try await fixture.gate.signOut.endAll(GateFixture.scope(grant), from: GateFixture.source)
            #expect(try await fixture.answer(pending, app.code).kind == "challenge invalid")

            let again = try await fixture.signedInWithApp(with: app)
            pending = try await fixture.challenge()
            _ = try await fixture.gate.recoveryCodes.regenerate(
                GateFixture.scope(again), try fixture.proof(again), from: GateFixture.source)
            #expect(try await fixture.answer(pending, app.wrongCode).kind == "invalid code")
            _ = try await fixture.gate.changePassword.change(
                GateFixture.scope(again), from: GateFixture.password, to: GateFixture.otherPassword, deviceCookies: [],
                source: GateFixture.source)
            #expect(try await fixture.answer(pending, app.code).kind == "challenge invalid")

            let outcome = try await fixture.signIn(password: GateFixture.otherPassword)
            guard case .secondFactorNeeded(let last) = outcome else { throw Surprise(outcome.kind) }
            try await fixture.disable(again.account.id)
            #expect(try await fixture.answer(last, app.code).kind == "challenge invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `survives a restart`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let pending = try await fixture.challenge()
            let code = app.code
            let restarted = try await fixture.reopened()
            #expect(try await restarted.answer(pending, code).kind == "signed in")
            #expect(try await restarted.answer(try await restarted.challenge(), code).kind == "invalid code")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `does not take another's secret that was put into the row`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            _ = try await fixture.withApp()
            let thief = try await fixture.withApp("thief")
            let ana = try #require(try await fixture.gate.team.account(try GateFixture.address("ana"))).id
            let other = try #require(try await fixture.gate.team.account(try GateFixture.address("thief"))).id
            _ = try await fixture.database.transaction { sql in
                try sql.changes(
                    """
                    UPDATE mfa_totp SET sealed_secret = (SELECT sealed_secret FROM mfa_totp WHERE account_id = \(other))
                    WHERE account_id = \(ana)
                    """)
            }
            #expect(try await fixture.answer(try await fixture.challenge(), thief.code).kind == "invalid code")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on under a new sealing key, and moves what rests to it`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let key = try await fixture.gate.ring.rotate(.factorSealing, publishFor: .zero, overlap: .zero)
            #expect(
                try await fixture.answer(try await fixture.challenge(), .recoveryCode, app.recoveryCodes[0]).kind
                    == "signed in")
            _ = try await fixture.signedInWithApp(with: app)
            let row = try #require(try await fixture.database.rows("SELECT key_id FROM mfa_totp").first)
            #expect(try row.get("key_id") == key.id)
            #expect(try await fixture.answer(try await fixture.challenge(), app.code).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not asked for where second factors are off`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            _ = try await fixture.withApp()
            let off = try await fixture.reopened { $0.mfa.isEnabled = false }
            #expect(try await off.signIn().kind == "signed in")
        }
    }
}

@Suite struct `wrong codes` {
    @Test(arguments: DatabaseKind.available)
    func `lock at the fifth, and the owner is told by event and mail`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let pending = try await fixture.challenge()
            try await fixture.answerWrong(5, pending, app)
            #expect(try await fixture.answer(pending, app.wrongCode).kind == "locked")
            #expect(try await fixture.count(.mfaFailed) == 5)
            #expect(try await fixture.detail(.accountLocked).contains("second_factor"))
            #expect(try await fixture.count(.lockoutAttemptWhileLocked) == 1)
            #expect(try await fixture.mails(.factorLocked).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cannot keep the owner out: three right codes in a row open the lock`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let thief = try await fixture.challenge()
            try await fixture.answerWrong(5, thief, app)
            let owner = try await fixture.challenge()
            #expect(try await fixture.answer(owner, app.code).kind == "locked, 2 more")
            // The same code again is no second one.
            #expect(try await fixture.answer(owner, app.code).kind == "locked")
            fixture.time.advance(by: .seconds(30))
            #expect(try await fixture.answer(owner, app.code).kind == "locked, 2 more")
            try await fixture.answerWrong(7, thief, app)
            fixture.time.advance(by: .seconds(30))
            #expect(try await fixture.answer(owner, app.code).kind == "locked, 1 more")
            try await fixture.answerWrong(7, thief, app)
            fixture.time.advance(by: .seconds(30))
            #expect(try await fixture.answer(owner, app.code).kind == "signed in")
            fixture.time.advance(by: .seconds(30))
            #expect(try await fixture.answer(try await fixture.challenge(), app.code).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `do not stop a recovery code, which nobody can guess`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            try await fixture.answerWrong(5, try await fixture.challenge(), app)
            let pending = try await fixture.challenge()
            #expect(try await fixture.answer(pending, .recoveryCode, app.recoveryCodes[3]).kind == "signed in")
            #expect(try await fixture.answer(try await fixture.challenge(), app.code).kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `share one budget over factors, sign-in and step-up`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let grant = try await fixture.signedInWithApp(with: app)
            let pending = try await fixture.challenge()
            try await fixture.answerWrong(2, pending, app)
            _ = try await fixture.answer(pending, .recoveryCode, "0000-0000-0000-0000")
            for _ in 0..<2 {
                let outcome = try await fixture.gate.reauthenticate.withCode(
                    GateFixture.scope(grant), .totp, app.wrongCode, from: GateFixture.source)
                guard case .invalidCode = outcome else { throw Surprise("\(outcome)") }
            }
            #expect(try await fixture.answer(pending, app.code).kind == "locked, 2 more")
            let outcome = try await fixture.gate.reauthenticate.withCode(
                GateFixture.scope(grant), .totp, app.code, from: GateFixture.source)
            guard case .locked = outcome else { throw Surprise("\(outcome)") }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `sent at once are no more than the budget`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let pending = try await fixture.challenge()
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<40 { group.addTask { try await fixture.answer(pending, app.wrongCode).kind } }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == "invalid code" } == 5)
            #expect(outcomes.count { $0 == "locked" } == 35)
        }
    }
}
