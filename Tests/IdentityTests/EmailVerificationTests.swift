import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `an address` {
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await GateFixture.open(
            kind,
            { configuration in
                configuration.sendsMail = true
                configuration.registrationMode = .open
                configuration.signIn.requiresVerifiedEmail = true
                configuration.firstAccountBecomesOwner = true
            }, body)
    }

    private static func register(_ fixture: GateFixture, _ name: String) async throws -> String {
        let outcome = try await fixture.gate.registration.register(
            try GateFixture.applicant(name), invitation: nil, from: GateFixture.source)
        switch outcome {
        case .verificationRequired: return "verification required"
        default: return "\(outcome)"
        }
    }

    private static func verify(_ fixture: GateFixture, _ token: String) async throws -> String {
        switch try await fixture.gate.emailVerification.verify(token, from: GateFixture.source) {
        case .verified(let account): return account.email.text
        case .linkInvalid: return "link invalid"
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is proven by the link that was mailed to it`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            #expect(try await Self.register(fixture, "ana") == "verification required")
            #expect(try await fixture.signIn().kind == "e-mail not verified")
            let first = try await fixture.token(.verifyEmail)
            try await fixture.gate.emailVerification.resend("ANA@example.com", from: GateFixture.source)
            let second = try await fixture.token(.verifyEmail)
            #expect(first != second)
            #expect(try await fixture.gate.emailVerification.counts(second))
            #expect(try await Self.verify(fixture, second) == "ana@example.com")
            #expect(try await Self.verify(fixture, second) == "link invalid")
            #expect(try await fixture.signIn().kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that has an account is answered like a new one, and only its owner is told`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let first = try await Self.register(fixture, "ana")
            #expect(first == "verification required")
            #expect(try await Self.verify(fixture, try await fixture.token(.verifyEmail)) == "ana@example.com")
            #expect(try await Self.register(fixture, "ana") == "verification required")
            #expect(try await fixture.mails(.accountExists).map(\.address) == ["ana@example.com"])
            #expect(try await fixture.signIn().kind == "signed in", "the password is the old one")
            #expect(try await fixture.database.rows("SELECT id FROM account").count == 1)
            #expect(try await fixture.database.rows("SELECT account_id FROM account_password").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is changed when the new one is proven, and the old one has a way back`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let new = try GateFixture.address("thief")
            let outcome = try await fixture.gate.changeEmail.request(
                GateFixture.scope(grant), to: new, proof: try fixture.proof(grant))
            guard case .mailed = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(try await fixture.mails(.emailChangeConfirm).map(\.address) == ["thief@example.com"])
            #expect(try await fixture.signIn().kind == "signed in", "nothing has changed yet")
            #expect(try await Self.verify(fixture, try await fixture.token(.emailChangeConfirm)) == "thief@example.com")
            #expect(try await fixture.signIn().kind == "invalid credentials")
            #expect(try await fixture.signIn("thief").kind == "signed in")
            #expect(try await fixture.mails(.emailChanged).map(\.address) == ["ana@example.com"])

            let undo = try await fixture.token(.emailChanged, "undoLink")
            let stolen = try await fixture.signedIn("thief")
            #expect(try await fixture.gate.notMe.report(undo, from: GateFixture.source))
            #expect(fixture.admittance(stolen) == "revoked")
            #expect(try await fixture.signIn("thief").kind == "invalid credentials")
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(try await fixture.mails(.resetPassword).last?.address == "ana@example.com")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that was taken away comes back to its owner, whatever the thief does in between`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            func move(from name: String, to new: String, password: String) async throws {
                guard case .signedIn(let grant, _) = try await fixture.signIn(name, password: password) else {
                    Issue.record("\(name) cannot sign in")
                    return
                }
                _ = try await fixture.gate.changeEmail.request(
                    GateFixture.scope(grant), to: try GateFixture.address(new), proof: try fixture.proof(grant))
                _ = try await Self.verify(fixture, try await fixture.token(.emailChangeConfirm))
            }
            try await move(from: "ana", to: "thief", password: GateFixture.password)
            let owners = try await fixture.token(.emailChanged, "undoLink")
            guard case .signedIn(let stolen, _) = try await fixture.signIn("thief") else {
                Issue.record("the thief cannot sign in")
                return
            }
            _ = try await fixture.gate.changePassword.change(
                GateFixture.scope(stolen), from: GateFixture.password, to: GateFixture.otherPassword, deviceCookies: [],
                source: GateFixture.source)
            try await move(from: "thief", to: "thief.two", password: GateFixture.otherPassword)
            let thiefs = try await fixture.token(.emailChanged, "undoLink")
            try await move(from: "thief.two", to: "thief.three", password: GateFixture.otherPassword)
            let thiefsLast = try await fixture.token(.emailChanged, "undoLink")

            // The thief has a way back too, to an address of their own; it does not take the owner's away.
            #expect(try await fixture.gate.notMe.report(thiefsLast, from: GateFixture.source))
            #expect(try await fixture.gate.notMe.report(owners, from: GateFixture.source))
            #expect(try await fixture.gate.notMe.report(thiefs, from: GateFixture.source) == false)
            let account = try #require(try await fixture.gate.team.list().first)
            #expect(account.email.text == "ana@example.com")
            #expect(try await fixture.mails(.resetPassword).last?.address == "ana@example.com")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of somebody else cannot be taken, and the caller is not told that it is one`(kind: DatabaseKind) async throws
    {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            try await fixture.register("ben")
            let grant = try await fixture.signedIn()
            for name in ["ben", "cleo"] {
                let outcome = try await fixture.gate.changeEmail.request(
                    GateFixture.scope(grant), to: try GateFixture.address(name), proof: try fixture.proof(grant))
                guard case .mailed = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
            #expect(try await fixture.mails(.emailChangeConfirm).map(\.address) == ["cleo@example.com"])
            try await fixture.register("cleo")
            #expect(try await Self.verify(fixture, try await fixture.token(.emailChangeConfirm)) == "link invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is the same one in any case, and another one in look-alike letters`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            for typed in ["ana@example.com", "ANA@EXAMPLE.COM", "Ana@Example.com"] {
                try await fixture.gate.passwordReset.request(typed, from: GateFixture.source)
            }
            #expect(try await fixture.mails(.resetPassword).count == 3)
            let others = [
                "аna@example.com", "ana@exаmple.com", "ana@example.com.", "a.na@example.com", "ana+x@example.com",
                "ána@example.com", "a\u{301}na@example.com", "ana@example.com\u{0}", "ana@example.com\r\nBcc: x@y.z",
                "",
            ]
            for typed in others { try await fixture.gate.passwordReset.request(typed, from: GateFixture.source) }
            #expect(try await fixture.mails(.resetPassword).count == 3)
            #expect(try await fixture.outboxItems().count == 3 + others.count)
        }
    }
}
