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

@Suite struct `setting up and removing factors` {
    @Test(arguments: DatabaseKind.available)
    func `ends every other session, tells the owner, and raises the present one`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            try await fixture.register()
            let (here, there) = (try await fixture.signedIn(), try await fixture.signedIn())
            _ = try await fixture.enrol(here)
            #expect(fixture.admittance(here) == "admitted")
            #expect(fixture.admittance(there) == "revoked")
            #expect(try await fixture.mails(.factorAdded).count == 1)
            #expect(try await fixture.detail(.mfaEnabled).contains("totp"))
            let refreshed = try await fixture.refreshed(here.refreshToken)
            #expect(refreshed.session.methods == ["pwd", "otp", "mfa"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `needs the second factor of somebody who has one`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let full = try await fixture.answer(try await fixture.challenge(), app.code, remember: true)
            let outcome = try await fixture.gate.signIn.signIn(
                typedAddress: "ana@example.com", password: GateFixture.password, deviceCookies: [],
                rememberedDevices: [full.rememberedDevice].compactMap(\.self), from: GateFixture.source)
            guard case .signedIn(let half, _) = outcome else { throw Surprise(outcome.kind) }
            let (scope, proof) = (GateFixture.scope(half), try fixture.proof(half))
            #expect(
                try await fixture.gate.factorRemoval.totp(scope, proof, from: GateFixture.source) == .secondFactorNeeded
            )
            guard
                case .refused(.secondFactorNeeded) = try await fixture.gate.recoveryCodes.regenerate(
                    scope, proof, from: GateFixture.source)
            else { throw Surprise("regenerated") }
            // With a code shown in the same session it may.
            fixture.time.advance(by: .seconds(30))
            let stepped = try await fixture.gate.reauthenticate.withCode(
                scope, .totp, app.code, from: GateFixture.source)
            guard case .renewed(let raised) = stepped else { throw Surprise("\(stepped)") }
            #expect(raised.session.methods == ["pwd", "otp", "mfa"])
            #expect(
                try await fixture.gate.factorRemoval.totp(scope, try fixture.proof(raised), from: GateFixture.source)
                    == nil)
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(try await fixture.count(.mfaDisabled) == 1)
            #expect(try await fixture.mails(.factorRemoved).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is refused for a second app, a wrong code, nothing started, and another's proof`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            try await fixture.register()
            try await fixture.register("ben")
            let (ana, ben) = (try await fixture.signedIn(), try await fixture.signedIn("ben"))
            let scope = GateFixture.scope(ana)
            guard
                case .refused(.notFound) = try await fixture.gate.totp.confirm(
                    scope, code: "123456", from: GateFixture.source)
            else { throw Surprise("confirmed") }
            guard case .refused(.sessionRevoked) = try await fixture.gate.totp.start(scope, try fixture.proof(ben))
            else { throw Surprise("started") }
            guard case .started(let invitation) = try await fixture.gate.totp.start(scope, try fixture.proof(ana))
            else { throw Surprise("not started") }
            let app = App(secret: try #require(Base32.decode(invitation.secret)), time: fixture.time)
            guard
                case .refused(.invalidCode) = try await fixture.gate.totp.confirm(
                    scope, code: app.wrongCode, from: GateFixture.source)
            else { throw Surprise("confirmed") }
            // Not active before it is confirmed.
            #expect(try await fixture.signIn().kind == "signed in")
            _ = try await fixture.gate.totp.confirm(scope, code: app.code, from: GateFixture.source)
            let raised = try await fixture.refreshed(ana.refreshToken)
            guard case .refused(.exists) = try await fixture.gate.totp.start(scope, try fixture.proof(raised))
            else { throw Surprise("started") }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `recovery codes are ten, count once, however they are typed, and die with new ones`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let codes = app.recoveryCodes
            #expect(Set(codes).count == 10)
            #expect(codes.allSatisfy { $0.count == 19 && $0.split(separator: "-").allSatisfy { $0.count == 4 } })
            let shouted = codes[0].uppercased().replacing("-", with: " ").replacing("0", with: "O")
            let grant = try #require(
                try await fixture.answer(try await fixture.challenge(), .recoveryCode, shouted).grant)
            #expect(grant.session.methods == ["pwd", "recovery_code", "mfa"])
            #expect(
                try await fixture.answer(try await fixture.challenge(), .recoveryCode, codes[0]).kind
                    == "invalid code")
            #expect(try await fixture.mails(.recoveryCodeUsed).map { $0.values["codesLeft"] } == ["9"])
            guard
                case .made(let new) = try await fixture.gate.recoveryCodes.regenerate(
                    GateFixture.scope(grant), try fixture.proof(grant), from: GateFixture.source)
            else { throw Surprise("not made") }
            #expect(Set(new).isDisjoint(with: codes))
            #expect(
                try await fixture.answer(try await fixture.challenge(), .recoveryCode, codes[1]).kind
                    == "invalid code")
            for code in new.prefix(8) {
                _ = try await fixture.answer(try await fixture.challenge(), .recoveryCode, code)
            }
            let told = try await fixture.mails(.recoveryCodeUsed).map(\.values)
            #expect(told.contains { $0["codesLeft"] == "2" && $0["few"] == "yes" })
            #expect(told.contains { $0["codesLeft"] == "3" && $0["few"] == nil })
            let stored = try await fixture.database.rows("SELECT code_hash FROM mfa_recovery_code")
            let hashes: [[UInt8]] = try stored.map { try $0.get("code_hash") }
            #expect(!hashes.contains { hash in new.contains { Array($0.utf8) == hash } })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a remembered browser is let in with the password, until it is forgotten`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            try await fixture.register("ben")
            let outcome = try await fixture.answer(try await fixture.challenge(), app.code, remember: true)
            let token = try #require(outcome.rememberedDevice)
            let scope = GateFixture.scope(try #require(outcome.grant))
            func signIn(_ token: String) async throws -> SignIn.Outcome {
                try await fixture.gate.signIn.signIn(
                    typedAddress: "ana@example.com", password: GateFixture.password, deviceCookies: [],
                    rememberedDevices: [token].compactMap(\.self), from: GateFixture.source)
            }
            guard case .signedIn(let grant, _) = try await signIn(token) else { throw Surprise("asked") }
            // One factor, and it says so: such a session changes nobody's role.
            #expect(grant.session.methods == ["pwd"])
            guard case .secondFactorNeeded = fixture.proofAsIs(grant, .privilege) else { throw Surprise("privileged") }
            #expect(try await signIn(String(token.reversed())).kind == "second factor needed")
            #expect(try await signIn("x" + String(repeating: "y", count: 5000)).kind == "second factor needed")
            let listed = try await fixture.gate.rememberedDevices.list(of: scope.userID)
            #expect(listed.count == 1)
            #expect(
                try await fixture.gate.rememberedDevices.forget(
                    try #require(listed.first?.id), GateFixture.scope(try await fixture.signedIn("ben")),
                    from: GateFixture.source) == false)
            #expect(
                try await fixture.gate.rememberedDevices.forget(
                    try #require(listed.first?.id), scope, from: GateFixture.source))
            #expect(try await signIn(token).kind == "second factor needed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a remembered browser is asked again after thirty days, and after a new password`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            func remembered() async throws -> String {
                fixture.time.advance(by: .seconds(30))
                let outcome = try await fixture.answer(try await fixture.challenge(), app.code, remember: true)
                return try #require(outcome.rememberedDevice)
            }
            let first = try await remembered()
            fixture.time.advance(by: .days(30))
            _ = try await fixture.challenge(remembered: first)
            let second = try await remembered()
            let grant = try await fixture.signedInWithApp(with: App(secret: app.secret, time: Self.later(fixture)))
            _ = try await fixture.gate.changePassword.change(
                GateFixture.scope(grant), from: GateFixture.password, to: GateFixture.otherPassword, deviceCookies: [],
                source: GateFixture.source)
            let outcome = try await fixture.gate.signIn.signIn(
                typedAddress: "ana@example.com", password: GateFixture.otherPassword, deviceCookies: [],
                rememberedDevices: [second].compactMap(\.self), from: GateFixture.source)
            #expect(outcome.kind == "second factor needed")
        }
    }

    private static func later(_ fixture: GateFixture) -> TestWorld {
        fixture.time.advance(by: .seconds(30))
        return fixture.time
    }
}

