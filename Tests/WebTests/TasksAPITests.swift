import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the routes of tasks` {
    @Test(arguments: DatabaseKind.available)
    func `show a task as it was sent, with its moment and a version`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let client =
                try await agent.post("/v1/clients", #"{"firstName":"Jane","lastName":"Doe"}"#).string("id") ?? ""
            let made = try await agent.post(
                "/v1/tasks",
                """
                {"name":"Call about the offer","type":"Call","note":"Ask twice.","clientId":"\(client)",\
                "dueTime":"2026-03-09T09:00","reminderMinutes":30,\
                "repeat":{"frequency":"monthly","interval":2,"until":"2027-01-01"}}
                """)
            #expect(made.status == .created)
            let id = made.string("id") ?? ""
            #expect(made.header("Location") == "/v1/tasks/\(id)")
            #expect(made.header("ETag") == "\"1\"")
            #expect(made.string("clientName") == "Jane Doe")
            #expect(made.string("dueTime") == "2026-03-09T09:00")
            #expect(made.string("timeZone") == "America/New_York")
            #expect(made.string("dueAt") == "2026-03-09T13:00:00.000Z")
            #expect(made["dueDay"] == .null)
            #expect(made.string("repeat", "frequency") == "monthly")
            #expect(try await agent.get("/v1/tasks/\(id)").text == made.text)
            #expect(try await agent.get("/v1/tasks?client=\(client)").data.count == 1)
            let moved = try await agent.send(
                .patch, "/v1/tasks/\(id)",
                json: #"{"dueDay":"2026-03-10","dueTime":null,"reminderMinutes":null,"repeat":null}"#,
                headers: ["If-Match": "\"1\""])
            #expect(moved.string("dueDay") == "2026-03-10" && moved["dueAt"] == .null)
            let late = try await agent.send(
                .patch, "/v1/tasks/\(id)", json: #"{"name":"Other"}"#, headers: ["If-Match": "\"1\""])
            #expect(late.status == .preconditionFailed && late.code == "version_mismatch")
            #expect(try await agent.post("/v1/tasks/\(id)/complete")["isCompleted"] == .bool(true))
            #expect(try await agent.get("/v1/tasks?state=done").data.count == 1)
            #expect(try await agent.post("/v1/tasks/\(id)/reopen", "{}")["isCompleted"] == .bool(false))
            #expect(try await agent.send(.delete, "/v1/tasks/\(id)").status == .noContent)
            #expect(try await agent.get("/v1/tasks/\(id)").code == "not_found")
        }
    }

    @Test func `name the field that is wrong`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let answer = try await agent.post("/v1/tasks", #"{"dueDay":"2026-02-30","timeZone":"Mars/Olympus"}"#)
            #expect(answer.status == .badRequest && answer.code == "invalid_request")
            #expect(answer.string("errors", "0", "field") == "name")
            #expect(answer.text.contains(#""field":"timeZone""#) && answer.text.contains(#""field":"dueDay""#))
            #expect(try await agent.post("/v1/tasks", #"{"name":"A","color":"red"}"#).code == "unknown_field")
            let moved = try await agent.post("/v1/tasks", #"{"name":"A","clientId":"x"}"#)
            #expect(moved.code == "invalid_request" && moved.string("errors", "0", "field") == "clientId")
            #expect(try await agent.get("/v1/tasks?state=late").code == "invalid_request")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `count a day as the caller's settings have it`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["TIME_ZONE": "Europe/London"]) { office in
            let agent = try await office.signedIn()
            let standard = try await agent.get("/v1/me/settings")
            #expect(standard.string("timeZone") == "Europe/London" && standard["isDefault"] == .bool(true))
            // It is noon of 1 January 2026 in London.
            try await agent.post("/v1/tasks", #"{"name":"A","dueDay":"2026-01-01"}"#)
            #expect(try await agent.get("/v1/tasks?state=today").data.count == 1)
            let moved = try await agent.send(.patch, "/v1/me/settings", json: #"{"timeZone":"Pacific/Kiritimati"}"#)
            #expect(moved.string("timeZone") == "Pacific/Kiritimati" && moved["isDefault"] == .bool(false))
            let overdue = try await agent.get("/v1/tasks?state=overdue")
            #expect(overdue["data", "0", "isOverdue"] == .bool(true))
            let wrong = try await agent.send(.patch, "/v1/me/settings", json: #"{"timeZone":"Mars/Olympus"}"#)
            #expect(wrong.string("errors", "0", "code") == "unknown_choice")
            let back = try await agent.send(.patch, "/v1/me/settings", json: #"{"timeZone":null}"#)
            #expect(back.string("timeZone") == "Europe/London")
        }
    }
}
