import Accounts
import CRM
import Core
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `merges over HTTP` {
    private func client(_ visitor: Visitor, _ json: String) async throws -> String {
        try #require(try await visitor.post("/v1/clients?force=true", json).string("id"))
    }

    @Test(arguments: DatabaseKind.available)
    func `both identities answer, and the loser's says of whom the answer is`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let one = try await client(agent, #"{"firstName":"Jane","price":300000}"#)
            let other = try await client(agent, #"{"firstName":"Janet","price":250000,"tags":["VIP"]}"#)
            let merged = try await agent.post(
                "/v1/clients/\(one)/merge", #"{"with":"\#(other)","version":1}"#, headers: ["If-Match": "\"1\""])
            #expect(merged.status == .ok)
            #expect(merged.header("ETag") == "\"2\"")
            #expect(merged.string("client", "id") == one)
            #expect(merged.string("merge", "mergedId") == other)
            let merge = try #require(merged.string("merge", "id"))
            let shown = try await agent.get("/v1/clients/\(other)")
            #expect(shown.status == .ok && shown.string("id") == one)
            #expect(shown.header("Content-Location") == "/v1/clients/\(one)")
            #expect(shown.header("ETag") == "\"2\"")
            #expect(try await agent.get("/v1/clients/\(one)").header("Content-Location") == nil)
            let known = try await agent.send(.get, "/v1/clients/\(other)", headers: ["If-None-Match": "\"1\""])
            #expect(known.status == .ok)
            let changed = try await agent.send(
                .patch, "/v1/clients/\(other)", json: #"{"source":"Website"}"#, headers: ["If-Match": "\"2\""])
            #expect(changed.string("id") == one && changed.string("source") == "Website")
            #expect(changed.header("Content-Location") == "/v1/clients/\(one)")
            #expect(try await agent.send(.delete, "/v1/clients/\(other)").code == "not_found")
            let history = try await agent.get("/v1/clients/\(other)/history")
            #expect(history.header("Content-Location") == "/v1/clients/\(one)/history")
            let lost = history.data.indices.first { history.string("data", "\($0)", "field") == "merged.price" }
            #expect(history["data", "\(try #require(lost))", "old"] == .integer(250_000))
            #expect(history.string("data", "\(try #require(lost))", "originId") == merge)
            let subjects = history.data.indices.compactMap { history.string("data", "\($0)", "clientId") }
            #expect(Set(subjects) == [one, other])

            let undone = try await agent.post("/v1/merges/\(merge)/undo")
            #expect(undone.status == .ok)
            #expect(undone.string("client", "id") == one && undone.string("parted", "id") == other)
            #expect(undone["kept"] == .array([]))
            #expect(try await agent.get("/v1/clients/\(other)").string("id") == other)
            #expect(try await agent.post("/v1/merges/\(merge)/undo").code == "not_found")
        }
    }

    @Test func `are refused with the reason`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let lender = try await office.signedIn("lender@office.example", role: .lender)
            let one = try await client(agent, #"{"firstName":"Jane"}"#)
            let other = try await client(agent, #"{"firstName":"Janet"}"#)
            let path = "/v1/clients/\(one)/merge"
            let itself = try await agent.post(path, #"{"with":"\#(one)"}"#)
            #expect(itself.status == .badRequest && itself.string("errors", "0", "code") == "same_client")
            #expect(try await agent.post(path, #"{"with":"nobody"}"#).string("errors", "0", "field") == "with")
            #expect(try await agent.post(path, #"{}"#).code == "invalid_request")
            #expect(try await agent.post(path, #"{"with":"\#(other)","version":"x"}"#).code == "invalid_request")
            #expect(try await agent.post(path, #"{"with":"\#(other)","version":9}"#).code == "version_mismatch")
            let stale = try await agent.post(path, #"{"with":"\#(other)"}"#, headers: ["If-Match": "\"9\""])
            #expect(stale.status == .preconditionFailed)
            #expect(try await lender.post(path, #"{"with":"\#(other)"}"#).code == "not_found")
            let nobody = "0198c6a0-0000-7000-8000-000000000000"
            #expect(try await agent.post(path, #"{"with":"\#(nobody)"}"#).code == "not_found")
            let me = try #require(try await lender.get("/v1/auth/me").string("user", "id"))
            for id in [one, other] {
                let share = try await owner.send(
                    .patch, "/v1/clients/\(id)", json: #"{"collaborators":["\#(me)"]}"#)
                #expect(share.status == .ok)
            }
            #expect(try await lender.post(path, #"{"with":"\#(other)"}"#).code == "forbidden")
            let first = try #require(try await agent.post(path, #"{"with":"\#(other)"}"#).string("merge", "id"))
            let third = try await client(agent, #"{"firstName":"Third"}"#)
            let second = try await agent.post("/v1/clients/\(third)/merge", #"{"with":"\#(one)"}"#)
            let late = try await agent.post("/v1/merges/\(first)/undo")
            #expect(late.status == .conflict && late.code == "merged_since")
            #expect(late.string("mergeId") == second.string("merge", "id"))
            office.clock.advance(by: .hours(24 * 31))
            try await agent.signIn("agent@office.example")
            let id = try #require(second.string("merge", "id"))
            #expect(try await agent.post("/v1/merges/\(id)/undo").code == "undo_expired")
        }
    }
}

@Suite struct `likely pairs over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `are told and dismissed`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            var ids: [String] = []
            for name in ["Jane", "Janet", "Jo"] {
                let body = #"{"firstName":"\#(name)","emails":[{"value":"j@example.com"}]}"#
                ids.append(try #require(try await agent.post("/v1/clients?force=true", body).string("id")))
            }
            office.clock.advance(by: .minutes(2))
            try await office.book.findPairs()
            let page = try await agent.get("/v1/clients/duplicates?limit=2")
            #expect(page.data.count == 2)
            #expect(page.string("data", "0", "reasons", "0") == "email")
            #expect(page["data", "0", "clients", "1", "version"] == .integer(1))
            let cursor = try #require(page.string("page", "nextCursor"))
            let rest = try await agent.get("/v1/clients/duplicates?limit=2&cursor=\(cursor)")
            #expect(rest.data.count == 1 && rest["page", "nextCursor"] == .null)
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            #expect(try await owner.get("/v1/clients/duplicates?cursor=\(cursor)").code == "invalid_cursor")
            let path = "/v1/clients/duplicates/dismiss"
            #expect(try await agent.post(path, #"{"clients":["\#(ids[0])","\#(ids[1])"]}"#).status == .noContent)
            #expect(try await agent.get("/v1/clients/duplicates").data.count == 2)
            for body in [#"{"clients":["\#(ids[0])"]}"#, #"{"clients":["x","y"]}"#, "{}"] {
                #expect(try await agent.post(path, body).code == "invalid_request")
            }
            let same = try await agent.post(path, #"{"clients":["\#(ids[0])","\#(ids[0])"]}"#)
            #expect(same.string("errors", "0", "code") == "same_client")
        }
    }
}