@Suite struct `who must have a second factor` {
    @Test(arguments: DatabaseKind.available)
    func `is told, may put it off for a week, and then sets it up at sign-in`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind, { $0.mfa.requirement = .admins }) { fixture in
            try await fixture.register("olga", role: .owner)
            try await fixture.register()
            let first = try await fixture.signedIn("olga")
            let deadline = try #require(first.enrolBy)
            #expect(deadline == fixture.time.now + .days(7))
            fixture.time.advance(by: .days(6))
            // It does not slide.
            #expect(try await fixture.signedIn("olga").enrolBy == deadline)
            #expect(try await fixture.signedIn().enrolBy == nil)
            fixture.time.advance(by: .days(1))
            guard case .enrolmentNeeded(let pending) = try await fixture.signIn("olga") else {
                throw Surprise("let in")
            }
            #expect(try await fixture.signIn().kind == "signed in")
            // Such a challenge is no way round a factor, nor one for another step.
            #expect(try await fixture.answer(pending, "123456").kind == "challenge invalid")
            let invitation = try #require(try await fixture.gate.enrolAtSignIn.start(pending.token))
            let app = App(secret: try #require(Base32.decode(invitation.secret)), time: fixture.time)
            guard
                case .invalidCode = try await fixture.gate.enrolAtSignIn.confirm(
                    pending.token, code: app.wrongCode, from: GateFixture.source)
            else { throw Surprise("confirmed") }
            guard
                case .signedIn(let grant, _, let codes) = try await fixture.gate.enrolAtSignIn.confirm(
                    pending.token, code: app.code, from: GateFixture.source)
            else { throw Surprise("not confirmed") }
            #expect(codes.count == 10)
            #expect(grant.session.methods == ["pwd", "otp", "mfa"])
            guard
                case .challengeInvalid = try await fixture.gate.enrolAtSignIn.confirm(
                    pending.token, code: app.code, from: GateFixture.source)
            else { throw Surprise("twice") }
            fixture.time.advance(by: .seconds(30))
            #expect(
                try await fixture.answer(try await fixture.challenge("olga"), app.code).kind == "signed in")
            // And may not take it away again.
            let removed = try await fixture.gate.factorRemoval.totp(
                GateFixture.scope(grant), try fixture.proof(grant), from: GateFixture.source)
            #expect(removed == .strongerFactorNeeded)
        }
    }

    @Test func `is decided by one function of all that matters`() {
        var policy = MFAPolicy()
        let now = TestWorld.start
        var facts = SecondFactorDemand.Facts(role: .agent, factors: FactorSet())
        facts.sendsMail = true
        func demand(hasProven: Bool = false) -> SecondFactorDemand {
            SecondFactorDemand.decide(facts, hasProvenFactor: hasProven, at: now, policy)
        }
        #expect(demand() == .nothing(enrolBy: nil))
        facts.isSuspicious = true
        #expect(demand() == .mailedCode)
        facts.sendsMail = false
        #expect(demand() == .nothing(enrolBy: nil))
        facts.factors.hasTOTP = true
        #expect(demand() == .nothing(enrolBy: nil))
        policy.isEnabled = true
        #expect(demand() == .factor([.totp]))
        facts.isRemembered = true
        #expect(demand() == .factor([.totp]))
        facts.isSuspicious = false
        #expect(demand() == .nothing(enrolBy: nil))
        facts.isRemembered = false
        facts.factors.recoveryCodes = 1
        facts.factors.passkeys = 2
        facts.factors.hasPhone = true
        facts.sendsSMS = true
        #expect(demand() == .factor([.webauthn, .totp, .sms, .recoveryCode]))
        #expect(demand(hasProven: true) == .nothing(enrolBy: nil))
        policy.requirement = .all
        facts.factors = FactorSet()
        #expect(demand() == .nothing(enrolBy: now + .days(7)))
        facts.askedSince = now - .days(7)
        #expect(demand() == .enrolment)
        // A phone is enough for an agent and not for an admin, who has to show it and then set up something better.
        facts.factors.hasPhone = true
        #expect(demand() == .factor([.sms]))
        #expect(demand(hasProven: true) == .nothing(enrolBy: nil))
        facts.role = .admin
        #expect(demand() == .factor([.sms]))
        #expect(demand(hasProven: true) == .enrolment)
    }
}

