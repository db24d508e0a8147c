import Accounts
import Core
import Credentials
import Foundation
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

/// API keys as an integrator meets them, over HTTP.
@Suite struct `API keys over HTTP` {
    private static func basic(_ user: String, _ password: String = "") -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }

    @Test(arguments: DatabaseKind.available)
    func `are shown once, listed by their last characters, and revoked`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post(
                "/v1/api-keys",
                #"{"name":"Lead source","expiresAt":"2027-01-31T09:05:00Z","allowedNetworks":["127.0.0.1","2001:db8::/32"]}"#
            )
            #expect(made.status == .created)
            #expect(made.header("Cache-Control")?.contains("no-store") == true)
            let (id, key) = (try #require(made.string("id")), try #require(made.string("key")))
            #expect(key.wholeMatch(of: /ghk_[a-z2-7]{72}/) != nil)

            let listed = try await agent.get("/v1/api-keys")
            #expect(!listed.text.contains(key.dropFirst(4).prefix(20)))
            #expect(listed.data.count == 1)
            #expect(listed.string("data", "0", "id") == id)
            #expect(listed.string("data", "0", "name") == "Lead source")
            #expect(listed.string("data", "0", "hint") == "ghk_…\(key.suffix(4))")
            #expect(listed["data", "0", "scopes"] == .array([.string("clients:read"), .string("clients:write")]))
            #expect(
                listed["data", "0", "allowedNetworks"] == .array([.string("127.0.0.1/32"), .string("2001:db8::/32")]))
            #expect(listed.string("data", "0", "expiresAt") == "2027-01-31T09:05:00.000Z")
            #expect(listed["data", "0", "lastUsedAt"] == .null)

            let program = KeyProgram(office: office, key: key)
            #expect(try await program.get("/v1/clients").status == .ok)
            let used = try await agent.get("/v1/api-keys")
            #expect(used.string("data", "0", "lastUsedAt") == office.clock.now.iso8601)
            #expect(used.string("data", "0", "lastUsedIp") == "127.0.0.1")

            #expect(try await agent.send(.delete, "/v1/api-keys/\(id)").status == .noContent)
            #expect(try await program.get("/v1/clients").code == "api_key_invalid")
            #expect(try await agent.send(.delete, "/v1/api-keys/\(id)").code == "not_found")
            #expect(try await agent.get("/v1/api-keys").data.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are taken as Bearer and as the user name of Basic, with any password`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let key = try await agent.makeKey().program.key
            for header in [
                "Bearer \(key)", "bearer   \(key)", Self.basic(key), Self.basic(key, "x"), Self.basic(key, "a:b:é"),
                "basic " + Data(key.utf8).base64EncodedString(),
            ] {
                let answer = try await office.visitor().send(
                    .get, "/v1/clients", headers: ["Authorization": header], asPage: false)
                #expect(answer.status == .ok, "\(header) \(answer.text)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `see, make and change what their owner may, and nothing of anybody else's`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.signedIn("ana@office.example")
            let ben = try await office.signedIn("ben@office.example")
            let (hers, his) = (try await ana.makeClient("Rita"), try await ben.makeClient("Otto"))
            let program = try await ana.makeKey().program
            #expect(try await program.get("/v1/clients").data.count == 1)
            #expect(try await program.get("/v1/clients/\(hers)").status == .ok)
            #expect(try await program.get("/v1/clients/\(his)").code == "not_found")
            let patched = try await program.send(.patch, "/v1/clients/\(hers)", json: #"{"background":"by key"}"#)
            #expect(patched.status == .ok)
            #expect(
                try await program.send(.patch, "/v1/clients/\(his)", json: #"{"background":"x"}"#).code == "not_found")
            let made = try await program.send(
                .post, "/v1/clients", json: #"{"firstName":"Kim","lastName":"Lead"}"#)
            #expect(made.status == .created)
            #expect(try await ana.get("/v1/clients").data.count == 2)
            #expect(try await owner.makeKey().program.get("/v1/clients").data.count == 3)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `delete and export only with the scope for it, long after the password was shown`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let id = try await agent.makeClient()
            try await office.allowExport(agent)
            let plain = try await agent.makeKey().program
            let deleting = try await agent.makeKey(#""name":"Tidy","scopes":["clients:delete"]"#).program
            let (exportID, exporting) = try await agent.makeKey(#""name":"Backup","scopes":["clients:export"]"#)
            office.clock.advance(by: .hours(10))
            for program in [plain, deleting] {
                #expect(try await program.get("/v1/clients/export").string("scope") == "clients:export")
            }
            let exported = try await exporting.get("/v1/clients/export")
            #expect(exported.status == .ok)
            #expect(exported.text.contains("Rita"))
            let event = try #require(try await office.events(.dataExported).first)
            #expect(event.detailJSON.contains(exportID))
            #expect(event.sessionID == nil)
            for program in [plain, exporting] {
                let answer = try await program.send(.delete, "/v1/clients/\(id)")
                #expect(answer.code == "scope_missing")
                #expect(answer.string("scope") == "clients:delete")
            }
            #expect(try await deleting.send(.delete, "/v1/clients/\(id)").status == .noContent)
            #expect(try await deleting.get("/v1/clients").code == "scope_missing")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `need their scope for deleting and exporting even where people need no password`(
        kind: DatabaseKind
    ) async throws {
        let relaxed = ["REQUIRE_REAUTH_FOR_DELETE": "false", "REQUIRE_REAUTH_FOR_EXPORT": "false"]
        try await Office.open(on: kind, relaxed) { office in
            let agent = try await office.signedIn()
            let id = try await agent.makeClient()
            let program = try await agent.makeKey().program
            #expect(try await program.send(.delete, "/v1/clients/\(id)").code == "scope_missing")
            #expect(try await program.get("/v1/clients/export").code == "scope_missing")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `read the security log with the scope for it: all of it for an owner, their own for others`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn("ana@office.example")
            func types(_ visitor: Visitor) async throws -> Set<String> {
                let program = try await visitor.makeKey(#""name":"SIEM","scopes":["security:read"]"#).program
                let answer = try await program.get("/v1/security/events?type=login_success&limit=100")
                #expect(answer.status == .ok)
                return Set(answer.data.indices.compactMap { answer.string("data", String($0), "userId") })
            }
            #expect(try await types(owner).count == 2)
            #expect(try await types(agent).count == 1)
            let program = try await agent.makeKey(#""name":"SIEM","scopes":["security:read"]"#).program
            #expect(try await program.get("/v1/security/dashboard").code == "forbidden")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `count against the limit of their owner, and are told so`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "5"]) { office in
            let agent = try await office.signedIn()
            let program = try await agent.makeKey().program
            for left in [3, 2] {
                let answer = try await program.get("/v1/clients")
                #expect(answer.header("RateLimit-Remaining") == String(left))
            }
            #expect(try await agent.get("/v1/clients").status == .ok)
            #expect(try await program.get("/v1/clients").status == .ok)
            let refused = try await program.get("/v1/clients")
            #expect(refused.code == "rate_limited")
            #expect(refused.header("Retry-After") != nil)
            #expect(try await agent.get("/v1/clients").code == "rate_limited")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are refused with every fault that a wish for one can have`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "0"]) { office in
            let agent = try await office.signedIn()
            let long = String(repeating: "x", count: 101)
            let networks = Array(repeating: #""192.0.2.1""#, count: 51).joined(separator: ",")
            let wishes = [
                (#"{}"#, "name required"), (#"{"name":" "}"#, "name required"), (#"{"name":7}"#, "name wrong_type"),
                (#"{"name":"\#(long)"}"#, "name too_long"), (#"{"name":"a\nb"}"#, "name invalid_characters"),
                (#"{"name":"a\u0000b"}"#, "name invalid_characters"),
                (#"{"name":"a","scopes":[]}"#, "scopes required"), (#"{"name":"a","scopes":"x"}"#, "scopes wrong_type"),
                (#"{"name":"a","scopes":["everything"]}"#, "scopes invalid_choice"),
                (#"{"name":"a","scopes":["Clients:read"]}"#, "scopes invalid_choice"),
                (#"{"name":"a","scopes":[1]}"#, "scopes wrong_type"),
                (#"{"name":"a","expiresAt":"tomorrow"}"#, "expiresAt invalid_time"),
                (#"{"name":"a","expiresAt":"2026-01-01T12:00:00Z"}"#, "expiresAt in_the_past"),
                (#"{"name":"a","expiresAt":"2036-01-03T12:00:00Z"}"#, "expiresAt too_late"),
                (#"{"name":"a","expiresAt":9999999999}"#, "expiresAt wrong_type"),
                (#"{"name":"a","allowedNetworks":["10.0.0.0/33"]}"#, "allowedNetworks invalid_network"),
                (#"{"name":"a","allowedNetworks":["office"]}"#, "allowedNetworks invalid_network"),
                (#"{"name":"a","allowedNetworks":["192.0.2.1 192.0.2.2"]}"#, "allowedNetworks invalid_network"),
                (#"{"name":"a","allowedNetworks":["0.0.0.0/0"]}"#, "allowedNetworks too_wide"),
                (#"{"name":"a","allowedNetworks":[\#(networks)]}"#, "allowedNetworks too_many"),
            ]
            for (json, expected) in wishes {
                let answer = try await agent.post("/v1/api-keys", json)
                #expect(answer.status == .badRequest, "\(json)")
                let told =
                    "\(answer.string("errors", "0", "field") ?? "") \(answer.string("errors", "0", "code") ?? "")"
                #expect(told == expected, "\(json)")
            }
            #expect(try await agent.post("/v1/api-keys", #"{"name":"a","role":"owner"}"#).code == "unknown_field")
            #expect(try await agent.get("/v1/api-keys").data.isEmpty)
            // The least and the most that are taken.
            for json in [
                #"{"name":"k","scopes":null,"expiresAt":null,"allowedNetworks":null}"#,
                #"{"name":"k","scopes":["clients:read","clients:read"],"expiresAt":"2036-01-01T12:00:00Z","allowedNetworks":[]}"#,
            ] {
                #expect(try await agent.post("/v1/api-keys", json).status == .created, "\(json)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are at most fifty at a time`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_API_MAX": "0"]) { office in
            let agent = try await office.signedIn()
            for _ in 1...50 { _ = try await agent.makeKey() }
            let refused = try await agent.post("/v1/api-keys", #"{"name":"One more"}"#)
            #expect(refused.status == .conflict)
            #expect(refused.code == "api_key_limit")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are named in the report on an agent who leaves, and end with it on another node too`(
        kind: DatabaseKind
    ) async throws {
        try await withDatabase(kind) { database in
            let clock = TestWorld()
            try await Office.open(over: database, clock: clock) { here in
                let owner = try await here.signedIn("owner@office.example", role: .owner)
                let ana = try await here.signedIn("ana@office.example")
                let ben = try await here.hire("ben@office.example")
                let (id, program) = try await ana.makeKey()
                let anaID = try #require(try await ana.get("/v1/auth/me").string("user", "id"))
                try await Office.open(over: database, clock: clock) { there in
                    try await there.gate.revocationFeed.look()
                    let elsewhere = KeyProgram(office: there, key: program.key)
                    #expect(try await elsewhere.get("/v1/clients").status == .ok)
                    #expect(there.gate.knownKeys.count == 1)
                    clock.advance(by: .seconds(1))
                    let left = try await owner.post("/v1/users/\(anaID)/leave", #"{"clientsTo":"\#(ben.id)"}"#)
                    #expect(left.status == .ok)
                    #expect(left.string("apiKeysRevoked", "0", "id") == id)
                    #expect(left.string("apiKeysRevoked", "0", "name") == "Lead source")
                    #expect(try await program.get("/v1/clients").code == "api_key_invalid")
                    try await there.gate.revocationFeed.look()
                    #expect(try await elsewhere.get("/v1/clients").code == "api_key_invalid")
                    #expect(try await here.events(.apiKeyRevoked).first?.detailJSON.contains("owner_left") == true)
                }
            }
        }
    }
}
