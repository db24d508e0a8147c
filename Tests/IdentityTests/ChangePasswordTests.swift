import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `changing a password` {
    private static func change(
        _ fixture: GateFixture, _ grant: SessionGrant, from current: String = GateFixture.password,
        to new: String = GateFixture.otherPassword
    ) async throws -> String {
        let outcome = try await fixture.gate.changePassword.change(
            GateFixture.scope(grant), from: current, to: new, deviceCookies: [], source: GateFixture.source)
        switch outcome {
        case .changed: return "changed"
        case .invalidCredentials: return "invalid credentials"
        case .locked: return "locked"
        case .busy: return "busy"
        case .passwordRefused(let violations): return violations.map(\.rawValue).joined(separator: " ")
        case .sessionRevoked: return "session revoked"
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `ends every other session at once and tells the owner`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let phone = try await fixture.signedIn()
            let desk = try await fixture.signedIn()
            #expect(try await Self.change(fixture, desk) == "changed")
            #expect(fixture.admittance(desk) == "admitted")
            #expect(fixture.admittance(phone) == "revoked")
            #expect(try await fixture.signIn().kind == "invalid credentials")
            #expect(try await fixture.signIn(password: GateFixture.otherPassword).kind == "signed in")
            #expect(try await fixture.count(.passwordChanged) == 1)
            let mail = try #require(try await fixture.mails(.passwordChanged).first)
            #expect(mail.address == "ana@example.com")
            #expect(mail.values["notMeLink"]?.hasPrefix("https://crm.example.com/not-me?token=") == true)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `needs the present one, and guesses at it lock`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 0..<5 {
                #expect(try await Self.change(fixture, grant, from: GateFixture.wrongPassword) == "invalid credentials")
            }
            #expect(try await Self.change(fixture, grant) == "locked")
            #expect(try await fixture.signIn().kind == "locked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses the last three, and takes the fourth back`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let passwords = [
                GateFixture.password, "Vb5-copper-Window-27", "Kd8-silver-Garden-64", "Tn2-walnut-Bridge-58",
            ]
            #expect(try await Self.change(fixture, grant, to: passwords[0]) == "reused")
            for (current, next) in zip(passwords, passwords.dropFirst()) {
                fixture.time.advance(by: .seconds(1))
                #expect(try await Self.change(fixture, grant, from: current, to: next) == "changed")
            }
            for former in passwords[1...3] {
                #expect(try await Self.change(fixture, grant, from: passwords[3], to: former) == "reused")
            }
            #expect(try await Self.change(fixture, grant, from: passwords[3], to: passwords[0]) == "changed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `done twice at once is done once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for new in ["Vb5-copper-Window-27", "Kd8-silver-Garden-64", "Tn2-walnut-Bridge-58"] {
                    group.addTask { try await Self.change(fixture, grant, to: new) }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == "changed" }.count == 1)
            #expect(try await fixture.count(.passwordChanged) == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses one that is known from a breach, and accepts one when nobody can say`(kind: DatabaseKind) async throws
    {
        let list = ScriptedBreachList()
        try await GateFixture.open(kind, { $0.breachedPasswords = list }) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            list.answer(.found)
            #expect(try await Self.change(fixture, grant) == "breached")
            #expect(try await fixture.signIn().kind == "signed in")
            list.answer(.unavailable(reason: "timed out"))
            #expect(try await Self.change(fixture, grant) == "changed")
            let event = try #require(try await fixture.events(.breachCheckUnavailable).first)
            #expect(event.detailJSON == #"{"reason":"timed out"}"#)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is asked for at sign-in when it is older than PASSWORD_EXPIRY_DAYS`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.signIn.passwordLife = .days(90) }) { fixture in
            try await fixture.register()
            fixture.time.advance(by: .days(89))
            #expect(try await fixture.signIn().kind == "signed in")
            fixture.time.advance(by: .days(1))
            #expect(try await fixture.signIn().kind == "password expired")
            #expect(try await fixture.signIn(password: GateFixture.wrongPassword).kind == "invalid credentials")
        }
    }

    @Test func `keeps NIST's rules when told to: long, of any characters`() throws {
        let policy = PasswordPolicy.nist
        func broken(_ text: String) throws -> [PasswordPolicy.Violation] {
            policy.violations(of: try #require(Password(text)), words: [])
        }
        let (long, short, common) = try (
            broken("quilt harbor lantern meadow"), broken("short quilt"), broken("passwordpassword")
        )
        #expect(long.isEmpty)
        #expect(short.contains(.tooShort))
        #expect(common.contains(.guessable))
    }
}

/// A list of breached passwords that says what it is told to.
final class ScriptedBreachList: BreachedPasswords {
    private let verdict = Mutex(BreachVerdict.unknown)
    private let asked = Mutex(0)
    private let held = Mutex<(stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)?>(nil)
    let answersAtOnce: Bool

    init(answersAtOnce: Bool = true) { self.answersAtOnce = answersAtOnce }

    func answer(_ verdict: BreachVerdict) { self.verdict.withLock { $0 = verdict } }

    /// How often it was asked.
    var questions: Int { asked.withLock { $0 } }

    /// Questions wait from now on until ``release()``.
    func hold() { held.withLock { $0 = AsyncStream<Void>.makeStream() } }

    func release() { held.withLock { $0?.continuation.finish() } }

    func verdict(on password: Password) async -> BreachVerdict {
        asked.withLock { $0 += 1 }
        if let gate = held.withLock({ $0?.stream }) { for await _ in gate {} }
        return verdict.withLock { $0 }
    }
}