@Suite struct `the recovery of lost factors` {
    @Test(arguments: DatabaseKind.available)
    func `waits a day, is announced, and takes every factor away at the next sign-in`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let admin = try await Self.admin(fixture)
            let ana = try await Self.account(fixture)
            let outcome = try await fixture.gate.teamFactorRecovery.start(
                admin, of: ana.id, from: GateFixture.source)
            guard case .done = outcome else { throw Surprise("\(outcome)") }
            #expect(try await fixture.count(.mfaRecoveryStarted) == 1)
            #expect(try await fixture.mails(.factorRecoveryStarted).map(\.address) == ["ana@example.com"])
            fixture.time.advance(by: .hours(23))
            _ = try await fixture.challenge()
            // Started again it neither waits anew nor less long.
            _ = try await fixture.gate.teamFactorRecovery.start(.operatorShell, of: ana.id, from: .commandLine)
            fixture.time.advance(by: .hours(1))
            let grant = try await fixture.signedIn()
            #expect(grant.session.methods == ["pwd"])
            #expect(try await fixture.detail(.mfaDisabled).contains("recovery"))
            #expect(try await fixture.mails(.factorRemoved).count == 1)
            _ = app
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is stopped by its owner from a session, from the mail and with "this wasn't me"`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp()
            let grant = try await fixture.signedInWithApp(with: app)
            let ana = grant.account.id
            func start() async throws {
                _ = try await fixture.gate.teamFactorRecovery.start(.operatorShell, of: ana, from: .commandLine)
            }
            try await start()
            #expect(try await fixture.gate.factorRecovery.stop(GateFixture.scope(grant), from: GateFixture.source))
            #expect(try await !fixture.gate.factorRecovery.stop(GateFixture.scope(grant), from: GateFixture.source))
            try await start()
            let token = try await fixture.token(.factorRecoveryStarted)
            #expect(try await fixture.gate.factorRecovery.counts(token))
            #expect(try await fixture.gate.factorRecovery.stop(token, from: GateFixture.source))
            #expect(try await !fixture.gate.factorRecovery.stop(token, from: GateFixture.source))
            try await start()
            let notMe = try await fixture.token(.factorAdded, "notMeLink")
            #expect(try await fixture.gate.notMe.report(notMe, from: GateFixture.source))
            #expect(try await fixture.count(.mfaRecoveryStopped) == 3)
            fixture.time.advance(by: .days(2))
            _ = try await fixture.challenge()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not for oneself, not for somebody above, and over after a week`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            _ = try await fixture.withApp()
            _ = try await fixture.withApp("olga", role: .owner)
            let admin = try await Self.admin(fixture)
            let ana = try await Self.account(fixture)
            let owner = try await Self.account(fixture, "olga")
            let own = try await Self.account(fixture, "adam")
            for id in [owner.id, own.id] {
                let outcome = try await fixture.gate.teamFactorRecovery.start(admin, of: id, from: GateFixture.source)
                guard case .forbidden = outcome else { throw Surprise("\(outcome)") }
            }
            _ = try await fixture.gate.teamFactorRecovery.start(admin, of: ana.id, from: GateFixture.source)
            fixture.time.advance(by: .days(1) + .days(7))
            _ = try await fixture.challenge()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `happens at once at the server's own shell, for the last owner`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let app = try await fixture.withApp("olga", role: .owner)
            let grant = try await fixture.signedInWithApp("olga", with: app)
            let outcome = try await fixture.gate.teamFactorRecovery.removeAll(of: grant.account.id, from: .commandLine)
            guard case .done = outcome else { throw Surprise("\(outcome)") }
            #expect(fixture.admittance(grant) == "revoked")
            #expect(try await fixture.signIn("olga").kind == "signed in")
            #expect(try await fixture.detail(.mfaDisabled).contains("operator"))
        }
    }

    private static func account(_ fixture: GateFixture, _ name: String = "ana") async throws -> Account {
        try #require(try await fixture.gate.team.account(try GateFixture.address(name)))
    }

    private static func admin(_ fixture: GateFixture) async throws -> TeamActor {
        try await fixture.register("adam", role: .admin)
        let grant = try await fixture.signedIn("adam")
        return .person(GateFixture.scope(grant), try fixture.proof(grant))
    }
}

