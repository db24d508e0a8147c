import Accounts
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the deals of the API` {
    private static let stage = WalkOffice.stage

    @Test(arguments: DatabaseKind.available)
    func `are made, read, changed by version, dragged, forecast and removed`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client = try await agent.post("/v1/clients", #"{"firstName":"Jane"}"#).string("id") ?? ""
            let made = try await agent.post(
                "/v1/deals",
                #"{"name":"1 Main St","stageId":"\#(Self.stage)","price":45000000,"commission":{"ratePpm":25000},"split":[{"to":"house","basisPoints":10000}],"parties":[{"clientId":"\#(client)","roles":["buyer"]}],"dates":{"acceptance":"2026-01-10"}}"#
            )
            #expect(made.status == .created, "\(made.text)")
            #expect(made["commission", "amount"] == .integer(1_125_000))
            #expect(made["split", "0", "amount"] == .integer(1_125_000))
            #expect(made.string("dates", "closing") == "2026-02-09")
            let id = made.string("id") ?? ""
            #expect(made.header("Location") == "/v1/deals/\(id)")
            #expect(try await agent.get("/v1/deals/\(id)").header("ETag") == "\"1\"")
            let stale = try await agent.send(
                .patch, "/v1/deals/\(id)", json: #"{"notes":"x"}"#, headers: ["If-Match": "\"7\""])
            #expect(stale.code == "version_mismatch")
            let changed = try await agent.send(
                .patch, "/v1/deals/\(id)", json: #"{"notes":"x","price":null}"#, headers: ["If-Match": "\"1\""])
            #expect(changed.header("ETag") == "\"2\"")
            #expect(changed["price"] == .null)
            let moved = try await agent.post("/v1/deals/\(id)/move", #"{"stageId":"\#(Self.stage)"}"#)
            #expect(moved.status == .ok)
            let lost = try await agent.post(
                "/v1/deals/\(id)/move", #"{"stageId":"\#(Self.stage)","afterId":"\#(client)"}"#)
            #expect(lost.status == .conflict)
            #expect(lost.code == "neighbour_moved")
            #expect(try await agent.get("/v1/deals/board").string("columns", "0", "deals", "0", "id") == id)
            #expect(try await agent.get("/v1/deals/\(id)/stages").data.count == 1)
            #expect(try await agent.get("/v1/deals?client=\(client)&limit=1").data.count == 1)
            let forecast = try await agent.get("/v1/deals/forecast?from=2026-01&to=2026-12")
            #expect(forecast["data", "1", "count"] == .integer(1))
            let csv = try await agent.get("/v1/deals/forecast?from=2026-01&to=2026-01&format=csv")
            #expect(csv.header("Content-Disposition") == "attachment; filename=\"forecast.csv\"")
            #expect(try await agent.get("/v1/deals/forecast?from=2026-13&to=2025-01").code == "invalid_request")
            #expect(try await agent.send(.delete, "/v1/deals/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/deals/\(id)").status == .notFound)
        }
    }

    @Test func `name the field that is wrong`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let answer = try await agent.post(
                "/v1/deals",
                #"{"name":"A","stageId":"\#(Self.stage)","price":0,"split":[{"to":"house","basisPoints":10001}],"commission":{"ratePpm":1,"amount":1}}"#
            )
            #expect(answer.status == .badRequest)
            #expect(answer.string("errors", "0", "field") == "price")
            #expect(answer.string("errors", "1", "field") == "commission")
            #expect(answer.string("errors", "2", "field") == "split[0].basisPoints")
            let sum = try await agent.post(
                "/v1/deals",
                #"{"name":"A","stageId":"\#(Self.stage)","split":[{"to":"house","basisPoints":9999},{"to":"team","name":"N","basisPoints":2}]}"#
            )
            #expect(
                sum.string("errors", "0", "message") == "The shares make 100.01 %. They must make exactly 100.00 %.")
            let unknown = try await agent.post(
                "/v1/deals", #"{"name":"A","stageId":"\#(Self.stage)","parties":[{"clientId":"x","role":"buyer"}]}"#)
            #expect(unknown.code == "unknown_field")
        }
    }

    @Test func `have their pipelines and their template from owner and admin`() async throws {
        try await Office.open(on: .sqlite) { office in
            let (owner, agent) = (
                try await office.signedIn("owner@office.example", role: .owner), try await office.signedIn()
            )
            let stages = #"[{"name":"Asked","kind":"open"},{"name":"Let","kind":"won"},{"name":"Gone","kind":"lost"}]"#
            let body = #"{"name":"Rentals","stages":\#(stages)}"#
            #expect(try await agent.post("/v1/pipelines", body).code == "forbidden")
            let made = try await owner.post("/v1/pipelines", body)
            #expect(made.status == .created)
            let path = "/v1/pipelines/\(made.string("id") ?? "")"
            let replaced = try await owner.send(.put, path, json: body, headers: ["If-Match": "\"1\""])
            #expect(replaced.header("ETag") == "\"2\"")
            #expect(try await agent.get("/v1/pipelines").data.count == 3)
            #expect(try await owner.send(.delete, path).status == .noContent)
            let template = #"{"dates":{"closing":45},"checklist":[{"title":"Call","days":2}]}"#
            #expect(try await agent.send(.put, "/v1/deals/template", json: template).code == "forbidden")
            #expect(try await owner.send(.put, "/v1/deals/template", json: template).status == .ok)
            #expect(try await agent.get("/v1/deals/template")["dates", "closing"] == .integer(45))
        }
    }
}
