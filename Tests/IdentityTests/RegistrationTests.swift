import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `registration` {
    private static func register(
        _ fixture: GateFixture, _ name: String, invitation: String? = nil, password: String = GateFixture.password
    ) async throws -> String {
        let outcome = try await fixture.gate.registration.register(
            try GateFixture.applicant(name, password: password), invitation: invitation, from: GateFixture.source)
        switch outcome {
        case .registered(let account): return account.role.rawValue
        case .closed: return "closed"
        case .passwordRefused(let violations): return violations.map(\.rawValue).joined(separator: " ")
        case .emailTaken: return "taken"
        case .verificationRequired: return "verification required"
        }
    }

    private static func race(
        _ fixture: GateFixture, _ count: Int, invitation: String? = nil
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 1...count {
                group.addTask { try await register(fixture, "person\(number)", invitation: invitation) }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
    }

    private static func owners(_ fixture: GateFixture) async throws -> Int {
        try await fixture.database.rows("SELECT id FROM account WHERE role = 'owner'").count
    }

    @Test(arguments: DatabaseKind.available, RegistrationMode.allCases)
    func `makes nobody owner over the network unless the first may be`(
        kind: DatabaseKind, mode: RegistrationMode
    ) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = mode }) { (fixture) async throws -> Void in
            #expect(try await Self.register(fixture, "ana") == "closed")
            #expect(try await fixture.gate.hasNoAccount())
        }
    }

    @Test(arguments: DatabaseKind.available, RegistrationMode.allCases)
    func `makes the first account owner in development and the next by the mode`(
        kind: DatabaseKind, mode: RegistrationMode
    ) async throws {
        let change: @Sendable (inout GateConfiguration) -> Void = { configuration in
            configuration.registrationMode = mode
            configuration.firstAccountBecomesOwner = true
        }
        try await GateFixture.open(kind, change) { fixture in
            let first = try await Self.register(fixture, "ana")
            #expect(first == (mode == .closed ? "closed" : "owner"))
            let second = try await Self.register(fixture, "ben")
            #expect(second == (mode == .open ? "agent" : "closed"))
            #expect(try await fixture.count(.registered) == [.open: 2, .invite: 1, .closed: 0][mode])
        }
    }

    @Test(arguments: DatabaseKind.available, [RegistrationMode.open, .invite])
    func `makes exactly one owner of many first ones at once`(
        kind: DatabaseKind, mode: RegistrationMode
    ) async throws {
        let change: @Sendable (inout GateConfiguration) -> Void = { configuration in
            configuration.registrationMode = mode
            configuration.firstAccountBecomesOwner = true
        }
        try await GateFixture.open(kind, change) { fixture in
            let roles = try await Self.race(fixture, 8)
            #expect(roles.count { $0 == "owner" } == 1)
            // Who came at the very same moment may be asked to try again even where anybody may register.
            #expect(roles.count { $0 == "closed" || (mode == .open && $0 == "agent") } == 7)
            #expect(try await Self.owners(fixture) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by invitation gives the role of the invitation, once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let token = try await fixture.gate.invitations.create(
                role: .lender, email: nil, invitedBy: owner.id, from: GateFixture.source)
            #expect(try await Self.register(fixture, "ana", invitation: token) == "lender")
            #expect(try await Self.register(fixture, "ben", invitation: token) == "closed")
            #expect(try await Self.register(fixture, "ben", invitation: "guess") == "closed")
            #expect(try await Self.register(fixture, "ben", invitation: "") == "closed")
            #expect(try await fixture.events(.invitationCreated).map(\.userID) == [owner.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by one invitation used many times at once makes one account`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let token = try await fixture.gate.invitations.create(
                role: .admin, email: nil, invitedBy: owner.id, from: GateFixture.source)
            let roles = try await Self.race(fixture, 8, invitation: token)
            #expect(roles.count { $0 == "admin" } == 1)
            #expect(roles.count { $0 == "closed" } == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by an invitation for another address is refused and does not use it up`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let token = try await fixture.gate.invitations.create(
                role: .agent, email: try GateFixture.address("ana"), invitedBy: owner.id, from: GateFixture.source)
            #expect(try await Self.register(fixture, "ben", invitation: token) == "closed")
            #expect(try await Self.register(fixture, "ana", invitation: token, password: "short") != "agent")
            #expect(try await Self.register(fixture, "ana", invitation: token) == "agent")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by an invitation ends with its seven days`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            func invite() async throws -> String {
                try await fixture.gate.invitations.create(
                    role: .agent, email: nil, invitedBy: owner.id, from: GateFixture.source)
            }
            let (first, second) = (try await invite(), try await invite())
            fixture.time.advance(by: .days(7) - .milliseconds(1))
            #expect(try await Self.register(fixture, "ana", invitation: first) == "agent")
            fixture.time.advance(by: .milliseconds(1))
            #expect(try await Self.register(fixture, "ben", invitation: second) == "closed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by the set-up link makes one owner, and each start makes a new link`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .closed }) { fixture in
            let old = try #require(try await fixture.gate.invitations.createForFirstOwner())
            let link = try #require(try await fixture.gate.invitations.createForFirstOwner())
            #expect(try await Self.register(fixture, "thief", invitation: old) == "closed")
            #expect(try await Self.register(fixture, "ana", invitation: link) == "owner")
            #expect(try await Self.register(fixture, "ben", invitation: link) == "closed")
            #expect(try await fixture.gate.invitations.createForFirstOwner() == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by an owner's invitation from the shell outlives the next start`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .closed }) { fixture in
            let token = try await fixture.gate.invitations.create(
                role: .owner, email: try GateFixture.address("ana"), invitedBy: nil, from: .commandLine)
            _ = try await fixture.gate.invitations.createForFirstOwner()
            #expect(try await Self.register(fixture, "ana", invitation: token) == "owner")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a taken address makes nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("ana")
            #expect(try await Self.register(fixture, "ana", password: "Qv3-anchor-Violet-60") == "taken")
            #expect(try await fixture.signIn("ana").kind == "signed in")
            #expect(try await fixture.count(.registered) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of one address many times at once makes one account`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("owner", role: .owner)
            let results = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...8 { group.addTask { try await Self.register(fixture, "ana") } }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(results.count { $0 == "agent" } == 1)
            #expect(results.count { $0 == "taken" } == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses a bad password with every rule it breaks and makes nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("owner", role: .owner)
            let refusal = try await Self.register(fixture, "ana", password: "dragon")
            #expect(refusal == "too_short no_uppercase no_number no_special_character too_guessable")
            #expect(try await fixture.signIn("ana", password: "dragon").kind == "invalid credentials")
            #expect(try await fixture.count(.registered) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes emoji and combining characters, typed in either way`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("owner", role: .owner)
            let composed = "\u{C9}clair-91-\u{1F469}\u{200D}\u{1F680}-vr\u{F6}lijk"
            let decomposed = "E\u{301}clair-91-\u{1F469}\u{200D}\u{1F680}-vro\u{308}lijk"
            #expect(Array(composed.utf8) != Array(decomposed.utf8))
            #expect(try await Self.register(fixture, "ana", password: composed) == "agent")
            #expect(try await fixture.signIn("ana", password: decomposed).kind == "signed in")
            #expect(try await fixture.signIn("ana", password: composed.lowercased()).kind == "invalid credentials")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes 128 characters and not one more`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("owner", role: .owner)
            var dice = Dice(seed: 5)
            let longest = "aA1-" + Base64URL.encode(dice.bytes(93))
            #expect(longest.unicodeScalars.count == 128)
            #expect(try await Self.register(fixture, "ana", password: longest) == "agent")
            #expect(try await Self.register(fixture, "ben", password: longest + "x") == "too_long")
            #expect(try await fixture.signIn("ana", password: longest).kind == "signed in")
            // Not cut: what is beyond the end counts.
            #expect(try await fixture.signIn("ana", password: longest + "x").kind == "invalid credentials")
            #expect(try await fixture.signIn("ana", password: String(longest.dropLast())).kind == "invalid credentials")
            let emoji = String(repeating: "\u{1F680}", count: 122) + "aA1-xY"
            #expect(try await Self.register(fixture, "cleo", password: emoji) == "agent")
        }
    }

    @Test(
        arguments: DatabaseKind.available, ["\u{0}", "Zk7-quilt\u{0}-Harbor-91", String(repeating: "a", count: 5_000)])
    func `refuses a NUL and an attack on the normaliser, at sign-in too`(
        kind: DatabaseKind, password: String
    ) async throws {
        try await GateFixture.open(kind, { $0.registrationMode = .open }) { fixture in
            try await fixture.register("owner", role: .owner)
            let outcome = try await fixture.gate.registration.create(
                try GateFixture.applicant("ana", password: password), role: .agent, from: .commandLine)
            guard case .passwordRefused(let broken) = outcome else { throw Surprise("taken") }
            #expect(broken == [password.contains("\u{0}") ? .invalidCharacter : .tooLong])
            #expect(try await fixture.signIn("owner", password: password).kind == "invalid credentials")
            #expect(try await fixture.count(.loginFailed) == 1)
        }
    }
}