@Suite struct `codes by SMS` {
    @Test(arguments: DatabaseKind.available)
    func `are sent to a proven number, for one sign-in, once`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            let grant = try await Self.withPhone(fixture)
            #expect(grant.session.methods == ["pwd"])
            let pending = try await fixture.challenge()
            #expect(pending.methods == [.sms, .recoveryCode])
            #expect(try await fixture.answer(pending, .sms, "000000").kind == "invalid code")
            let other = try await fixture.challenge()
            let code = try await Self.send(fixture, pending)
            // Tied to the sign-in that asked for it.
            #expect(try await fixture.answer(other, .sms, code).kind == "invalid code")
            let signedIn = try #require(try await fixture.answer(pending, .sms, code).grant)
            #expect(signedIn.session.methods == ["pwd", "sms", "mfa"])
            let third = try await fixture.challenge()
            let late = try await Self.send(fixture, third)
            fixture.time.advance(by: .minutes(10))
            #expect(try await fixture.answer(third, .sms, late).kind == "challenge invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are five an hour for a number and for an account`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            _ = try await Self.withPhone(fixture)
            let pending = try await fixture.challenge()
            for _ in 1...4 { _ = try await Self.send(fixture, pending) }
            guard
                case .refused(.tooMany) = try await fixture.gate.sendCode.sms(
                    pending.token, from: GateFixture.source)
            else { throw Surprise("sent") }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are never the only factor of an owner or admin`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            try await fixture.register("olga", role: .owner)
            let grant = try await fixture.signedIn("olga")
            let number = try #require(PhoneNumber("+1 212 555 0100"))
            guard
                case .refused(.strongerFactorNeeded) = try await fixture.gate.phones.start(
                    GateFixture.scope(grant), number, try fixture.proof(grant), from: GateFixture.source)
            else { throw Surprise("started") }
            let app = try await fixture.enrol(grant)
            let raised = try await fixture.refreshed(grant.refreshToken)
            guard
                case .codeSent = try await fixture.gate.phones.start(
                    GateFixture.scope(grant), number, try fixture.proof(raised), from: GateFixture.source)
            else { throw Surprise("not started") }
            _ = try await fixture.gate.phones.confirm(
                GateFixture.scope(grant), code: try await Self.newestCode(fixture), from: GateFixture.source)
            let removed = try await fixture.gate.factorRemoval.totp(
                GateFixture.scope(grant), try fixture.proof(raised), from: GateFixture.source)
            #expect(removed == .strongerFactorNeeded)
            _ = app
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a wrong code for a new number uses the sent one up`(kind: DatabaseKind) async throws {
        try await GateFixture.withFactors(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let number = try #require(PhoneNumber("+44 20 7946 0958"))
            _ = try await fixture.gate.phones.start(
                GateFixture.scope(grant), number, try fixture.proof(grant), from: GateFixture.source)
            let code = try await Self.newestCode(fixture)
            let wrong = code == "000000" ? "000001" : "000000"
            guard
                case .refused(.invalidCode) = try await fixture.gate.phones.confirm(
                    GateFixture.scope(grant), code: wrong, from: GateFixture.source)
            else { throw Surprise("confirmed") }
            guard
                case .refused(.notFound) = try await fixture.gate.phones.confirm(
                    GateFixture.scope(grant), code: code, from: GateFixture.source)
            else { throw Surprise("confirmed") }
        }
    }

