import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `a lost password` {
    private static func reset(
        _ fixture: GateFixture, _ token: String, to new: String = GateFixture.otherPassword
    ) async throws -> String {
        switch try await fixture.gate.passwordReset.reset(token, to: new, from: GateFixture.source) {
        case .reset: return "reset"
        case .linkInvalid: return "link invalid"
        case .passwordRefused(let violations): return violations.map(\.rawValue).joined(separator: " ")
        }
    }

    /// Opens a gate that sends mail, with one account in it.
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            try await body(fixture)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is replaced by a mailed link, and every session ends`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let grant = try await fixture.signedIn()
            try await fixture.gate.passwordReset.request("Ana@Example.com", from: GateFixture.source)
            let token = try await fixture.token(.resetPassword)
            #expect(try await fixture.gate.passwordReset.counts(token))
            #expect(try await fixture.gate.passwordReset.counts(token), "looking uses nothing up")
            #expect(try await Self.reset(fixture, token, to: "short").isEmpty == false)
            #expect(try await Self.reset(fixture, token) == "reset")
            #expect(fixture.admittance(grant) == "revoked")
            #expect(try await fixture.signIn(password: GateFixture.otherPassword).kind == "signed in")
            #expect(try await Self.reset(fixture, token, to: "Kd8-silver-Garden-64") == "link invalid")
            #expect(try await fixture.count(.passwordReset) == 1)
            #expect(try await fixture.mails(.passwordReset).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is replaced once when a link is used many times at once`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
            let token = try await fixture.token(.resetPassword)
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask { try await Self.reset(fixture, token, to: "Kd8-silver-Garden-\(number)4") }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == "reset" }.count == 1)
            #expect(outcomes.filter { $0 == "link invalid" }.count == 7)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has a link that dies after ten minutes, by a change, and with the account`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            let account = try await fixture.signedIn().account.id
            func newToken() async throws -> String {
                try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
                return try await fixture.token(.resetPassword)
            }
            let late = try await newToken()
            fixture.time.advance(by: .minutes(10))
            #expect(try await Self.reset(fixture, late) == "link invalid")

            let overtaken = try await newToken()
            let grant = try await fixture.signedIn()
            _ = try await fixture.gate.changePassword.change(
                GateFixture.scope(grant), from: GateFixture.password, to: GateFixture.otherPassword, deviceCookies: [],
                source: GateFixture.source)
            #expect(try await Self.reset(fixture, overtaken, to: "Kd8-silver-Garden-64") == "link invalid")

            let dead = try await newToken()
            try await fixture.disable(account)
            #expect(try await Self.reset(fixture, dead, to: "Kd8-silver-Garden-64") == "link invalid")
            for invented in ["", "x", String(repeating: "A", count: 43), dead + "=", String(dead.reversed())] {
                #expect(try await Self.reset(fixture, invented) == "link invalid")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stores no token`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
            let token = try await fixture.token(.resetPassword)
            let rows = try await fixture.database.rows("SELECT token_hash, address FROM mailed_link")
            let payloads = try await fixture.outboxItems().compactMap(\.payload)
            for bytes in try rows.map({ try $0.get("token_hash", as: [UInt8].self) }) + payloads {
                #expect(String(decoding: bytes, as: UTF8.self).contains(token) == false)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lifts the lock that guesses brought about`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            for _ in 0..<5 { _ = try await fixture.signIn(password: GateFixture.wrongPassword) }
            #expect(try await fixture.signIn().kind == "locked")
            try await fixture.gate.passwordReset.request("ana@example.com", from: GateFixture.source)
            #expect(try await Self.reset(fixture, try await fixture.token(.resetPassword)) == "reset")
            #expect(try await fixture.signIn(password: GateFixture.otherPassword).kind == "signed in")
        }
    }
}

@Suite struct `a lock of sign-in` {
    @Test(arguments: DatabaseKind.available)
    func `is mailed to the owner with a way out, that works once`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            for _ in 0..<5 { _ = try await fixture.signIn(password: GateFixture.wrongPassword) }
            for _ in 0..<3 { #expect(try await fixture.signIn().kind == "locked") }
            #expect(try await fixture.mails(.accountUnlock).count == 1, "one mail for one lock")
            let token = try await fixture.token(.accountUnlock)
            #expect(try await fixture.gate.unlock.unlock(token, from: GateFixture.source))
            #expect(try await fixture.signIn().kind == "signed in")
            #expect(try await fixture.gate.unlock.unlock(token, from: GateFixture.source) == false)
            #expect(try await fixture.count(.accountUnlocked) == 1)
        }
    }
}

@Suite struct `a notice of something that its owner did not do` {
    @Test(arguments: DatabaseKind.available)
    func `ends every session and starts recovery`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let first = try await fixture.signedIn()
            let thief = try await fixture.signedIn()
            #expect(try await fixture.count(.newDeviceLogin) == 1, "the first sign-in of all is no news")
            let token = try await fixture.token(.newDevice, "notMeLink")
            #expect(try await fixture.gate.notMe.report(token, from: GateFixture.source))
            #expect(fixture.admittance(first) == "revoked")
            #expect(fixture.admittance(thief) == "revoked")
            #expect(try await fixture.count(.notMeReported) == 1)
            #expect(try await fixture.gate.notMe.report(token, from: GateFixture.source) == false)
            let reset = try await fixture.token(.resetPassword)
            #expect(try await fixture.gate.passwordReset.counts(reset))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not sent for a known device, or when notifications are off`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.sendsMail = true }) { fixture in
            try await fixture.register()
            let cookie = try await fixture.signedInWithCookie("ana", deviceCookie: nil).cookie
            _ = try await fixture.signedIn(deviceCookie: cookie)
            #expect(try await fixture.count(.newDeviceLogin) == 0)
            let quiet = try await fixture.reopened { $0.signIn.notifiesNewDevices = false }
            _ = try await quiet.signedIn()
            #expect(try await fixture.count(.newDeviceLogin) == 1)
            #expect(try await fixture.mails(.newDevice).isEmpty)
        }
    }
}
