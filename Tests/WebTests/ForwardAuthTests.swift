import Accounts
import HTTPTypes
import Identity
import Sessions
import Storage
import TestSupport
import Testing

/// `GET /v1/auth/verify`, which a proxy asks for each request to another program.
@Suite struct `forward authentication` {
    private func email(_ visitor: Visitor) async throws -> String? {
        let answer = try await visitor.get("/v1/auth/verify")
        return HTTPField.Name("X-Gatehouse-Email").flatMap { answer.headers[$0] }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells who it is, and asks the database for the first of many requests alone`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            #expect(try await email(agent) == "agent@office.example")
            #expect(office.gate.signedInAddresses.count == 1)
            // What is in the table is not looked at again while it is remembered …
            _ = try await office.gate.database.batch(["UPDATE account SET email = 'other@office.example'"])
            #expect(try await email(agent) == "agent@office.example")
            // … which is for a minute at most.
            office.clock.advance(by: .seconds(61))
            #expect(try await email(agent) == "other@office.example")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells a changed address with the next request`(_ kind: DatabaseKind) async throws {
        try await Office.open(
            on: kind,
            [
                "MAIL_URL": "smtp://127.0.0.1:2525", "MAIL_FROM": "crm@office.example",
                "REQUIRE_EMAIL_VERIFICATION": "false",
            ]
        ) { office in
            let agent = try await office.signedIn()
            #expect(try await email(agent) == "agent@office.example")
            try await agent.send(.put, "/v1/auth/email", json: #"{"newEmail":"new@office.example"}"#)
            let token = try await office.token(.emailChangeConfirm, to: "new@office.example")
            #expect(try await office.visitor().post("/v1/auth/verify-email", #"{"token":"\#(token)"}"#).status == .ok)
            #expect(try await email(agent) == "new@office.example")
        }
    }

    @Test func `refuses a session that has ended, though its address is remembered`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            #expect(try await email(agent) != nil)
            try await agent.post("/v1/auth/logout")
            #expect(try await agent.get("/v1/auth/verify").code == "session_revoked")
        }
    }
}
