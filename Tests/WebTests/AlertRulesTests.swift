import Accounts
import Core
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `rules for alerts over HTTP` {
    private static let path = "/v1/security/alert-rules"

    @Test(arguments: DatabaseKind.available)
    func `are shown to an owner, and changed by one`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let before = try await owner.get(Self.path)
            #expect(before.status == .ok)
            #expect(before.text.contains(#"{"type":"token_theft_detected","severity":"critical","enabled":true,"#))
            let changed = try await owner.send(
                .put, "\(Self.path)/new_device_login",
                json: """
                    {"enabled":true,"channels":["mail","slack"],"recipients":["Watch@example.com","+1 500 555 0006"],
                    "threshold":{"count":3,"minutes":10},"quietHours":{"from":"22:00","to":"06:30","zone":"Europe/Berlin"}}
                    """)
            #expect(changed.status == .ok)
            let expected = """
                {"type":"new_device_login","severity":"warning","enabled":true,"channels":["mail","slack"],\
                "recipients":["watch@example.com","+15005550006"],"threshold":{"count":3,"minutes":10},\
                "quietHours":{"from":"22:00","to":"06:30","zone":"Europe/Berlin"}}
                """
            #expect(changed.text == expected)
            #expect(try await owner.get(Self.path).text.contains(expected))
            let events = try await owner.get("/v1/security/events?type=alert_rule_changed")
            #expect(events.data.count == 1)
            #expect(events.text.contains("new_device_login"))
            // What is left out has its default again.
            let back = try await owner.send(.put, "\(Self.path)/new_device_login", json: "{}")
            #expect(
                back.text.contains(
                    #""enabled":false,"channels":["mail"],"recipients":[],"threshold":null,"quietHours":null"#))
        }
    }

    @Test(arguments: [Role.admin, .agent, .lender])
    func `are nobody else's`(role: Role) async throws {
        try await Office.open(on: .sqlite) { office in
            let other = try await office.signedIn("other@office.example", role: role)
            #expect(try await other.get(Self.path).code == "forbidden")
            let put = try await other.send(.put, "\(Self.path)/token_theft_detected", json: #"{"enabled":false}"#)
            #expect(put.code == "forbidden")
            #expect(try await office.visitor().get(Self.path).status == .unauthorized)
        }
    }

    /// A thief of a session would begin by switching the alerts off.
    @Test func `are changed by somebody who has just shown the password`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            office.clock.advance(by: .minutes(6))
            let put = try await owner.send(.put, "\(Self.path)/token_theft_detected", json: #"{"enabled":false}"#)
            #expect(put.code == "reauthentication_required")
        }
    }

    @Test(arguments: [
        (#"{"enabled":"no"}"#, "enabled"), (#"{"channels":["pigeon"]}"#, "channels"),
        (#"{"channels":"mail"}"#, "channels"),
        (#"{"channels":[1]}"#, "channels"), (#"{"recipients":["nobody"]}"#, "recipients"),
        (#"{"recipients":["a@example.com,b@example.com"]}"#, "recipients"),
        (#"{"threshold":{"count":1,"minutes":10}}"#, "threshold"), (#"{"threshold":{"count":3}}"#, "threshold"),
        (#"{"threshold":{"count":9223372036854775807,"minutes":10}}"#, "threshold"),
        (#"{"quietHours":{"from":"22:00","to":"06:00","zone":"Mars"}}"#, "quietHours"),
        (#"{"quietHours":{"from":"25:00","to":"06:00","zone":"UTC"}}"#, "quietHours"),
        (#"{"quietHours":[]}"#, "quietHours"), (#"{"url":"https://evil.example"}"#, "url"),
    ])
    func `take nothing else`(json: String, field: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let answer = try await owner.send(.put, "\(Self.path)/account_locked", json: json)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(#""field":"\#(field)""#))
        }
    }

    @Test func `are there for types of the catalogue alone`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            #expect(try await owner.send(.put, "\(Self.path)/everything", json: "{}").code == "not_found")
        }
    }
}
