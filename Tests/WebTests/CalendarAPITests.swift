import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the routes of the calendar` {
    @Test(arguments: DatabaseKind.available)
    func `give a calendar to whoever has its address, until it is revoked`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            #expect(try await agent.get("/v1/me/calendar-feed")["exists"] == .bool(false))
            try await agent.post("/v1/tasks", #"{"name":"Call","dueDay":"2026-03-09"}"#)
            let made = try await agent.post("/v1/me/calendar-feed")
            #expect(made.status == .created && made.header("Cache-Control") == "no-store")
            let url = try #require(made.string("url"))
            #expect(url.hasPrefix(Office.origin + "/calendar/"))
            let path = String(url.dropFirst(Office.origin.count))
            #expect(try await !agent.get("/v1/me/calendar-feed").text.contains("/calendar/"))
            let stranger = office.visitor()
            let calendar = try await stranger.get(path)
            #expect(calendar.status == .ok && calendar.header("Content-Type") == "text/calendar; charset=utf-8")
            #expect(calendar.text.contains("DTSTART;VALUE=DATE:20260309\r\n"))
            let tag = try #require(calendar.header("ETag"))
            let same = try await stranger.get(path, headers: ["If-None-Match": tag])
            #expect(same.status == .notModified && same.header("ETag") == tag)
            try await agent.post("/v1/tasks", #"{"name":"Text","dueDay":"2026-03-09"}"#)
            #expect(try await stranger.get(path, headers: ["If-None-Match": tag]).status == .ok)
            #expect(try await agent.send(.delete, "/v1/me/calendar-feed").status == .noContent)
            let gone = try await stranger.get(path, headers: ["If-None-Match": tag])
            #expect(gone.status == .notFound && gone.code == "not_found")
            for wrong in ["/calendar/x.ics", "/calendar/.ics", path.replacing(".ics", with: "")] {
                #expect(try await stranger.get(wrong).code == "not_found", "\(wrong)")
            }
        }
    }

    @Test func `are limited, and ask for the password before they give an address away`() async throws {
        try await Office.open(on: .sqlite, ["RATE_LIMIT_API_MAX": "20"]) { office in
            let agent = try await office.signedIn()
            office.clock.advance(by: .minutes(10))
            #expect(try await agent.post("/v1/me/calendar-feed").code == "reauthentication_required")
            let stranger = office.visitor()
            var codes: Set<String?> = []
            for _ in 0..<25 { codes.insert(try await stranger.get("/calendar/x.ics").code) }
            #expect(codes == ["not_found", "rate_limited"])
        }
    }
}
