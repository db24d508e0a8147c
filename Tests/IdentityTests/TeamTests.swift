import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `the team` {
    private static func name(_ outcome: Team.Outcome) -> String {
        switch outcome {
        case .done(let account): return "\(account.role.rawValue) \(account.status.rawValue)"
        case .notFound: return "not found"
        case .forbidden: return "forbidden"
        case .lastOwner: return "last owner"
        }
    }

    private static func role(
        _ fixture: GateFixture, _ actor: SessionGrant, _ account: Account, _ role: Role
    ) async throws -> String {
        let actor = TeamActor.person(GateFixture.scope(actor), try fixture.proof(actor))
        return name(
            try await fixture.gate.team.setRole(actor, of: account.id, to: role, from: GateFixture.source))
    }

    private static func status(
        _ fixture: GateFixture, _ actor: SessionGrant, _ account: Account, _ status: Account.Status
    ) async throws -> String {
        let actor = TeamActor.person(GateFixture.scope(actor), try fixture.proof(actor))
        return name(
            try await fixture.gate.team.setStatus(actor, of: account.id, to: status, from: GateFixture.source))
    }

    @Test(arguments: DatabaseKind.available)
    func `never loses its last owner`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let second = try await fixture.register("second", role: .owner)
            let (first, other) = (try await fixture.signedIn("owner"), try await fixture.signedIn("second"))
            #expect(try await Self.status(fixture, first, second, .disabled) == "owner disabled")
            #expect(try await Self.role(fixture, first, owner, .agent) == "last owner")
            #expect(try await Self.status(fixture, first, owner, .disabled) == "last owner")
            #expect(fixture.admittance(other) == "revoked")
            #expect(fixture.admittance(first) == "admitted")
            #expect(try await Self.status(fixture, first, second, .active) == "owner active")
            #expect(try await Self.role(fixture, first, owner, .agent) == "agent active")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps one owner when two demote each other at once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            var people: [(account: Account, grant: SessionGrant)] = []
            for name in ["one", "two", "three"] {
                let account = try await fixture.register(name, role: .owner)
                people.append((account, try await fixture.signedIn(name)))
            }
            let pairs = [(0, 1), (1, 2), (2, 0), (0, 2), (1, 0), (2, 1)]
            let team = people
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (actor, target) in pairs {
                    group.addTask { _ = try await Self.role(fixture, team[actor].grant, team[target].account, .agent) }
                }
                try await group.waitForAll()
            }
            let owners = try await fixture.gate.team.list().filter { $0.role == .owner && $0.status == .active }
            #expect(owners.count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is managed only from above`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let admin = try await fixture.register("admin", role: .admin)
            let agent = try await fixture.register("agent")
            let byAdmin = try await fixture.signedIn("admin")
            let byAgent = try await fixture.signedIn("agent")
            #expect(try await Self.role(fixture, byAdmin, agent, .owner) == "forbidden")
            #expect(try await Self.role(fixture, byAdmin, admin, .owner) == "forbidden")
            #expect(try await Self.role(fixture, byAdmin, owner, .agent) == "forbidden")
            #expect(try await Self.status(fixture, byAdmin, owner, .disabled) == "forbidden")
            #expect(try await Self.role(fixture, byAgent, agent, .admin) == "forbidden")
            #expect(try await Self.status(fixture, byAgent, admin, .disabled) == "forbidden")
            #expect(try await Self.role(fixture, byAdmin, agent, .lender) == "lender active")
            // With somebody else's proof nothing goes.
            let borrowed = TeamActor.person(GateFixture.scope(byAdmin), try fixture.proof(byAgent))
            let outcome = try await fixture.gate.team.setRole(
                borrowed, of: agent.id, to: .agent, from: GateFixture.source)
            #expect(Self.name(outcome) == "forbidden")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `ends the sessions of whoever gets another role or is switched off`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register("owner", role: .owner)
            let agent = try await fixture.register("agent")
            let owner = try await fixture.signedIn("owner")
            let first = try await fixture.signedIn("agent")
            #expect(try await Self.role(fixture, owner, agent, .admin) == "admin active")
            #expect(fixture.admittance(first) == "revoked")
            #expect(try await fixture.refresh(first.refreshToken).refusal == .sessionRevoked)
            let second = try await fixture.signedIn("agent")
            #expect(second.account.role == .admin)
            #expect(try await Self.status(fixture, owner, agent, .disabled) == "admin disabled")
            #expect(fixture.admittance(second) == "revoked")
            #expect(try await fixture.signIn("agent").kind == "disabled")
            #expect(try await fixture.mails(.accountDisabled).count == 1)
            #expect(try await Self.status(fixture, owner, agent, .active) == "admin active")
            #expect(fixture.admittance(second) == "revoked", "enabled again is not signed in again")
            #expect(try await fixture.signIn("agent").kind == "signed in")
            #expect(try await fixture.count(.roleChanged) == 1)
            #expect(try await fixture.count(.accountDisabled) == 1)
            #expect(try await fixture.count(.accountEnabled) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gets a role and a status together or neither`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            let agent = try await fixture.register("agent")
            let grant = try await fixture.signedIn("owner")
            let actor = TeamActor.person(GateFixture.scope(grant), try fixture.proof(grant))
            let team = fixture.gate.team
            let refused = try await team.setPlace(
                actor, of: owner.id, role: .owner, status: .disabled, from: GateFixture.source)
            #expect(Self.name(refused) == "last owner")
            #expect(try await fixture.count(.roleChanged) == 0)
            let done = try await team.setPlace(
                actor, of: agent.id, role: .owner, status: .disabled, from: GateFixture.source)
            #expect(Self.name(done) == "owner disabled")
            let back = try await team.setPlace(
                actor, of: agent.id, role: .lender, status: .active, from: GateFixture.source)
            #expect(Self.name(back) == "lender active")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `invites nobody above what is left of a role`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register("owner", role: .owner)
            let second = try await fixture.register("second", role: .owner)
            let owner = try await fixture.signedIn("owner")
            let invitations = fixture.gate.invitations
            let scope = GateFixture.scope(try await fixture.signedIn("second"))
            for (role, name) in [(Role.owner, "cleo"), (.agent, "dan")] {
                _ = try await invitations.invite(
                    scope, role: role, email: try GateFixture.address(name), from: GateFixture.source)
            }
            #expect(try await invitations.list().count == 2)
            #expect(try await Self.role(fixture, owner, second, .admin) == "admin active")
            #expect(try await invitations.list().map(\.role) == [.agent])
            // With the token of a moment ago.
            let late = try await invitations.invite(
                scope, role: .owner, email: try GateFixture.address("eve"), from: GateFixture.source)
            guard case .forbidden = late else {
                Issue.record("an owner of a moment ago invited an owner")
                return
            }
            #expect(try await Self.role(fixture, owner, second, .agent) == "agent active")
            #expect(try await invitations.list().isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `invites by mail, with the role inside, and can take it back`(kind: DatabaseKind) async throws {
        try await GateFixture.open(
            kind,
            { configuration in
                configuration.sendsMail = true
                configuration.signIn.requiresVerifiedEmail = true
            }
        ) { fixture in
            try await fixture.register("owner", role: .owner)
            try await fixture.register("admin", role: .admin)
            let admin = GateFixture.scope(try await fixture.signedIn("admin"))
            let gate = fixture.gate
            let address = try GateFixture.address("cleo")
            guard
                case .forbidden = try await gate.invitations.invite(
                    admin, role: .owner, email: address, from: GateFixture.source)
            else {
                Issue.record("an admin made an owner")
                return
            }
            _ = try await gate.invitations.invite(admin, role: .agent, email: address, from: GateFixture.source)
            let first = try await fixture.token(.invitation)
            let invitation = try #require(try await gate.invitations.list().first)
            #expect(invitation.email == address)
            let id = try #require(invitation.id)
            #expect(try await gate.invitations.revoke(admin, id, from: GateFixture.source))
            func accept(_ token: String) async throws -> Role? {
                let outcome = try await gate.registration.register(
                    try GateFixture.applicant("cleo"), invitation: token, from: GateFixture.source)
                guard case .registered(let account) = outcome else { return nil }
                return account.role
            }
            #expect(try await accept(first) == nil)
            _ = try await gate.invitations.invite(admin, role: .agent, email: address, from: GateFixture.source)
            let second = try await fixture.token(.invitation)
            #expect(try await accept(second) == .agent)
            #expect(try await fixture.signIn("cleo").kind == "signed in", "the mail has proven the address")
            // An address that has an account is told so by mail; the caller is not.
            _ = try await gate.invitations.invite(admin, role: .agent, email: address, from: GateFixture.source)
            #expect(try await fixture.mails(.accountExists).map(\.address) == ["cleo@example.com"])
        }
    }
}
