import Accounts
import CRM
import Core
import HTTPTypes
import Identity
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import Server
@testable import Web

@Suite struct `bulk changes over HTTP` {
    /// Does what the server's background does.
    private func work(_ office: Office) async throws {
        let book = ClientBook(
            database: office.gate.database, world: office.clock.world, cursorKey: Secret(Array(repeating: 1, count: 32))
        )
        try await BulkChanges(book: book, recorder: office.gate.recorder).work()
    }

    private let all = #""filter":{"and":[]}"#

    @Test(arguments: DatabaseKind.available)
    func `are previewed, made, watched and taken back`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            for number in 0..<3 { _ = try await agent.post("/v1/clients", #"{"firstName":"C\#(number)"}"#) }
            let body = #"{"action":"addTags","tags":["Spring"],\#(all)}"#
            let preview = try await agent.post("/v1/clients/bulk?preview=true", body)
            #expect(preview.status == .ok && preview["total"] == .integer(3))
            let started = try await agent.post("/v1/clients/bulk", body)
            #expect(started.status == .accepted && started.string("status") == "queued")
            let id = try #require(started.string("id"))
            #expect(started.header("Location") == "/v1/bulk-changes/\(id)")
            try await work(office)
            let done = try await agent.get("/v1/bulk-changes/\(id)")
            #expect(done.string("status") == "completed" && done["changed"] == .integer(3))
            #expect(try await agent.get("/v1/clients?tag=spring")["page", "total"] == .integer(3))
            let undo = try await agent.post("/v1/bulk-changes/\(id)/undo")
            #expect(undo.status == .accepted && undo.string("status") == "running" && undo["isUndoing"] == .bool(true))
            try await work(office)
            #expect(try await agent.get("/v1/bulk-changes/\(id)").string("status") == "undone")
            #expect(try await agent.get("/v1/clients?tag=spring")["page", "total"] == .integer(0))
            #expect(try await agent.post("/v1/bulk-changes/\(id)/undo").code == "not_undoable")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of another agent are not there, and reach no colleague's client`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let ann = try await office.signedIn("ann@office.example")
            let bob = try await office.signedIn("bob@office.example")
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let client = try #require(try await bob.post("/v1/clients", #"{"firstName":"Carla"}"#).string("id"))
            let body = #"{"action":"stage","stage":"Closed","ids":["\#(client)"]}"#
            #expect(try await ann.post("/v1/clients/bulk?preview=true", body)["total"] == .integer(0))
            let id = try #require(try await ann.post("/v1/clients/bulk", body).string("id"))
            try await work(office)
            let done = try await ann.get("/v1/bulk-changes/\(id)")
            #expect(done["changed"] == .integer(0) && done.string("refusals", "0", "reason") == "not_found")
            // Exactly what a client that never was would be told.
            let nobody = "0198c6a0-0000-7000-8000-000000000000"
            let other = try await ann.post(
                "/v1/clients/bulk", #"{"action":"stage","stage":"Closed","ids":["\#(nobody)"]}"#)
            try await work(office)
            let otherID = try #require(other.string("id"))
            #expect(
                try await ann.get("/v1/bulk-changes/\(otherID)").string("refusals", "0", "reason") == "not_found")
            #expect(try await bob.get("/v1/clients/\(client)").string("stage") == "Leads")
            for path in ["", "/cancel", "/undo"] {
                let answer = try await bob.send(path.isEmpty ? .get : .post, "/v1/bulk-changes/\(id)\(path)")
                #expect(answer.code == "not_found")
            }
            #expect(try await owner.get("/v1/bulk-changes/\(id)").status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that delete or assign ask for more than the others`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client = try #require(try await agent.post("/v1/clients", #"{"firstName":"Ann"}"#).string("id"))
            let smuggled = try await agent.post("/v1/clients/bulk", #"{"action":"delete",\#(all)}"#)
            #expect(smuggled.code == "invalid_request")
            #expect(
                try await agent.post("/v1/clients/bulk", #"{"action":"assign","assignedTo":null,\#(all)}"#).code
                    == "forbidden")
            #expect(
                try await agent.post("/v1/clients/bulk", #"{"action":"stage","stage":"Closed"}"#)
                    .string("errors", "0", "field") == "filter")
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let unsaid = try await owner.post("/v1/clients/bulk", #"{"action":"assign",\#(all)}"#)
            #expect(unsaid.string("errors", "0", "field") == "assignedTo", "what was forgotten is not nobody")
            let (_, writer) = try await agent.makeKey(#""name":"Writer","scopes":["clients:read","clients:write"]"#)
            #expect(try await writer.send(.post, "/v1/clients/bulk-delete", json: "{\(all)}").code == "scope_missing")
            office.clock.advance(by: .minutes(10))
            #expect(try await agent.post("/v1/clients/bulk-delete", "{\(all)}").code == "reauthentication_required")
            _ = try await agent.post("/v1/auth/reauthenticate", #"{"password":"\#(Office.password)"}"#)
            let deletion = try await agent.post("/v1/clients/bulk-delete", "{\(all)}")
            #expect(deletion.status == .accepted)
            try await work(office)
            #expect(try await agent.get("/v1/clients/\(client)").code == "not_found")
            #expect(try await agent.get("/v1/clients/trash").string("data", "0", "id") == client)
        }
    }

    @Test func `of more clients than a selection holds are refused`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            func ids(_ count: Int) -> String {
                (0..<count).map { _ in "\"\(office.clock.world.identifier() as ClientID)\"" }.joined(separator: ",")
            }
            let most = try await agent.post(
                "/v1/clients/bulk", #"{"action":"stage","stage":"Closed","ids":[\#(ids(10_000))]}"#)
            #expect(most.status == .accepted && most["total"] == .integer(10_000))
            try await work(office)
            let id = try #require(most.string("id"))
            let done = try await agent.get("/v1/bulk-changes/\(id)")
            #expect(done["refused"] == .integer(10_000) && done.string("status") == "completed")
            let more = try await agent.post(
                "/v1/clients/bulk", #"{"action":"stage","stage":"Closed","ids":[\#(ids(10_001))]}"#)
            #expect(more.string("errors", "0", "field") == "ids" && more.string("errors", "0", "code") == "too_many")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that ask about a custom field that is gone meanwhile end`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn(role: .owner)
            _ = try await owner.post("/v1/custom-fields", #"{"name":"Score","kind":"number"}"#)
            _ = try await owner.post("/v1/clients", #"{"firstName":"A"}"#)
            let body =
                #"{"action":"stage","stage":"Closed","filter":{"not":{"field":"customFields.score","op":"less","value":5}}}"#
            let id = try #require(try await owner.post("/v1/clients/bulk", body).string("id"))
            _ = try await owner.send(.delete, "/v1/custom-fields/score")
            try await work(office)
            let done = try await owner.get("/v1/bulk-changes/\(id)")
            #expect(done.string("status") == "cancelled" && done["changed"] == .integer(0))
            #expect(done.string("endedBecause") == "condition_gone")
        }
    }
}
