import Accounts
import Core
import Credentials
import Crypto
import Foundation
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

/// What somebody may try with an API key, or without one.
@Suite struct `attacks on API keys` {
    private static func basic(_ bytes: some Sequence<UInt8>) -> String { "Basic " + Data(bytes).base64EncodedString() }

    private static func get(_ office: Office, _ authorization: String) async throws -> Answer {
        try await office.visitor().send(
            .get, "/v1/clients", headers: ["Authorization": authorization], asPage: false)
    }

    @Test(arguments: DatabaseKind.available)
    func `a key of others' identity and one's own secret is refused, as one that never was`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let (id, program) = try await agent.makeKey()
            let other = try await agent.makeKey().program
            let (one, two) = (
                try #require(Base32.decode(String(program.key.dropFirst(4)))),
                try #require(Base32.decode(String(other.key.dropFirst(4))))
            )
            // The identity is no secret; whoever knows it and how keys are made can compute the check, but not the seal.
            let identity = try #require(APIKeyID(id)).bytes
            for rest in [
                Array(two[16..<40]), Array(one[16..<31]) + [one[31] ^ 1] + Array(one[32..<40]),
                [UInt8](repeating: 0, count: 24),
            ] {
                let key = Forged.key(identity + rest)
                #expect(PresentedKey(key) != nil, "well-formed")
                let answer = try await KeyProgram(office: office, key: key).get("/v1/clients")
                #expect(answer.status == .unauthorized)
                #expect(answer.code == "api_key_invalid")
            }
            #expect(try await program.get("/v1/clients").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `every key that does not count gets one and the same answer, and its owner sees why`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let (id, revoked) = try await agent.makeKey(#""name":"revoked""#)
            let expired = try await agent.makeKey(#""name":"expired","expiresAt":"2026-01-01T12:00:01Z""#).program
            let foreign = try await agent.makeKey(#""name":"foreign","allowedNetworks":["198.51.100.0/24"]"#).program
            try await agent.send(.delete, "/v1/api-keys/\(id)")
            office.clock.advance(by: .seconds(2))
            let unknown = KeyProgram(office: office, key: Forged.key([UInt8](repeating: 7, count: 40)))
            var answers: Set<String> = []
            for program in [revoked, expired, foreign, unknown, KeyProgram(office: office, key: "ghk_nonsense")] {
                let answer = try await program.get("/v1/clients")
                #expect(answer.status == .unauthorized)
                #expect(answer.header("WWW-Authenticate") == "Bearer", "no browser is asked for a name and a password")
                answers.insert(answer.text)
            }
            #expect(answers.count == 1)
            #expect(answers.first?.contains("api_key_invalid") == true)
            let seen = try await agent.get("/v1/security/events?type=api_key_refused")
            let reasons = seen.data.indices.compactMap { seen.string("data", String($0), "detail", "reason") }
            #expect(reasons.sorted() == ["expired", "foreign_network", "revoked"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key of a disabled account is refused at once`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.signedIn("ana@office.example")
            let program = try await ana.makeKey().program
            #expect(try await program.get("/v1/clients").status == .ok)
            let id = try #require(try await ana.get("/v1/auth/me").string("user", "id"))
            let patched = try await owner.send(.patch, "/v1/users/\(id)", json: #"{"status":"disabled"}"#)
            #expect(patched.status == .ok)
            #expect(try await program.get("/v1/clients").code == "api_key_invalid")
            #expect(
                try await owner.send(.patch, "/v1/users/\(id)", json: #"{"status":"active"}"#).status == .ok)
            #expect(try await program.get("/v1/clients").code == "api_key_invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a forged X-Forwarded-For does not bring a key into its network`(kind: DatabaseKind) async throws {
        let forged = ["X-Forwarded-For": "198.51.100.7"]
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeKey(#""name":"k","allowedNetworks":["198.51.100.0/24"]"#).program
            #expect(try await program.get("/v1/clients").code == "api_key_invalid")
            #expect(try await program.get("/v1/clients", headers: forged).code == "api_key_invalid")
            let here = try await agent.makeKey(#""name":"k","allowedNetworks":["127.0.0.0/8"]"#).program
            #expect(try await here.get("/v1/clients", headers: forged).status == .ok)
        }
        // Behind a proxy of ours what counts is what that proxy saw, and nothing that stands further left.
        try await Office.open(on: kind, ["TRUSTED_PROXIES": "127.0.0.1"]) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeKey(#""name":"k","allowedNetworks":["198.51.100.0/24"]"#).program
            #expect(try await program.get("/v1/clients", headers: forged).status == .ok)
            for chain in ["198.51.100.7, 203.0.113.9", "198.51.100.7,198.51.101.7", "nonsense"] {
                #expect(
                    try await program.get("/v1/clients", headers: ["X-Forwarded-For": chain]).code == "api_key_invalid",
                    "\(chain)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key in a cookie, in the query or in a header of its own is none`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let key = try await office.signedIn().makeKey().program.key
            let visitor = office.visitor()
            for query in ["api_key", "apiKey", "key", "access_token", "token"] {
                let answer = try await visitor.send(.get, "/v1/clients?\(query)=\(key)", asPage: false)
                #expect(answer.code == "token_missing")
            }
            let cookies = ["gatehouse_access", "gatehouse_refresh", "__Host-gatehouse_access", "api_key"]
                .map { "\($0)=\(key)" }.joined(separator: "; ")
            for headers in [["Cookie": cookies], ["X-API-Key": key], ["Proxy-Authorization": "Bearer \(key)"]] {
                let answer = try await visitor.send(.get, "/v1/clients", headers: headers, asPage: false)
                #expect(answer.code == "token_missing")
            }
            #expect(
                try await visitor.send(.post, "/v1/auth/refresh", json: #"{"refreshToken":"\#(key)"}"#).code
                    == "refresh_token_invalid")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key gets nobody into the account: no session, no password, no other key`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeFullKey()
            let attempts: [(HTTPRequest.Method, String, String?)] = [
                (.get, "/v1/auth/me", nil), (.get, "/v1/auth/verify", nil), (.get, "/v1/auth/sessions", nil),
                (.post, "/v1/auth/logout-all", nil), (.put, "/v1/auth/email", #"{"email":"x@office.example"}"#),
                (.post, "/v1/auth/reauthenticate", #"{"password":"\#(Office.password)"}"#),
                (
                    .put, "/v1/auth/password",
                    #"{"currentPassword":"\#(Office.password)","newPassword":"Copper-Window-27"}"#
                ),
                (.get, "/v1/api-keys", nil), (.post, "/v1/api-keys", #"{"name":"More"}"#), (.get, "/v1/users", nil),
                (.get, "/v1/security/events/stream", nil), (.get, "/v1/security/events/export", nil),
                (.post, "/v1/auth/passkeys/registration-options", nil), (.get, "/v1/auth/mfa", nil),
            ]
            for (method, path, json) in attempts {
                let answer = try await program.send(method, path, json: json)
                #expect(answer.code == "key_not_allowed", "\(method) \(path) \(answer.text)")
            }
            #expect(try await agent.get("/v1/auth/me").status == .ok)
            #expect(try await agent.get("/v1/api-keys").data.count == 1)
            #expect(try await program.send(.post, "/v1/auth/logout").status == .unauthorized)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `where no key is taken nobody learns whether one is good`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let good = try await agent.makeKey().program
            let bad = KeyProgram(office: office, key: Forged.key([UInt8](repeating: 7, count: 40)))
            let before = office.gate.knownKeys.count
            let answers = [try await good.get("/v1/auth/verify"), try await bad.get("/v1/auth/verify")]
            #expect(Set(answers.map(\.text)).count == 1)
            #expect(answers.allSatisfy { $0.code == "key_not_allowed" })
            #expect(office.gate.knownKeys.count == before, "it was not even looked at")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key cannot be made, or revoked, without the password of a moment ago`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let (id, program) = try await agent.makeKey()
            office.clock.advance(by: .minutes(6))
            let refused = try await agent.post("/v1/api-keys", #"{"name":"Thief","scopes":["clients:export"]}"#)
            #expect(refused.status == .forbidden)
            #expect(refused.code == "reauthentication_required")
            #expect(try await agent.send(.delete, "/v1/api-keys/\(id)").code == "reauthentication_required")
            #expect(try await agent.get("/v1/api-keys").data.count == 1)
            #expect(try await program.get("/v1/clients").status == .ok)
            #expect(
                try await agent.post("/v1/auth/reauthenticate", #"{"password":"\#(Office.password)"}"#).status == .ok)
            #expect(try await agent.post("/v1/api-keys", #"{"name":"Mine"}"#).status == .created)
            let foreign = try await agent.send(
                .post, "/v1/api-keys", json: #"{"name":"Forged"}"#, headers: ["Origin": "https://evil.example"],
                asPage: false)
            #expect(foreign.code == "csrf_rejected")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nobody sees or revokes the keys of another, not even an owner`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.signedIn("ana@office.example")
            let (id, program) = try await ana.makeKey()
            #expect(try await owner.get("/v1/api-keys").data.isEmpty)
            for unknown in [id, "0198c6a0-0000-7000-8000-000000000000", "nonsense", "%00"] {
                #expect(try await owner.send(.delete, "/v1/api-keys/\(unknown)").code == "not_found")
            }
            #expect(try await program.get("/v1/clients").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key never does what its owner's role does not include`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let lender = try await office.signedIn("lender@office.example", role: .lender)
            for scope in ["clients:delete", "clients:export"] {
                let refused = try await lender.post("/v1/api-keys", #"{"name":"k","scopes":["\#(scope)"]}"#)
                #expect(refused.status == .forbidden)
                #expect(refused.code == "forbidden")
            }
            // An agent who is made a lender keeps the key, and loses what it stood for.
            let ana = try await office.signedIn("ana@office.example")
            try await office.allowExport(ana)
            let program = try await ana.makeFullKey()
            _ = try await ana.makeClient()
            #expect(try await program.get("/v1/clients/export").status == .ok)
            let id = try #require(try await ana.get("/v1/auth/me").string("user", "id"))
            #expect(try await owner.send(.patch, "/v1/users/\(id)", json: #"{"role":"lender"}"#).status == .ok)
            #expect(try await program.get("/v1/clients").status == .ok)
            #expect(try await program.get("/v1/clients/export").code == "export_not_allowed")
            #expect(
                try await program.send(.post, "/v1/clients", json: #"{"firstName":"A","lastName":"B"}"#).code
                    == "forbidden")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `Basic with garbage, NUL, other letters or ten thousand bytes is refused without harm`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "0"]) { office in
            let key = try await office.signedIn().makeKey().program.key
            let values = [
                "Basic eDp5", "Basic", "Basic ", "Basic =", "Basic ====", "Basic !!!", "Basic \(key)",
                Self.basic("agent@office.example:\(Office.password)".utf8), Self.basic("\(key)\u{0}:".utf8),
                Self.basic("\u{0}\(key):".utf8), Self.basic("\(key.dropLast())é:".utf8), Self.basic(":\(key)".utf8),
                Self.basic([0xFF, 0xFE, 0x00, 0x3A]), Self.basic([UInt8](repeating: 0x61, count: 10_000)),
                Self.basic((String(repeating: key, count: 100) + ":").utf8), Self.basic(" \(key):".utf8),
                "Bearer \(key)\(key)", "Bearer \(key.uppercased())", "Bearer ghk_",
                "Bearer ghk_" + String(repeating: "a", count: 10_000),
                "Bearer \(key.dropLast())", "Token \(key)", "Digest username=\"\(key)\"", key,
            ]
            for value in values {
                let answer = try await Self.get(office, value)
                #expect(answer.status == .unauthorized, "\(value.prefix(80))")
                #expect(["api_key_invalid", "token_invalid"].contains(answer.code), "\(value.prefix(80))")
                #expect(!answer.text.contains(key.dropFirst(4).prefix(20)))
            }
            #expect(try await Self.get(office, Self.basic("\(key):".utf8)).status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keys that do not count are counted against the address that tries them`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "4"]) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeKey().program
            let bad = KeyProgram(office: office, key: Forged.key([UInt8](repeating: 7, count: 40)))
            for _ in 1...4 { #expect(try await bad.get("/v1/clients").code == "api_key_invalid") }
            #expect(try await bad.get("/v1/clients").code == "rate_limited")
            #expect(try await office.events(.rateLimited).count == 1)
            // Whoever has a good one at the same address is not shut out by it.
            #expect(try await program.get("/v1/clients").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a flood with a key that was revoked does not flood the log`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "0"]) { office in
            let agent = try await office.signedIn()
            let (id, program) = try await agent.makeKey()
            try await agent.send(.delete, "/v1/api-keys/\(id)")
            for _ in 1...60 { #expect(try await program.get("/v1/clients").status == .unauthorized) }
            #expect(try await office.events(.apiKeyRefused).count == 20)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with a key and a cookie of somebody else the key alone counts, and the cookie stays as it was`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let ana = try await office.signedIn("ana@office.example")
            let ben = try await office.signedIn("ben@office.example")
            _ = try await ana.makeClient("Rita")
            let mixed = office.visitor()
            mixed.accessToken = try await ana.makeKey().program.key
            mixed.cookies = ben.cookies
            let cookie = ben.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let answer = try await mixed.send(.get, "/v1/clients", headers: ["Cookie": cookie])
            #expect(answer.data.count == 1)
            #expect(answer.cookies.isEmpty)
            #expect(try await mixed.get("/v1/auth/me").code == "key_not_allowed")
            // At the exchange and at the sign-out the cookie counts, as it does without a key; and only for a page of ours.
            let foreign = try await mixed.send(.post, "/v1/auth/refresh", asPage: false)
            #expect(foreign.code == "csrf_rejected")
            #expect(try await mixed.refresh().string("user", "email") == "ben@office.example")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `another site's page gets nothing done with a key that a browser remembers`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeKey().program
            let json = #"{"firstName":"A","lastName":"B"}"#
            for headers in [["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"]] {
                let answer = try await program.send(.post, "/v1/clients", json: json, headers: headers)
                #expect(answer.code == "csrf_rejected")
            }
            #expect(try await program.send(.post, "/v1/clients", json: json).status == .created, "a program names none")
        }
    }
}

/// Keys that somebody makes up who knows how they are made.
enum Forged {
    /// A key with a right check over 40 bytes of identity, secret and seal.
    static func key(_ content: [UInt8]) -> String {
        let check = SHA256.hash(data: Array("ghk_".utf8) + content).prefix(5)
        return "ghk_" + Base32.encode(content + check).lowercased()
    }
}
