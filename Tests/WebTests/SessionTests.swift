import Accounts
import Core
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `a session over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `can be carried in the body by a program without cookies`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            try await office.hire("program@office.example")
            let program = office.visitor()
            let signedIn = try await program.signIn("program@office.example", delivery: "body")
            let token = try #require(signedIn.string("refreshToken"))
            #expect(!signedIn.cookies.contains { $0.hasPrefix("gatehouse_refresh") })
            let refreshed = try await program.post("/v1/auth/refresh", #"{"refreshToken":"\#(token)"}"#)
            #expect(refreshed.status == .ok)
            #expect(refreshed.string("refreshToken") != token)
            #expect(signedIn["expiresIn"] == .integer(900))
            #expect(signedIn.string("tokenType") == "Bearer")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `ends for access and refresh alike on sign-out`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let (token, refresh) = (agent.accessToken, agent.refreshToken)
            let answer = try await agent.post("/v1/auth/logout")
            #expect(answer.status == .noContent)
            #expect(answer.cookies.contains { $0.hasPrefix("gatehouse_refresh=;") && $0.contains("Max-Age=0") })
            agent.accessToken = token
            #expect(try await agent.get("/v1/auth/me").code == "session_revoked")
            agent.cookies = ["gatehouse_refresh": try #require(refresh)]
            #expect(try await agent.refresh().code == "session_revoked")
        }
    }

    @Test func `can be ended with the refresh token alone, when the access token has run out`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            office.clock.advance(by: .minutes(20))
            #expect(try await agent.post("/v1/auth/logout").status == .noContent)
            #expect(try await office.visitor().post("/v1/auth/logout").code == "token_missing")
        }
    }

    @Test func `ends everywhere with logout-all`() async throws {
        try await Office.open(on: .sqlite) { office in
            let laptop = try await office.signedIn()
            let phone = office.visitor()
            try await phone.signIn("agent@office.example")
            #expect(try await laptop.post("/v1/auth/logout-all").status == .noContent)
            #expect(try await phone.get("/v1/clients").code == "session_revoked")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `survives a restart, and so does the end of one`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let clock = TestWorld()
            let kept = Kept()
            try await Office.open(over: database, clock: clock) { office in
                let agent = try await office.signedIn()
                kept.cookies = agent.cookies
                kept.token = agent.accessToken
                let other = office.visitor()
                try await other.signIn("agent@office.example")
                kept.ended = other.accessToken
                try await other.post("/v1/auth/logout")
            }
            try await Office.open(over: database, clock: clock) { office in
                let agent = office.visitor()
                agent.cookies = kept.cookies
                agent.accessToken = kept.token
                let clients = try await agent.get("/v1/clients")
                #expect(clients.status == .ok)
                #expect(try await agent.refresh().status == .ok)
                agent.accessToken = kept.ended
                #expect(try await agent.get("/v1/clients").code == "session_revoked")
            }
        }
    }

    @Test func `is described by me, and vouched for by verify`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let me = try await agent.get("/v1/auth/me")
            #expect(me.string("user", "email") == "agent@office.example")
            #expect(me.string("user", "role") == "agent")
            #expect(me.string("session", "authMethods", "0") == "pwd")
            let verified = try await agent.get("/v1/auth/verify")
            #expect(verified.status == .noContent)
            #expect(verified.header("X-Gatehouse-Email") == "agent@office.example")
            #expect(verified.header("X-Gatehouse-Role") == "agent")
            #expect(verified.header("X-Gatehouse-User") == me.string("user", "id"))
            #expect(verified.header("X-Gatehouse-Session") == me.string("session", "id"))
        }
    }

    @Test func `shows a person their own events, without the reasons of refusals, and an owner all`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            try await office.visitor().signIn("agent@office.example", password: "Wrong-password-1!")
            let own = try await agent.get("/v1/security/events?type=login_failed")
            #expect(own.data.count == 1)
            #expect(own["data", "0", "detail"] == .object([:]))
            let all = try await owner.get("/v1/security/events?type=login_failed")
            #expect(all.string("data", "0", "detail", "reason") == "wrong_password")
            let ownerID = try #require(try await owner.get("/v1/auth/me").string("user", "id"))
            #expect(try await agent.get("/v1/security/events?userId=\(ownerID)").data.isEmpty)
            let page = try await owner.get("/v1/security/events?limit=2")
            let next = try #require(page.string("page", "nextCursor"))
            let second = try await owner.get("/v1/security/events?limit=2&cursor=\(next)")
            #expect(second.data.count == 2)
            #expect(second.data != page.data)
            #expect(try await agent.get("/v1/security/events?limit=2&cursor=\(next)").code == "invalid_cursor")
        }
    }

    @Test func `asks for the password again before a client is deleted`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let id = try #require(try await agent.post("/v1/clients", #"{"firstName":"Ann"}"#).string("id"))
            office.clock.advance(by: .minutes(6))
            try await agent.refresh()
            let refused = try await agent.send(.delete, "/v1/clients/\(id)")
            #expect(refused.status == .forbidden)
            #expect(refused.code == "reauthentication_required")
            #expect(refused["maxAge"] == .integer(300))
            let wrong = try await agent.post("/v1/auth/reauthenticate", #"{"password":"no"}"#)
            #expect(wrong.code == "invalid_credentials")
            let right = try await agent.post("/v1/auth/reauthenticate", #"{"password":"\#(Office.password)"}"#)
            #expect(right.status == .ok)
            #expect(try await agent.send(.delete, "/v1/clients/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/clients/\(id)").status == .notFound)
        }
    }
}

/// What a person's browser keeps over a restart of the server.
private final class Kept: @unchecked Sendable {
    // Written and read by one test, one step after the other.
    var cookies: [String: String] = [:]
    var token: String?
    var ended: String?
}