    /// Somebody with a phone and nothing else.
    private static func withPhone(_ fixture: GateFixture) async throws -> SessionGrant {
        try await fixture.register()
        let grant = try await fixture.signedIn()
        let number = try #require(PhoneNumber("+1 212 555 0100"))
        guard
            case .codeSent = try await fixture.gate.phones.start(
                GateFixture.scope(grant), number, try fixture.proof(grant), from: GateFixture.source)
        else { throw Surprise("not started") }
        guard
            case .confirmed(let codes) = try await fixture.gate.phones.confirm(
                GateFixture.scope(grant), code: try await newestCode(fixture), from: GateFixture.source)
        else { throw Surprise("not confirmed") }
        #expect(codes.count == 10)
        return grant
    }

    private static func send(_ fixture: GateFixture, _ pending: PendingChallenge) async throws -> String {
        guard case .sent = try await fixture.gate.sendCode.sms(pending.token, from: GateFixture.source) else {
            throw Surprise("not sent")
        }
        return try await newestCode(fixture)
    }

    /// The code in the newest message. A second passes, so that the next is newer.
    private static func newestCode(_ fixture: GateFixture) async throws -> String {
        let messages = try await fixture.outboxItems().compactMap { item -> OutgoingSMS? in
            guard item.kind == Textbox.outboxKind, case .sms(let sms) = fixture.gate.textbox.open(item) else {
                return nil
            }
            return sms
        }
        fixture.time.advance(by: .seconds(1))
        return String(try #require(messages.first).body.prefix(6))
    }
}
