import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the routes of appointments` {
    @Test(arguments: DatabaseKind.available)
    func `show an appointment as it was sent, with its moments and a version`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client =
                try await agent.post("/v1/clients", #"{"firstName":"Jane","lastName":"Doe"}"#).string("id") ?? ""
            let made = try await agent.post(
                "/v1/appointments",
                """
                {"title":"1 Main Street","kind":"showing","clients":["\(client)"],"startTime":"2026-03-09T10:00",\
                "endTime":"2026-03-09T10:45","timeZone":"America/Chicago","location":"1 Main Street","type":"First visit",\
                "reminderMinutes":60}
                """)
            #expect(made.status == .created)
            let id = made.string("id") ?? ""
            #expect(made.header("Location") == "/v1/appointments/\(id)" && made.header("ETag") == "\"1\"")
            #expect(made.string("startAt") == "2026-03-09T15:00:00.000Z")
            #expect(made.string("clients", "0", "name") == "Jane Doe")
            #expect(try await agent.get("/v1/appointments/\(id)").text == made.text)
            #expect(
                try await agent.get("/v1/appointments?client=\(client)&from=2026-03-09&to=2026-03-09").data.count == 1)
            #expect(try await agent.get("/v1/appointments?from=2026-03-10").data.isEmpty)
            let told = try await agent.send(
                .patch, "/v1/appointments/\(id)",
                json: #"{"outcome":"Liked it","feedback":{"text":"Too dark.","rating":3}}"#,
                headers: ["If-Match": "\"1\""])
            #expect(told["feedback", "rating"] == .integer(3))
            let late = try await agent.send(
                .patch, "/v1/appointments/\(id)", json: #"{"title":"Other"}"#, headers: ["If-Match": "\"1\""])
            #expect(late.code == "version_mismatch")
            let wrong = try await agent.send(
                .patch, "/v1/appointments/\(id)", json: #"{"endTime":"2026-03-09T09:00","feedback":{"rating":6}}"#)
            #expect(wrong.code == "invalid_request" && wrong.text.contains("It ends before it begins."))
            #expect(wrong.text.contains("feedback.rating"))
            #expect(try await agent.get("/v1/appointments?from=soon").string("errors", "0", "field") == "from")
            #expect(try await agent.send(.delete, "/v1/appointments/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/appointments/\(id)").code == "not_found")
        }
    }
}
