import Accounts
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the reports of the API` {
    private static let names = ["sources", "speed", "conversion", "activity", "volume"]
    private static let year = "?from=2026-01-01&to=2026-12-31"

    @Test(arguments: DatabaseKind.available)
    func `are JSON and CSV, each for owner and agent, and none for a lender`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            let lender = try await office.signedIn("lender@office.example", role: .lender)
            let made = try await agent.post("/v1/clients", #"{"firstName":"Jane","source":"=cmd()"}"#)
            let client = made.string("id") ?? ""
            _ = try await agent.post(
                "/v1/deals",
                #"{"name":"A","stageId":"\#(WalkOffice.stage)","parties":[{"clientId":"\#(client)","roles":["buyer"]}]}"#
            )
            for name in Self.names {
                for visitor in [owner, agent] {
                    let json = try await visitor.get("/v1/reports/\(name)\(Self.year)")
                    #expect(json.status == .ok, "\(name) \(json.text)")
                    #expect(json.string("timeZone") == "America/New_York")
                    let csv = try await visitor.get("/v1/reports/\(name)\(Self.year)&format=csv")
                    #expect(csv.header("Content-Disposition") == "attachment; filename=\"\(name).csv\"")
                }
                #expect(try await lender.get("/v1/reports/\(name)\(Self.year)").code == "forbidden")
            }
            let cost = try await owner.send(
                .put, "/v1/reports/source-costs", json: #"{"source":"=cmd()","month":"2026-01","cost":10000}"#)
            #expect(cost.status == .ok, "\(cost.text)")
            #expect(
                try await owner.get("/v1/reports/source-costs?month=2026-01")["data", "0", "cost"] == .integer(10_000))
            let sources = try await owner.get("/v1/reports/sources\(Self.year)")
            #expect(sources["data", "0", "cost"] == .integer(10_000))
            #expect(sources["data", "0", "returnBasisPoints"] == .integer(-10_000))
            #expect(sources["data", "0", "withDeal"] == .integer(1))
            let csv = try await owner.get("/v1/reports/sources\(Self.year)&format=csv").text
            #expect(csv.contains("'=cmd(),1,0,1,0,0.00,0.00,100.00,'-100.00"), "\(csv)")
            #expect(try await agent.get("/v1/reports/sources\(Self.year)")["data", "0", "cost"] == .null)
        }
    }

    @Test func `name the field that is wrong`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            for name in Self.names {
                let cases = [
                    ("", "from"), ("?from=2026-01-01", "to"), ("?from=2026-02-30&to=2026-03-01", "from"),
                    ("?from=2026-01-02&to=2026-01-01", "to"), ("?from=2023-01-01&to=2026-01-01", "to"),
                    ("\(Self.year)&format=pdf", "format"),
                ]
                for (query, field) in cases {
                    let answer = try await owner.get("/v1/reports/\(name)\(query)")
                    #expect(answer.code == "invalid_request", "\(query)")
                    #expect(answer.string("errors", "0", "field") == field, "\(query) \(answer.text)")
                }
            }
            let path = "/v1/reports/source-costs"
            let wrong = try await owner.send(.put, path, json: #"{"source":"A","month":"2026-13","cost":-1}"#)
            #expect(wrong.string("errors", "0", "field") == "month")
            #expect(wrong.string("errors", "1", "field") == "cost")
            #expect(try await owner.get(path).string("errors", "0", "field") == "month")
            let agent = try await office.signedIn()
            #expect(try await agent.get(path + "?month=2026-01").code == "forbidden")
            let body = #"{"source":"A","month":"2026-01","cost":1}"#
            #expect(try await agent.send(.put, path, json: body).code == "forbidden")
        }
    }
}
