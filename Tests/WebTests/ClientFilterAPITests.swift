import Accounts
import Core
import Foundation
import HTTPTypes
import Identity
import TestSupport
import Testing

@testable import Web

@Suite struct `filters and lists over HTTP` {
    private func encoded(_ filter: String) -> String {
        filter.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    @Test(arguments: DatabaseKind.available)
    func `find, sort by price, and lead from client to client`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            var ids: [String] = []
            for (name, price) in [("Ann", "300"), ("Bob", "100"), ("Cid", "null"), ("Dan", "200")] {
                let made = try await agent.post(
                    "/v1/clients", #"{"firstName":"\#(name)","price":\#(price),"tags":["VIP"]}"#)
                ids.append(try #require(made.string("id")))
            }
            let filter = encoded(
                #"{"and":[{"field":"price","op":"atLeast","value":150},{"not":{"field":"tag","op":"is","value":"x"}}]}"#
            )
            let page = try await agent.get("/v1/clients?sort=-price&filter=\(filter)")
            #expect(page["page", "total"] == .integer(2))
            #expect(page.string("data", "0", "firstName") == "Ann" && page.string("data", "1", "firstName") == "Dan")
            let neighbours = try await agent.get("/v1/clients/\(ids[0])/neighbours?sort=-price&filter=\(filter)")
            #expect(neighbours["previous"] == .null)
            #expect(neighbours.string("next") == ids[3])
            // As a form has it: a space is a plus sign, and a plus sign is encoded.
            _ = try await agent.post("/v1/clients", #"{"firstName":"Eve","tags":["A+ lead"]}"#)
            let form = "%7B%22field%22:+%22tag%22,+%22op%22:+%22is%22,+%22value%22:+%22A%2B+lead%22%7D"
            #expect(try await agent.get("/v1/clients?filter=\(form)").string("data", "0", "firstName") == "Eve")
            let all = try await agent.get("/v1/clients?sort=price")
            #expect(all.string("data", "0", "firstName") == "Cid")
        }
    }

    @Test func `that are no filters are refused by their paths`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let wrong = [
                (#"{"#, "filter"), (#"[1]"#, "filter"), (#"{"field":"salary","op":"is","value":1}"#, "filter.field"),
                (#"{"and":[{"field":"stage","op":"is","value":"Leads","more":1}]}"#, "filter.and[0].more"),
                (String(repeating: "[", count: 200), "filter"), (String(repeating: "x", count: 7000), "filter"),
                (#"{"field":"customFields.nothing","op":"is","value":1}"#, "filter.field"),
            ]
            for (filter, field) in wrong {
                let answer = try await agent.get("/v1/clients?filter=\(encoded(filter))")
                #expect(answer.code == "invalid_request", "\(filter.prefix(40))")
                #expect(answer.string("errors", "0", "field") == field, "\(answer.text)")
            }
            let cursor = try await agent.get("/v1/clients?cursor=AAAA&filter=\(encoded(#"{"and":[]}"#))")
            #expect(cursor.code == "invalid_cursor")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are kept as lists, shared, counted and removed`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn("ann@office.example")
            let body = #"""
                {"name":"Hot","isShared":true,"sort":"-price","columns":["lastName","price"],
                "filter":{"and":[{"or":[{"and":[{"field":"tag","op":"in","value":["hot","warm"]}]}]}]}}
                """#
            #expect(try await agent.post("/v1/smart-lists", body).code == "forbidden")
            let made = try await owner.post("/v1/smart-lists", body)
            #expect(made.status == .created && made.header("ETag") == "\"1\"")
            let id = try #require(made.string("id"))
            #expect(made.header("Location") == "/v1/smart-lists/\(id)")
            var ids: [String] = []
            for price in [100, 200] {
                let client = try await agent.post("/v1/clients", #"{"firstName":"A","price":\#(price),"tags":["HOT"]}"#)
                ids.append(try #require(client.string("id")))
            }
            _ = try await owner.post("/v1/clients", #"{"firstName":"Other","tags":["hot"]}"#)
            #expect(try await agent.get("/v1/smart-lists/\(id)")["count"] == .integer(2))
            #expect(try await owner.get("/v1/smart-lists?counts=true")["data", "0", "count"] == .integer(3))
            #expect(try await owner.get("/v1/smart-lists")["data", "0", "count"] == nil)
            let page = try await agent.get("/v1/smart-lists/\(id)/clients?limit=1")
            #expect(page.string("data", "0", "id") == ids[1])
            let cursor = try #require(page.string("page", "nextCursor"))
            #expect(
                try await agent.get("/v1/smart-lists/\(id)/clients?limit=1&cursor=\(cursor)").string("data", "0", "id")
                    == ids[0])
            #expect(
                try await owner.get("/v1/smart-lists/\(id)/clients?limit=1&cursor=\(cursor)").code == "invalid_cursor")
            let next = try await agent.get("/v1/smart-lists/\(id)/neighbours?client=\(ids[1])")
            #expect(next["previous"] == .null && next.string("next") == ids[0])
            #expect(try await agent.get("/v1/smart-lists/\(id)/neighbours").code == "invalid_request")
            #expect(
                try await agent.send(.patch, "/v1/smart-lists/\(id)", json: #"{"name":"Mine"}"#).code == "forbidden")
            let changed = try await owner.send(
                .patch, "/v1/smart-lists/\(id)", json: #"{"name":"Hottest"}"#, headers: ["If-Match": "\"1\""])
            #expect(changed.string("name") == "Hottest" && changed.header("ETag") == "\"2\"")
            let stale = try await owner.send(
                .patch, "/v1/smart-lists/\(id)", json: #"{"name":"Late"}"#, headers: ["If-Match": "\"1\""])
            #expect(stale.code == "version_mismatch")
            #expect(
                try await owner.post("/v1/smart-lists", #"{"name":"A","filter":{"field":"x"}}"#).string(
                    "errors", "0", "field") == "filter.field")
            #expect(try await agent.send(.delete, "/v1/smart-lists/\(id)").code == "forbidden")
            #expect(try await owner.send(.delete, "/v1/smart-lists/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/smart-lists/\(id)").code == "not_found")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `say that a condition is gone with its custom field`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn(role: .owner)
            _ = try await owner.post("/v1/custom-fields", #"{"name":"Score","kind":"number"}"#)
            let made = try await owner.post(
                "/v1/smart-lists",
                #"{"name":"High","filter":{"not":{"field":"customFields.score","op":"less","value":5}}}"#)
            let id = try #require(made.string("id"))
            _ = try await owner.post("/v1/clients", #"{"firstName":"A","customFields":{"score":9}}"#)
            #expect(try await owner.get("/v1/smart-lists/\(id)/clients")["page", "total"] == .integer(1))
            #expect(try await owner.send(.delete, "/v1/custom-fields/score").status == .noContent)
            let list = try await owner.get("/v1/smart-lists/\(id)")
            #expect(list.string("goneConditions", "0", "field") == "customFields.score")
            let page = try await owner.get("/v1/smart-lists/\(id)/clients")
            #expect(page["page", "total"] == .integer(0))
            #expect(page.string("page", "goneConditions", "0", "field") == "customFields.score")
        }
    }
}
