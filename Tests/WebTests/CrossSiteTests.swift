import Accounts
import HTTPTypes
import Identity
import NIOCore
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `pages of other origins` {
    private static let listed = ["CORS_ALLOWED_ORIGINS": "https://crm.example,https://www.example"]

    @Test func `get CORS headers when they are listed`() async throws {
        try await Office.open(on: .sqlite, Self.listed) { office in
            let answer = try await office.visitor().send(
                .get, "/health", headers: ["Origin": "https://crm.example"], asPage: false)
            #expect(answer.header("Access-Control-Allow-Origin") == "https://crm.example")
            #expect(answer.header("Access-Control-Allow-Credentials") == "true")
            #expect(answer.header("Vary") == "Origin")
        }
    }

    @Test(arguments: ["https://evil.example", "null", "https://crm.example.evil.example", "http://crm.example"])
    func `get no CORS header at all when they are not`(_ origin: String) async throws {
        try await Office.open(on: .sqlite, Self.listed) { office in
            let plain = try await office.visitor().send(.get, "/health", headers: ["Origin": origin], asPage: false)
            let preflight = try await office.visitor().send(
                .options, "/v1/clients",
                headers: ["Origin": origin, "Access-Control-Request-Method": "POST"], asPage: false)
            for answer in [plain, preflight] {
                let names = answer.headers.map(\.name.canonicalName).filter { $0.hasPrefix("access-control") }
                #expect(names.isEmpty)
            }
        }
    }

    @Test func `may ask before they send`() async throws {
        try await Office.open(on: .sqlite, Self.listed) { office in
            let answer = try await office.visitor().send(
                .options, "/v1/clients",
                headers: ["Origin": "https://www.example", "Access-Control-Request-Method": "PATCH"], asPage: false)
            #expect(answer.status == .noContent)
            #expect(answer.header("Access-Control-Allow-Methods")?.contains("PATCH") == true)
            #expect(answer.header("Access-Control-Allow-Headers")?.contains("Idempotency-Key") == true)
            #expect(answer.header("Content-Security-Policy") != nil)
        }
    }

    @Test func `cannot use the refresh cookie without saying where they come from`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let answer = try await agent.send(.post, "/v1/auth/refresh", asPage: false)
            #expect(answer.code == "csrf_rejected")
            let fromPage = try await agent.send(
                .post, "/v1/auth/refresh", headers: ["Sec-Fetch-Site": "same-origin"], asPage: false)
            #expect(fromPage.status == .ok)
        }
    }

    @Test func `leave an event when they try, and no more of them than the limit allows`() async throws {
        try await Office.open(on: .sqlite, ["RATE_LIMIT_API_MAX": "10"]) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            for _ in 1...40 {
                try await office.visitor().send(
                    .post, "/v1/auth/login", json: "{}", headers: ["Origin": "https://evil.example"], asPage: false)
            }
            let events = try await owner.get("/v1/security/events?type=csrf_rejected&limit=100")
            #expect(events.data.count == 10)
        }
    }

    @Test func `are told apart from our own by a form that says no more than its origin`() async throws {
        try await Office.open(on: .sqlite, Office.withMail) { office in
            let page = try await office.visitor().get("/reset-password?token=x")
            // With `no-referrer` a browser would send `Origin: null` with the page's own form.
            #expect(page.header("Referrer-Policy") == "same-origin")
            func post(_ origin: String) async throws -> Answer {
                try await office.visitor().send(
                    .post, "/not-me", body: .init(string: "token=x"),
                    headers: ["Content-Type": "application/x-www-form-urlencoded", "Origin": origin], asPage: false)
            }
            #expect(try await post(Office.origin).status == .gone)
            #expect(try await post("null").status == .forbidden)
        }
    }

    @Test func `cannot post a form that reads as JSON`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                let answer = try await agent.send(
                    .post, "/v1/clients", json: #"{"firstName":"Eve"}"#, headers: ["Content-Type": type])
                #expect(answer.status == .unsupportedMediaType)
                #expect(answer.code == "unsupported_media_type")
            }
        }
    }
}
