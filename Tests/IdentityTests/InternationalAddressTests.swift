import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@Suite struct `an account whose address has letters of its own` {
    private static let forms = ["x@exämple.com", "X@EXÄMPLE.com", "x@exa\u{308}mple.com", "x@xn--exmple-cua.com"]

    private func register(_ fixture: GateFixture) async throws -> Account {
        let address = try #require(EmailAddress("x@exämple.com"))
        let applicant = Registration.Applicant(
            email: address, password: GateFixture.password, firstName: "Test", lastName: "Person")
        guard
            case .registered(let account) = try await fixture.gate.registration.create(
                applicant, role: .agent, from: .commandLine)
        else { throw GateFixture.Unexpected() }
        return account
    }

    private func signIn(_ fixture: GateFixture, _ typed: String, _ password: String) async throws -> SignIn.Outcome {
        try await fixture.gate.signIn.signIn(
            typedAddress: typed, password: password, deviceCookies: [], from: GateFixture.source)
    }

    @Test(arguments: DatabaseKind.available)
    func `is reached by each form of it, and by no look-alike`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await register(fixture)
            #expect(account.email.text == "x@xn--exmple-cua.com")
            for typed in Self.forms {
                #expect(try await signIn(fixture, typed, GateFixture.password).kind == "signed in", "\(typed)")
            }
            for typed in ["x@example.com", "x@ex\u{430}mple.com", "x@exämple.com\0", "x@exaemple.com"] {
                #expect(
                    try await signIn(fixture, typed, GateFixture.password).kind == "invalid credentials", "\(typed)")
            }
            let again = Registration.Applicant(
                email: try #require(EmailAddress("x@xn--exmple-cua.com")), password: GateFixture.password,
                firstName: "Other", lastName: "Person")
            let outcome = try await fixture.gate.registration.create(again, role: .agent, from: .commandLine)
            if case .registered = outcome { Issue.record("registered twice") }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has one count of failures for all its forms`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            _ = try await register(fixture)
            for index in 0..<5 {
                let outcome = try await signIn(fixture, Self.forms[index % Self.forms.count], GateFixture.wrongPassword)
                #expect(outcome.kind == "invalid credentials")
            }
            for typed in Self.forms {
                #expect(try await signIn(fixture, typed, GateFixture.password).kind == "locked", "\(typed)")
            }
            #expect(try await fixture.count(.accountLocked) == 1)
        }
    }
}
