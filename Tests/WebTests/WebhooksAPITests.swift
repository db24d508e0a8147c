import Accounts
import Core
import HTTPTypes
import Identity
import TestSupport
import Testing
import Work

@testable import Web

@Suite struct `the routes of webhooks` {
    @Test(arguments: DatabaseKind.available)
    func `show the secret once, and what was delivered`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let made = try await owner.post(
                "/v1/webhooks",
                #"{"url":"https://hooks.example.com/a","types":["client.created","task.completed"],"description":"Leads"}"#
            )
            #expect(made.status == .created)
            let id = made.string("id") ?? ""
            #expect(made.header("Location") == "/v1/webhooks/\(id)" && made.header("ETag") == "\"1\"")
            let secret = made.string("secret") ?? ""
            #expect(secret.hasPrefix("whsec_") && secret.count == 50)
            let shown = try await owner.get("/v1/webhooks/\(id)")
            #expect(shown.status == .ok && !shown.text.contains("secret") && shown.text.contains("task.completed"))
            #expect(try await owner.get("/v1/webhooks").data.count == 1)
            _ = try await owner.post("/v1/clients", #"{"firstName":"Jane","lastName":"Doe"}"#)
            let dispatch = WebhookDispatch(database: office.gate.database, world: office.clock.world)
            #expect(try await dispatch.dispatchDue() == 1)
            let log = try await owner.get("/v1/webhooks/\(id)/deliveries?limit=1&state=waiting")
            #expect(log.data.count == 1 && log.string("data", "0", "type") == "client.created")
            #expect(log["data", "0", "statusCode"] == .null && !log.text.contains("Jane"))
            let delivery = log.string("data", "0", "id") ?? ""
            let again = try await owner.post("/v1/webhook-deliveries/\(delivery)/replay")
            #expect(again.status == .accepted && again.string("state") == "waiting")
            let off = try await owner.send(
                .patch, "/v1/webhooks/\(id)", json: #"{"isOn":false}"#, headers: ["If-Match": "\"1\""])
            #expect(off["isOn"] == .bool(false) && off.header("ETag") == "\"2\"")
            let late = try await owner.send(
                .patch, "/v1/webhooks/\(id)", json: #"{"isOn":true}"#, headers: ["If-Match": "\"1\""])
            #expect(late.code == "version_mismatch")
            let dead = try await owner.get("/v1/webhooks/\(id)/deliveries")
            #expect(dead.string("data", "0", "state") == "dead")
            let refused = try await owner.post("/v1/webhook-deliveries/\(delivery)/replay")
            #expect(refused.string("errors", "0", "field") == "isOn")
            #expect(try await owner.send(.delete, "/v1/webhooks/\(id)").status == .noContent)
            #expect(try await owner.get("/v1/webhooks/\(id)").code == "not_found")
            #expect(try await owner.get("/v1/webhooks/\(id)/deliveries").code == "not_found")
        }
    }

    @Test(arguments: [Role.agent, .lender])
    func `are for owner and admin alone`(role: Role) async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let body = #"{"url":"https://hooks.example.com/a"}"#
            let id = try await owner.post("/v1/webhooks", body).string("id") ?? ""
            let other = try await office.signedIn("other@office.example", role: role)
            for path in ["", "/\(id)", "/\(id)/deliveries"] {
                #expect(try await other.get("/v1/webhooks" + path).code == "forbidden")
            }
            #expect(try await other.post("/v1/webhooks", body).code == "forbidden")
            #expect(try await other.send(.patch, "/v1/webhooks/\(id)", json: body).code == "forbidden")
            #expect(try await other.send(.delete, "/v1/webhooks/\(id)").code == "forbidden")
            #expect(try await other.post("/v1/webhook-deliveries/\(id)/replay").code == "forbidden")
            let admin = try await office.signedIn("admin@office.example", role: .admin)
            #expect(try await admin.get("/v1/webhooks/\(id)").status == .ok)
        }
    }

    @Test(arguments: [
        "https://10.1.2.3/x", "https://192.168.0.1/", "https://127.0.0.1/", "https://169.254.169.254/latest",
        "https://[::1]/", "https://[fd00::1]/x", "https://[::ffff:10.0.0.1]/", "https://[fe80::1]/",
        "https://2130706433/x", "https://0x7f000001/x", "https://0177.0.0.1/", "https://127.1/", "https://localhost/x",
        "https://db.internal/", "https://router/", "http://hooks.example.com/x", "ftp://hooks.example.com/",
        "https://u:p@hooks.example.com/", "https://", "x", "",
    ])
    func `take no address into a private network, nor one without TLS`(url: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let answer = try await owner.post("/v1/webhooks", #"{"url":"\#(url)"}"#)
            #expect(answer.code == "invalid_request" && answer.string("errors", "0", "field") == "url")
        }
    }

    @Test func `name what is wrong with a type`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let answer = try await owner.post(
                "/v1/webhooks", #"{"url":"https://hooks.example.com/","types":["client.created","client.sold"]}"#)
            #expect(answer.string("errors", "0", "field") == "types[1]")
            #expect(try await owner.post("/v1/webhooks", "{}").string("errors", "0", "field") == "url")
        }
    }

    /// Whoever has stolen a session must not have what happens told to them.
    @Test func `are set by somebody who has just shown the password`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            office.clock.advance(by: .minutes(6))
            let answer = try await owner.post("/v1/webhooks", #"{"url":"https://hooks.example.com/a"}"#)
            #expect(answer.code == "reauthentication_required")
        }
    }
}
