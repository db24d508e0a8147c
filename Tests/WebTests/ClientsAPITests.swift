import Accounts
import Core
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `clients over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `are created, shown, changed, found and deleted`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post(
                "/v1/clients",
                #"{"firstName":"Zoë","lastName":"Ångström","emails":[{"value":"Zoe@Example.com"}],"tags":["buyer"],"price":450000}"#
            )
            #expect(made.status == .created)
            let id = try #require(made.string("id"))
            #expect(made.header("Location") == "/v1/clients/\(id)")
            #expect(made.header("ETag") == "\"1\"")
            let shown = try await agent.get("/v1/clients/\(id)")
            #expect(shown.text == made.text)
            let changed = try await agent.send(
                .patch, "/v1/clients/\(id)", json: #"{"stage":"Nurture","price":null}"#, headers: ["If-Match": "\"1\""])
            #expect(changed.string("stage") == "Nurture")
            #expect(changed["price"] == .null)
            #expect(changed.header("ETag") == "\"2\"")
            let stale = try await agent.send(
                .patch, "/v1/clients/\(id)", json: #"{"stage":"Leads"}"#, headers: ["If-Match": "\"1\""])
            #expect(stale.status == .preconditionFailed)
            #expect(stale.code == "version_mismatch")
            let found = try await agent.get("/v1/clients?search=zoe%20angstrom&stage=Nurture")
            #expect(found.data.count == 1)
            #expect(found["page", "total"] == .integer(1))
            #expect(try await agent.send(.delete, "/v1/clients/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/clients").data.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of another agent are not there`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let ann = try await office.signedIn("ann@office.example")
            let bob = try await office.signedIn("bob@office.example")
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let id = try #require(try await ann.post("/v1/clients", #"{"firstName":"Carla"}"#).string("id"))
            #expect(try await bob.get("/v1/clients/\(id)").code == "not_found")
            #expect(try await bob.send(.patch, "/v1/clients/\(id)", json: #"{"stage":"Trash"}"#).code == "not_found")
            #expect(try await bob.send(.delete, "/v1/clients/\(id)").code == "not_found")
            #expect(try await bob.get("/v1/clients?search=carla").data.isEmpty)
            #expect(try await owner.get("/v1/clients/\(id)").status == .ok)
        }
    }

    @Test func `that look like one that is there are told, and made when insisted on`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let body = #"{"firstName":"Ann","emails":[{"value":"ann@example.com"}]}"#
            #expect(try await agent.post("/v1/clients", body).status == .created)
            let twice = try await agent.post("/v1/clients", body)
            #expect(twice.status == .conflict)
            #expect(twice.code == "possible_duplicate")
            #expect(twice.string("matches", "0", "firstName") == "Ann")
            #expect(try await agent.post("/v1/clients?force=true", body).status == .created)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `come in pages without gaps or repeats`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            for number in 1...45 { _ = try await agent.post("/v1/clients", #"{"firstName":"Client\#(number)"}"#) }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let page = try await agent.get("/v1/clients" + (cursor.map { "?cursor=\($0)" } ?? ""))
                #expect(page["page", "total"] == .integer(45))
                for index in page.data.indices { seen.append(try #require(page.string("data", String(index), "id"))) }
                cursor = page.string("page", "nextCursor")
            } while cursor != nil
            #expect(seen.count == 45)
            #expect(Set(seen).count == 45)
        }
    }
}
