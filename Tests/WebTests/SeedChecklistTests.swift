import Accounts
import Core
import Foundation
import Guarding
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

/// "Phase 2: Testing & Validation" of the security configuration that this product was made from, line by line, over
/// HTTP, with the defaults. Read it from top to bottom; each test is one line of that checklist.
@Suite struct `the checklist of the security configuration` {
    @Test(arguments: DatabaseKind.available)
    func `token refresh flow: after 15 minutes the token is refused, and a refresh goes on seamlessly`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            #expect(try await agent.get("/v1/clients").status == .ok)
            office.clock.advance(by: .minutes(15))
            let late = try await agent.get("/v1/clients")
            #expect(late.status == .unauthorized)
            #expect(late.code == "token_expired")
            #expect(try await agent.refresh().status == .ok)
            #expect(try await agent.get("/v1/clients").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `account lockout: five failed logins lock for 30 minutes`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            try await office.hire("agent@office.example")
            let stranger = office.visitor()
            for _ in 1...5 {
                let answer = try await stranger.signIn("agent@office.example", password: "Wrong-password-1!")
                #expect(answer.status == .unauthorized)
                #expect(answer.code == "invalid_credentials")
            }
            let locked = try await stranger.signIn("agent@office.example")
            #expect(locked.status.code == 423)
            #expect(locked.code == "account_locked")
            #expect(locked.header("Retry-After") == "1800")
            office.clock.advance(by: .minutes(30))
            #expect(try await stranger.signIn("agent@office.example").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `rate limiting: the 31st login attempt within 15 minutes is blocked`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let stranger = office.visitor()
            for attempt in 1...30 {
                let answer = try await stranger.signIn("nobody\(attempt)@office.example")
                #expect(answer.code == "invalid_credentials")
                #expect(answer.header("RateLimit-Remaining") == String(30 - attempt))
            }
            let blocked = try await stranger.signIn("nobody31@office.example")
            #expect(blocked.status == .tooManyRequests)
            #expect(blocked.code == "rate_limited")
            #expect(blocked.string("detail") == "Too many login attempts, please try again later")
            #expect(blocked.header("Retry-After").flatMap { Int($0) }.map { (1...1860).contains($0) } == true)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `token rotation: each refresh invalidates the token before it`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let first = try #require(agent.refreshToken)
            #expect(try await agent.refresh().status == .ok)
            let second = try #require(agent.refreshToken)
            #expect(first != second)
            #expect(try await agent.refresh().status == .ok)
            #expect(agent.refreshToken != second)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `theft detection: reusing a token that was exchanged ends every session, on the next request`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let phone = office.visitor()
            try await phone.signIn("agent@office.example")
            let stolen = try #require(agent.refreshToken)
            try await agent.refresh()
            let thief = office.visitor()
            thief.cookies = ["gatehouse_refresh": stolen]
            let caught = try await thief.refresh()
            #expect(caught.status == .unauthorized)
            #expect(caught.code == "refresh_token_reused")
            for victim in [agent, phone] {
                let answer = try await victim.get("/v1/clients")
                #expect(answer.status == .unauthorized)
                #expect(answer.code == "session_revoked")
                #expect(try await victim.refresh().code == "session_revoked")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `security events: login, logout, failed attempts, lockouts, refreshes and theft are logged`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            let stolen = try #require(agent.refreshToken)
            try await agent.refresh()
            let thief = office.visitor()
            thief.cookies = ["gatehouse_refresh": stolen]
            try await thief.refresh()
            try await agent.signIn("agent@office.example")
            #expect(try await agent.post("/v1/auth/logout").status == .noContent)
            for _ in 1...6 { try await office.visitor().signIn("agent@office.example", password: "Wrong-password-1!") }
            let log = try await owner.get("/v1/security/events?limit=100")
            let types = Set(
                log.data.compactMap { event -> String? in
                    guard case .object(let members) = event, case .string(let type) = members["type"] else {
                        return nil
                    }
                    return type
                })
            let expected: Set<String> = [
                "registered", "login_success", "token_refresh", "token_theft_detected", "logout", "login_failed",
                "multiple_failed_logins", "account_locked", "lockout_attempt_while_locked",
            ]
            #expect(types.isSuperset(of: expected))
        }
    }

    @Test func `the refresh cookie is HttpOnly, Secure and SameSite=Strict`() async throws {
        try await Office.open(on: .sqlite, ["COOKIE_SECURE": "true"]) { office in
            try await office.hire("agent@office.example")
            let answer = try await office.visitor().signIn("agent@office.example")
            let cookie = try #require(answer.cookies.first { $0.hasPrefix("__Secure-gatehouse_refresh=") })
            for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/v1/auth"] { #expect(cookie.contains(part)) }
            #expect(answer["refreshToken"] == nil)
        }
    }
}
