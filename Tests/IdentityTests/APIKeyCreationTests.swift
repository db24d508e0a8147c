import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `making API keys` {
    private static func outcome(
        _ fixture: GateFixture, _ scope: Scope, _ proof: FreshReauthentication, _ scopes: Set<APIKeyScope>
    ) async throws -> String {
        let wish = APIKey.Wish(name: "Test", scopes: scopes)
        switch try await fixture.gate.apiKeys.create(scope, wish, proof, from: GateFixture.source) {
        case .created: return "created"
        case .notInRole(let scope): return scope.rawValue
        case .tooMany: return "too many"
        case .sessionRevoked: return "session revoked"
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told to the log and by mail, with a way to say that it was somebody else`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            let ana = try await fixture.register()
            let grant = try await fixture.signedIn()
            let (text, key) = try await fixture.key(grant) {
                $0.networks = [IPNetwork("192.0.2.0/24")].compactMap(\.self)
            }
            let event = try #require(try await fixture.events(.apiKeyCreated).first)
            #expect(event.userID == ana.id)
            #expect(event.sessionID == grant.session.id)
            #expect(
                event.detailJSON
                    == #"{"key":"\#(key.id)","name":"Lead source","networks":"192.0.2.0/24","scopes":"clients:read, clients:write"}"#
            )
            let mail = try #require(try await fixture.mails(.apiKeyCreated).last)
            #expect(mail.address == ana.email.text)
            #expect(mail.values["keyName"] == "Lead source")
            #expect(mail.values["notMeLink"] != nil)
            #expect(!mail.values.values.contains { $0.contains(text.dropFirst(4).prefix(20)) })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes a proof of one's own, and a session that is open`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("ana")
            try await fixture.register("ben")
            let (ana, ben) = (try await fixture.signedIn("ana"), try await fixture.signedIn("ben"))
            let scope = GateFixture.scope(ana)
            #expect(
                try await Self.outcome(fixture, scope, try fixture.proof(ben), APIKeyScope.standard)
                    == "session revoked")
            try await fixture.gate.signOut.end(ana.session.id, of: ana.account.id, from: GateFixture.source)
            #expect(
                try await Self.outcome(fixture, scope, try fixture.proof(ana), APIKeyScope.standard)
                    == "session revoked")
            #expect(try await fixture.count(.apiKeyCreated) == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cannot be done by a key, whatever it was given`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let (text, key) = try await fixture.key(grant) { $0.scopes = Set(APIKeyScope.allCases) }
            let presented = try #require(PresentedKey(text))
            guard case .admitted(let admitted) = try await fixture.gate.keyAdmission.admit(presented, from: nil) else {
                Issue.record("not admitted")
                return
            }
            let policy = fixture.gate.reauthenticationPolicy
            #expect(policy.judge(.accountSecurity, key: admitted) == nil)
            #expect(policy.judge(.privilege, key: admitted) == nil)
            let proof = try #require(policy.judge(.delete, key: admitted))
            #expect(proof.grounds == .granted(.clientsDelete))
            #expect(try await Self.outcome(fixture, admitted.scope, proof, APIKeyScope.standard) == "session revoked")
            #expect(
                try await !fixture.gate.apiKeys.revoke(key.id, admitted.scope, proof, from: GateFixture.source))
            // Nor with the proof of its owner, which is another scope's.
            #expect(
                try await Self.outcome(fixture, admitted.scope, try fixture.proof(grant), APIKeyScope.standard)
                    == "session revoked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives nobody a scope that their role does not include`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register("lender", role: .lender)
            let grant = try await fixture.signedIn("lender")
            let (scope, proof) = (GateFixture.scope(grant), try fixture.proof(grant))
            #expect(try await Self.outcome(fixture, scope, proof, [.clientsRead, .clientsExport]) == "clients:export")
            #expect(try await Self.outcome(fixture, scope, proof, [.clientsDelete]) == "clients:delete")
            #expect(try await Self.outcome(fixture, scope, proof, APIKeyScope.standard) == "created")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two at once lets no more be than there may be, and counts those alone that count`(
        kind: DatabaseKind
    ) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 1..<APIKeys.most { try await fixture.key(grant) }
            try await fixture.key(grant, "revoked at once") { $0.expiresAt = fixture.time.now + .milliseconds(1) }
            fixture.time.advance(by: .seconds(1))
            let (scope, proof) = (GateFixture.scope(grant), try fixture.proof(grant))
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...8 {
                    group.addTask { try await Self.outcome(fixture, scope, proof, APIKeyScope.standard) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.sorted() == ["created"] + Array(repeating: "too many", count: 7))
            #expect(try await fixture.keys(grant).count == APIKeys.most)
        }
    }
}
