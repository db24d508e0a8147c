import Accounts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import NIOCore
import Sessions
import TestSupport
import Testing

@testable import Web

/// What several of something mean that is looked for once.
@Suite struct `what is sent twice` {
    private static func get(_ office: Office, _ path: String, _ lines: [(String, String)]) async throws -> Answer {
        try await send(office, .get, path, lines)
    }

    private static func send(
        _ office: Office, _ method: HTTPRequest.Method, _ path: String, _ lines: [(String, String)], _ body: String = ""
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in lines {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return Answer(
            try await office.client.execute(
                uri: path, method: method, headers: fields, body: body.isEmpty ? nil : ByteBuffer(string: body)))
    }

    @Test(
        arguments: [
            ["Origin", Office.origin, "https://evil.example"], ["Origin", "https://evil.example", Office.origin],
            ["Sec-Fetch-Site", "same-origin", "cross-site"], ["Content-Type", "application/json", "text/plain"],
            ["Content-Type", "application/json", "application/json"], ["Idempotency-Key", "a", "b"],
        ])
    func `among the headers that have one value is refused`(line: [String]) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let cookie = agent.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let answer = try await Self.send(
                office, .post, "/v1/auth/refresh", [("Cookie", cookie), (line[0], line[1]), (line[0], line[2])])
            #expect(answer.status == .badRequest)
            #expect(answer.code == "invalid_request")
            #expect(answer.text.contains(#""field":"\#(line[0])","code":"repeated""#))
            #expect(try await agent.refresh().status == .ok)
        }
    }

    @Test func `in Authorization is refused, whichever of the two is good`() async throws {
        try await Office.open(on: .sqlite) { office in
            let good = "Bearer \(try #require(try await office.signedIn().accessToken))"
            for (one, two) in [(good, "Bearer x"), ("Bearer x", good), (good, good), ("Basic eDp5", good)] {
                let answer = try await Self.get(
                    office, "/v1/auth/me", [("Authorization", one), ("Authorization", two)])
                #expect(answer.status == .badRequest)
                #expect(answer.text.contains(#""field":"Authorization","code":"repeated""#))
            }
        }
    }

    @Test(arguments: ["Bearer ", "bearer  ", "BEARER     "])
    func `between Bearer and the token may be spaces`(scheme: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let token = try #require(try await office.signedIn().accessToken)
            #expect(
                try await Self.get(office, "/v1/auth/me", [("Authorization", scheme + token)]).status == .ok)
            let none = try await Self.get(office, "/v1/auth/me", [("Authorization", scheme)])
            #expect(none.code == "token_invalid")
        }
    }

    @Test func `in Last-Event-ID is refused`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let answer = try await Self.get(
                office, "/v1/security/events/stream",
                [
                    ("Authorization", "Bearer \(try #require(owner.accessToken))"), ("Last-Event-ID", "1"),
                    ("Last-Event-ID", "2"),
                ])
            #expect(answer.status == .badRequest)
        }
    }

    @Test func `in X-Forwarded-For is one list, read from its end`() async throws {
        try await Office.open(on: .sqlite, ["TRUSTED_PROXIES": "127.0.0.1,10.0.0.0/8"]) { office in
            try await office.hire("agent@office.example")
            let login = #"{"email":"agent@office.example","password":"\#(Office.password)"}"#
            let answer = try await Self.send(
                office, .post, "/v1/auth/login",
                [
                    ("Content-Type", "application/json"), ("Origin", Office.origin), ("X-Forwarded-For", "192.0.2.66"),
                    ("X-Forwarded-For", "198.51.100.7, 10.0.0.9"),
                ], login)
            let token = try #require(answer.string("accessToken"))
            let sessions = try await Self.get(office, "/v1/auth/sessions", [("Authorization", "Bearer \(token)")])
            #expect(sessions.text.contains(#""ip":"198.51.100.7""#))
            #expect(!sessions.text.contains("192.0.2.66"))
        }
    }

    @Test func `in X-Request-Id names no request`() async throws {
        try await Office.open(on: .sqlite, ["TRUSTED_PROXIES": "127.0.0.1"]) { office in
            let answer = try await Self.get(
                office, "/health", [("X-Request-Id", "first-name-1"), ("X-Request-Id", "second-name-2")])
            let name = try #require(answer.header("X-Request-Id"))
            #expect(!name.contains("first") && !name.contains("second"))
        }
    }

    @Test(arguments: ["?limit=5&limit=10", "?limit=5&limit=5", "?stage=Leads&limit=5&stage=", "?cursor=&cursor=x"])
    func `in a query is refused by name`(query: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let answer = try await agent.get("/v1/clients" + query)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(#""code":"repeated""#))
        }
    }

    @Test func `in the link of a mail is no link`() async throws {
        try await Office.open(on: .sqlite) { office in
            let page = try await office.visitor().get("/reset-password?token=one-token&token=two-token")
            #expect(!page.text.contains("one-token") && !page.text.contains("two-token"))
        }
    }
}
