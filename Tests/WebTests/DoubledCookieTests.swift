import HTTPTypes
import Hummingbird
import TestSupport
import Testing

@testable import Web

/// A browser that holds two cookies of one name: from before `COOKIE_DOMAIN` was set, or planted by a sibling subdomain.
@Suite struct `two cookies of one name` {
    private static let name = "gatehouse_refresh"

    private func refresh(_ visitor: Visitor, _ cookies: [String]) async throws -> Answer {
        try await visitor.post(
            "/v1/auth/refresh", headers: ["Cookie": cookies.map { "\(Self.name)=\($0)" }.joined(separator: "; ")])
    }

    @Test(arguments: DatabaseKind.available)
    func `a stale one in front of the current one is no theft`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let stale = try #require(agent.refreshToken)
            try await agent.refresh()
            let current = try #require(agent.refreshToken)
            let answer = try await refresh(agent, [stale, current])
            #expect(answer.status == .ok)
            #expect(try await agent.get("/v1/auth/me").status == .ok)
            #expect(
                try await agent.get("/v1/security/events?type=token_theft_detected").string("data", "0", "id") == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `garbage in front, or a cookie of a session that has ended, signs nobody out`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let ended = try #require(agent.refreshToken)
            try await agent.post("/v1/auth/logout")
            try await agent.signIn("agent@office.example")
            var current = try #require(agent.refreshToken)
            for other in ["x", "", String(repeating: "A", count: 76), ended] {
                #expect(try await refresh(agent, [other, current]).status == .ok)
                current = try #require(agent.refreshToken)
                #expect(try await refresh(agent, [current, other]).status == .ok)
                current = try #require(agent.refreshToken)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a stale one alone is a theft as ever, with garbage beside it too`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let stale = try #require(agent.refreshToken)
            try await agent.refresh()
            let answer = try await refresh(office.visitor(), ["x", stale])
            #expect(answer.status == .unauthorized)
            #expect(answer.code == "refresh_token_reused")
            #expect(try await agent.get("/v1/auth/me").code == "session_revoked")
        }
    }

    @Test func `whatever else of the name there is, is cleared in the same answer`() async throws {
        try await Office.open(on: .sqlite, ["COOKIE_DOMAIN": "office.example"]) { office in
            let agent = try await office.signedIn()
            let current = try #require(agent.refreshToken)
            let answer = try await agent.post(
                "/v1/auth/refresh",
                headers: ["Cookie": "\(Self.name)=old; \(Self.name)=\(current)"])
            let cleared = answer.cookies.filter { $0.hasPrefix("\(Self.name)=;") }
            #expect(answer.status == .ok)
            #expect(cleared.contains { !$0.contains("Domain=") && $0.contains("Path=/v1/auth") })
            #expect(cleared.allSatisfy { $0.contains("Max-Age=0") })
            // The one that was just set stays.
            #expect(!cleared.contains { $0.contains("Domain=office.example") && $0.contains("Path=/v1/auth;") })
            #expect(answer.cookies.count { $0.hasPrefix("\(Self.name)=") && !$0.hasPrefix("\(Self.name)=;") } == 1)
        }
    }

    @Test func `a browser with one cookie of the name is sent one`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            #expect(try await agent.refresh().cookies.count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the device cookie that is ours counts, though another comes first`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let device = try #require(agent.cookies["gatehouse_device"])
            for _ in 1...5 {
                try await office.visitor().signIn("agent@office.example", password: "Wrong-Orchid-48-Saddle")
            }
            #expect(try await office.visitor().signIn("agent@office.example").code == "account_locked")
            let known = office.visitor()
            let answer = try await known.post(
                "/v1/auth/login", #"{"email":"agent@office.example","password":"\#(Office.password)"}"#,
                headers: ["Cookie": "gatehouse_device=planted; gatehouse_device=\(device)"])
            #expect(answer.status == .ok)
        }
    }

    @Test func `whoever signs out ends the sessions of all of them`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let first = try #require(agent.refreshToken)
            try await agent.signIn("agent@office.example")
            let second = try #require(agent.refreshToken)
            let browser = office.visitor()
            let answer = try await browser.post(
                "/v1/auth/logout", headers: ["Cookie": "\(Self.name)=\(first); \(Self.name)=\(second)"])
            #expect(answer.status == .noContent)
            #expect(try await refresh(office.visitor(), [first]).code == "session_revoked")
            #expect(try await refresh(office.visitor(), [second]).code == "session_revoked")
        }
    }
}
