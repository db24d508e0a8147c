import Accounts
import Core
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `live view of the log` {
    static func request(_ visitor: Visitor, lastSeen: String? = nil) -> String {
        let resume = lastSeen.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        return """
            GET /v1/security/events/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
            Authorization: Bearer \(visitor.accessToken ?? "")\r\n\(resume)\r\n
            """
    }

    @Test(arguments: DatabaseKind.available)
    func `gives what was sealed since the last id, keeps the line open, and ends with the session`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            try await office.hire("agent@office.example")
            try await office.giveSeals()
            let text = Self.request(owner, lastSeen: "1")
            async let received = RawConnection.exchange(text, port: office.port)
            // The stream ends by itself once the session is gone, and the exchange returns.
            while office.live.count == 0 { await Task.yield() }
            #expect(try await owner.post("/v1/auth/logout").status == .noContent)
            let answer = try await received
            #expect(answer.contains("HTTP/1.1 200"))
            #expect(answer.lowercased().contains("content-type: text/event-stream"))
            #expect(!answer.contains("id: 1\n"))
            #expect(answer.contains("id: 2\ndata: {"))
            #expect(answer.contains("session_revoked"))
        }
    }

    @Test func `is for owner and admin alone, and refuses an id that cannot be one`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            #expect(try await agent.get("/v1/security/events/stream").code == "forbidden")
            #expect(try await office.visitor().get("/v1/security/events/stream").code == "token_missing")
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            for id in ["x", "-1", "99999999999999999999"] {
                let answer = try await owner.get("/v1/security/events/stream", headers: ["Last-Event-ID": id])
                #expect(answer.status == .badRequest)
            }
        }
    }
}
