import Core
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

@Suite struct `bad input` {
    @Test(
        arguments: [
            "", "{", "[]", "null", "\"text\"", "{\"email\":\"a@b.example\"", "{\"email\":}", "\u{FEFF}{}", "{} {}",
            "{\"email\":\"\\ud800\",\"password\":\"x\"}",
        ])
    func `that is no JSON object is refused as invalid_request`(_ body: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await office.visitor().post("/v1/auth/login", body)
            #expect(answer.status == .badRequest)
            #expect(answer.code == "invalid_request")
            #expect(answer.header("Content-Type") == "application/problem+json")
        }
    }

    @Test func `of the wrong type is named, all of it at once`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await office.visitor().post(
                "/v1/auth/register", #"{"email":7,"password":["x"],"firstName":{},"lastName":null}"#)
            #expect(answer.code == "invalid_request")
            let fields = (0...3).map { answer.string("errors", String($0), "field") }
            #expect(fields == ["email", "password", "firstName", "lastName"])
        }
    }

    @Test func `that is unknown is named, and nothing is done`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let login = try await office.visitor().post(
                "/v1/auth/login", #"{"email":"agent@office.example","password":"\#(Office.password)","admin":true}"#)
            #expect(login.status == .badRequest)
            #expect(login.code == "unknown_field")
            #expect(login.string("errors", "0", "field") == "admin")
            let client = try await agent.post(
                "/v1/clients", #"{"firstName":"Ann","emails":[{"value":"ann@example.com","verified":true}]}"#)
            #expect(client.code == "unknown_field")
            #expect(client.string("errors", "0", "field") == "emails[0].verified")
            #expect(try await agent.get("/v1/clients?serach=ann").code == "unknown_field")
            #expect(try await agent.get("/v1/clients").data.isEmpty)
        }
    }

    @Test func `of invalid UTF-8 is refused`() async throws {
        try await Office.open(on: .sqlite) { office in
            let start = Array(#"{"email":"a@b.example","password":""#.utf8)
            let bytes: [UInt8] = start + [0xFF, 0xC0, 0x80] + Array("\"}".utf8)
            let answer = try await office.visitor().send(
                .post, "/v1/auth/login", body: ByteBuffer(bytes: bytes), headers: ["Content-Type": "application/json"])
            #expect(answer.code == "invalid_request")
        }
    }

    @Test func `of 10 MB is refused, announced or not`() async throws {
        try await Office.open(on: .sqlite, setting: .ahc(.http)) { office in
            let large = ByteBuffer(repeating: UInt8(ascii: "x"), count: 10_000_000)
            let answer = try? await office.visitor().send(
                .post, "/v1/auth/login", body: large, headers: ["Content-Type": "application/json"])
            // The connection may be closed while the client still sends; either way nothing is read.
            if let answer {
                #expect(answer.status == .contentTooLarge)
                #expect(answer.code == "payload_too_large")
            }
            let justTooLarge = try await office.visitor().send(
                .post, "/v1/auth/login", body: ByteBuffer(repeating: UInt8(ascii: "x"), count: 1_048_577),
                headers: ["Content-Type": "application/json"])
            #expect(justTooLarge.code == "payload_too_large")
            #expect(try await office.visitor().get("/health").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with a NUL byte is refused in every text that is stored`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let bodies = [
                #"{"firstName":"A\u0000nn"}"#, #"{"firstName":"Ann","background":"x\u0000"}"#,
                #"{"firstName":"Ann","tags":["a\u0000"]}"#, #"{"firstName":"Ann","source":"\u0000"}"#,
            ]
            for body in bodies {
                let answer = try await agent.post("/v1/clients", body)
                #expect(answer.status == .badRequest)
            }
            let login = try await office.visitor().post(
                "/v1/auth/login", #"{"email":"a\u0000@b.example","password":"x\u0000"}"#)
            #expect(login.code == "invalid_credentials")
            let search = try await agent.get("/v1/clients?search=%00")
            #expect(search.status == .badRequest)
            #expect(try await agent.get("/v1/clients/%00").status == .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `passwords with emoji and combining characters are what they look like`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["REGISTRATION_MODE": "open"]) { office in
            let composed = "Caf\u{E9}-🦜-Lantern-47"
            let decomposed = "Cafe\u{301}-🦜-Lantern-47"
            let registered = try await office.visitor().post(
                "/v1/auth/register",
                #"{"email":"zo@office.example","password":"\#(composed)","firstName":"Zoë","lastName":"Ångström"}"#)
            #expect(registered.status == .created)
            #expect(registered.string("user", "firstName") == "Zoë")
            #expect(try await office.visitor().signIn("zo@office.example", password: decomposed).status == .ok)
        }
    }

    @Test func `a password of 129 code points is too long, and is not cut`() async throws {
        try await Office.open(on: .sqlite, ["REGISTRATION_MODE": "open"]) { office in
            let longest = String((Office.password + String(repeating: "q7-Z", count: 32)).prefix(128))
            func register(_ password: String, _ email: String) async throws -> Answer {
                try await office.visitor().post(
                    "/v1/auth/register",
                    #"{"email":"\#(email)","password":"\#(password)","firstName":"A","lastName":"B"}"#)
            }
            #expect(try await register(longest, "a@office.example").status == .created)
            let refused = try await register(longest + "x", "b@office.example")
            #expect(refused.code == "password_policy")
            #expect(refused.string("errors", "0", "code") == "too_long")
            let longer = try await office.visitor().signIn("a@office.example", password: longest + "x")
            #expect(longer.code == "invalid_credentials")
        }
    }

    @Test func `in the query is named`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            for query in [
                "limit=0", "limit=101", "limit=x", "sort=color", "assignedTo=me",
                "search=\(String(repeating: "x", count: 300))",
            ] {
                let answer = try await agent.get("/v1/clients?\(query)")
                #expect(answer.status == .badRequest, "\(query)")
                #expect(answer.code == "invalid_request", "\(query)")
            }
            #expect(try await agent.get("/v1/clients?cursor=AAAA").code == "invalid_cursor")
            #expect(try await agent.get("/v1/security/events?from=yesterday").code == "invalid_request")
            #expect(try await agent.get("/v1/security/events?cursor=zz").code == "invalid_cursor")
        }
    }

    @Test func `nested ten thousand deep crashes nothing`() async throws {
        try await Office.open(on: .sqlite) { office in
            let brackets = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
            let deep = #"{"email":\#(brackets)}"#
            let answer = try await office.visitor().post("/v1/auth/login", deep)
            #expect(answer.code == "invalid_request")
            #expect(try await office.visitor().get("/health").status == .ok)
        }
    }

    @Test func `nested deep a thousand times over is refused before it is decoded`() async throws {
        try await Office.open(on: .sqlite) { office in
            let nest = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
            let body = #"{"refreshToken":[\#(Array(repeating: nest, count: 1000).joined(separator: ","))]}"#
            for path in ["/v1/auth/logout", "/v1/auth/login", "/v1/auth/refresh"] {
                let answer = try await office.visitor().post(path, body)
                #expect(answer.status == .badRequest)
                #expect(answer.code == "invalid_request")
                #expect(answer.string("detail")?.contains("nested") == true)
            }
            let agent = try await office.signedIn()
            #expect(try await agent.post("/v1/clients", body).string("detail")?.contains("nested") == true)
        }
    }

    @Test func `is judged by its depth outside of strings alone`() {
        func judge(_ text: String) -> JSONNesting.Verdict { JSONNesting.judge(text.utf8) }
        let (open, close) = (String(repeating: "[", count: 9), String(repeating: "]", count: 9))
        #expect(judge(open + close) == .shallow)
        #expect(judge("[" + open + close + "]") == .tooDeep)
        #expect(judge(#"{"a":"\#(open)\#(open)"}"#) == .shallow)
        #expect(judge(#"{"a":"\"\#(open)\#(open)"}"#) == .shallow)
        #expect(judge(#"{"a":"\\","b":\#(open)\#(close)}"#) == .tooDeep)
        #expect(judge(Array(repeating: "[[]]", count: 100).joined()) == .shallow)
        // A letter whose UTF-16 has the byte of a quotation mark would hide the brackets that follow.
        let wide = #"{"a":"\#u{2241}","b":\#(open)\#(open)}"#.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(JSONNesting.judge(wide) == .notUTF8)
    }

    @Test func `an absurd Idempotency-Key or If-Match is refused`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            #expect(try await agent.refresh(key: String(repeating: "k", count: 256)).code == "invalid_request")
            let made = try await agent.post("/v1/clients", #"{"firstName":"Ann"}"#)
            let id = try #require(made.string("id"))
            let stale = try await agent.send(
                .patch, "/v1/clients/\(id)", json: #"{"lastName":"B"}"#, headers: ["If-Match": "\"abc\""])
            #expect(stale.code == "version_mismatch")
        }
    }
}
