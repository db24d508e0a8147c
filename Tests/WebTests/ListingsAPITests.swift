import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the listings of the API` {
    @Test(arguments: DatabaseKind.available)
    func `are made, changed by version, matched with what clients look for, and remember their prices`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client = try await agent.post("/v1/clients", #"{"firstName":"Jane"}"#).string("id") ?? ""
            let request = try await agent.post(
                "/v1/clients/\(client)/requests",
                #"{"name":"First home","maxPrice":50000000,"minBeds":3,"cities":["Austin"],"types":["house"]}"#)
            #expect(request.status == .created, "\(request.text)")
            let made = try await agent.post(
                "/v1/listings",
                #"{"mlsNumber":"4711","status":"Active","price":45000000,"address":{"street":"1 Main St","city":"Austin","state":"TX","code":"78701"},"type":"house","beds":3,"baths":2,"halfBaths":1,"area":1800,"yearBuilt":1999,"photos":["https://photos.example/1.jpg"]}"#
            )
            #expect(made.status == .created, "\(made.text)")
            let id = made.string("id") ?? ""
            let changed = try await agent.send(
                .patch, "/v1/listings/\(id)", json: #"{"price":44000000}"#, headers: ["If-Match": "\"1\""])
            #expect(changed.header("ETag") == "\"2\"")
            let stale = try await agent.send(
                .patch, "/v1/listings/\(id)", json: #"{"price":1}"#, headers: ["If-Match": "\"1\""])
            #expect(stale.code == "version_mismatch")
            #expect(try await agent.get("/v1/listings/\(id)/history").data.count == 2)
            #expect(try await agent.get("/v1/listings/\(id)/matches").string("data", "0", "clientId") == client)
            #expect(try await agent.get("/v1/clients/\(client)/matches").string("data", "0", "listingId") == id)
            let noted = try await agent.post("/v1/listings/\(id)/interest", #"{"clientId":"\#(client)"}"#)
            #expect(noted.string("interested", "0", "firstName") == "Jane")
            #expect(try await agent.get("/v1/listings?status=Active&city=austin&client=\(client)").data.count == 1)
            let requestID = request.string("id") ?? ""
            let off = try await agent.send(.patch, "/v1/requests/\(requestID)", json: #"{"isActive":false}"#)
            #expect(off["isActive"] == .bool(false))
            #expect(try await agent.get("/v1/listings/\(id)/matches").data.isEmpty)
            #expect(try await agent.get("/v1/clients/\(client)/requests").data.count == 1)
            #expect(try await agent.get("/v1/requests/\(requestID)").header("ETag") == "\"2\"")
            let other = try await office.signedIn("other@office.example")
            #expect(try await other.get("/v1/listings/\(id)").string("interested", "0", "firstName") == nil)
            #expect(try await other.send(.patch, "/v1/listings/\(id)", json: #"{"price":1}"#).code == "forbidden")
        }
    }
}
