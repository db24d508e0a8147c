import Accounts
import Core
import Foundation
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

/// A day in an agent's life, over HTTP: what an agent meets after the first sign-in, and what an owner does for the team.
@Suite struct `a day in an agent's life` {
    private static let new = "Copper-Window-27-Bridge"
    private static let newest = "Walnut-Garden-58-Silver"

    @Test(arguments: DatabaseKind.available)
    func `from the invitation to the day they leave`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail.merging(["RATE_LIMIT_FORGOT_PASSWORD_MAX": "0"]) { $1 }) {
            office in
            // The owner invites Ana, who gets a mail and makes her account with the link in it.
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let invited = try await owner.post(
                "/v1/users/invitations", #"{"email":"ana@office.example","role":"agent"}"#)
            #expect(invited.status == .accepted)
            #expect(invited.string("link") == nil, "the link is for the invited alone")
            let invitation = try await office.token(.invitation, to: "ana@office.example")
            let ana = office.visitor()
            #expect(try await ana.get("/invitation?token=\(invitation)").status == .ok)
            let joined = try await ana.post(
                "/v1/auth/register",
                #"{"email":"ana@office.example","password":"\#(Office.password)","firstName":"Ana","lastName":"Sol","inviteToken":"\#(invitation)"}"#
            )
            #expect(joined.status == .created)
            #expect(joined.string("user", "role") == "agent")
            let anaID = try #require(joined.string("user", "id"))

            // She signs in on the desk and on the phone; the second device is mailed about.
            #expect(try await ana.signIn("ana@office.example").status == .ok)
            office.clock.advance(by: .seconds(5))
            let phone = office.visitor()
            #expect(try await phone.signIn("ana@office.example").status == .ok)
            #expect(try await office.mail(.newDevice, to: "ana@office.example").values["notMeLink"] != nil)
            #expect(try await phone.post("/v1/clients", #"{"firstName":"Rita","lastName":"Moss"}"#).status == .created)

            // She loses the phone, sees it in her list, and ends it.
            let sessions = try await ana.get("/v1/auth/sessions")
            guard case .array(let listed) = sessions["sessions"] else {
                Issue.record("\(sessions.text)")
                return
            }
            #expect(listed.count == 2)
            let other = sessions["sessions", "0", "current"] == .bool(true) ? "1" : "0"
            let lost = try #require(sessions.string("sessions", other, "id"))
            #expect(sessions["sessions", other, "current"] == .bool(false))
            #expect(sessions.string("sessions", other, "device") == "Unknown device")
            #expect(try await ana.send(.delete, "/v1/auth/sessions/\(lost)").status == .noContent)
            #expect(try await phone.get("/v1/clients").code == "session_revoked")
            #expect(try await phone.refresh().code == "session_revoked")
            #expect(try await owner.send(.delete, "/v1/auth/sessions/\(lost)").code == "not_found")

            // She changes her password; what she used last is refused, and so is somebody who does not know the present one.
            let same = try await ana.send(
                .put, "/v1/auth/password",
                json: #"{"currentPassword":"\#(Office.password)","newPassword":"\#(Office.password)"}"#)
            #expect(same.status == .unprocessableContent)
            #expect(same.string("errors", "0", "code") == "reused")
            #expect(same.string("errors", "0", "field") == "newPassword")
            #expect(
                try await ana.send(
                    .put, "/v1/auth/password",
                    json: #"{"currentPassword":"\#(Office.password)","newPassword":"\#(Self.new)"}"#
                ).status == .noContent)
            #expect(try await ana.get("/v1/auth/me").status == .ok, "this session goes on")
            #expect(try await office.visitor().signIn("ana@office.example").code == "invalid_credentials")

            // On Monday she has forgotten it. The link in the mail shows a page; only its form uses it up.
            office.clock.advance(by: .hours(60))
            let monday = office.visitor()
            #expect(
                try await monday.post("/v1/auth/forgot-password", #"{"email":"ana@office.example"}"#).status
                    == .accepted)
            let reset = try await office.token(.resetPassword, to: "ana@office.example")
            for _ in 1...3 { #expect(try await monday.get("/reset-password?token=\(reset)").status == .ok) }
            let weak = try await monday.submit("/reset-password", ["token": reset, "newPassword": "short"])
            #expect(weak.status == .unprocessableContent)
            #expect(
                try await monday.submit("/reset-password", ["token": reset, "newPassword": Self.newest]).status == .ok)
            #expect(try await monday.get("/reset-password?token=\(reset)").status == .gone)
            #expect(try await monday.signIn("ana@office.example", password: Self.newest).status == .ok)

            // Somebody guesses at her password until sign-in locks; the mail lets her in again at once.
            let stranger = office.visitor()
            for _ in 1...5 { try await stranger.signIn("ana@office.example", password: "Wrong-password-1!") }
            #expect(try await office.visitor().signIn("ana@office.example", password: Self.newest).status.code == 423)
            let unlock = try await office.token(.accountUnlock, to: "ana@office.example")
            #expect(try await stranger.post("/v1/auth/unlock", #"{"token":"\#(unlock)"}"#).status == .noContent)
            #expect(try await office.visitor().signIn("ana@office.example", password: Self.newest).status == .ok)

            // A notice about something that she did not do: one link ends everything.
            let notMe = try await office.token(.newDevice, to: "ana@office.example", "notMeLink")
            #expect(try await monday.get("/not-me?token=\(notMe)").status == .ok)
            #expect(try await monday.get("/v1/clients").status == .ok, "looking at the page ends nothing")
            #expect(try await monday.submit("/not-me", ["token": notMe]).status == .ok)
            #expect(try await monday.get("/v1/clients").code == "session_revoked")

            // She exports her clients, with her password shown a moment ago, and is mailed about it.
            let exporter = office.visitor()
            #expect(try await exporter.signIn("ana@office.example", password: Self.newest).status == .ok)
            try await office.allowExport(exporter)
            let csv = try await exporter.get("/v1/clients/export?format=csv")
            #expect(csv.header("Content-Type") == "text/csv; charset=utf-8; header=present")
            #expect(csv.text.hasPrefix("Gatehouse ID,First Name,Last Name,"))
            #expect(csv.text.contains(",Rita,Moss,"))
            #expect(try await office.mail(.exportMade, to: "ana@office.example").values["clients"] == "1")
            office.clock.advance(by: .minutes(6))
            #expect(try await exporter.get("/v1/clients/export").code == "reauthentication_required")

            // She is made an admin, and leaves in the end: one call, and Ben has her clients.
            let ben = try await office.hire("ben@office.example")
            let back = office.visitor()
            #expect(try await owner.signIn("owner@office.example").status == .ok)
            #expect(try await back.signIn("ana@office.example", password: Self.newest).status == .ok)
            #expect(try await owner.send(.patch, "/v1/users/\(anaID)", json: #"{"role":"admin"}"#).status == .ok)
            #expect(try await back.get("/v1/clients").code == "session_revoked", "the old token named the old role")
            #expect(
                try await back.signIn("ana@office.example", password: Self.newest).string("user", "role") == "admin")
            let left = try await owner.post("/v1/users/\(anaID)/leave", #"{"clientsTo":"\#(ben.id)"}"#)
            #expect(left.status == .ok)
            #expect(left.string("user", "status") == "disabled")
            #expect(left.string("exports", "0", "detail", "rows") == "1")
            #expect(left["clientsHandedOver"] == .integer(1))
            #expect(try await back.get("/v1/clients").code == "session_revoked")
            #expect(try await back.signIn("ana@office.example", password: Self.newest).code == "account_disabled")
            let heir = office.visitor()
            try await heir.signIn("ben@office.example")
            #expect(try await heir.get("/v1/clients").string("data", "0", "firstName") == "Rita")

            // All of it is in the log.
            let events = Set(try await owner.events())
            for type in [
                "invitation_created", "registered", "new_device_login", "session_revoked", "password_changed",
                "password_reset_requested", "password_reset", "account_locked", "account_unlocked", "not_me_reported",
                "role_changed", "data_export", "account_disabled", "clients_handed_over",
            ] {
                #expect(events.contains(type), "\(type)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is managed by those above alone`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.hire("owner@office.example", role: .owner)
            let agent = try await office.signedIn("agent@office.example")
            let lender = try await office.signedIn("lender@office.example", role: .lender)
            let admin = try await office.signedIn("admin@office.example", role: .admin)
            #expect(
                try await agent.send(.patch, "/v1/users/\(owner.id)", json: #"{"role":"agent"}"#).code == "forbidden")
            #expect(
                try await admin.send(.patch, "/v1/users/\(owner.id)", json: #"{"status":"disabled"}"#).code
                    == "forbidden")
            #expect(try await admin.send(.delete, "/v1/users/\(owner.id)/sessions").code == "forbidden")
            #expect(try await agent.get("/v1/users/\(owner.id)/sessions").code == "forbidden")
            #expect(
                try await agent.post("/v1/users/invitations", #"{"email":"x@office.example","role":"agent"}"#).code
                    == "forbidden")
            #expect(
                try await admin.post("/v1/users/invitations", #"{"email":"x@office.example","role":"owner"}"#).code
                    == "forbidden")
            #expect(try await lender.get("/v1/users").data.count == 1)
            #expect(try await agent.get("/v1/users").data.count == 4)
            #expect(try await admin.send(.patch, "/v1/users/\(owner.id)", json: "{}").code == "invalid_request")
            #expect(
                try await admin.send(.patch, "/v1/users/\(owner.id)", json: #"{"role":"king"}"#).code
                    == "invalid_request")
            office.clock.advance(by: .minutes(6))
            let stale = try await admin.post("/v1/users/invitations", #"{"email":"x@office.example","role":"agent"}"#)
            #expect(stale.code == "reauthentication_required")
            #expect(stale["maxAge"] == .integer(300))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells strangers nothing: every answer about an address is the same to the byte`(_ kind: DatabaseKind)
        async throws
    {
        let environment = [
            "MAIL_URL": "file:./not-written-in-tests", "REGISTRATION_MODE": "open",
            "RATE_LIMIT_FORGOT_PASSWORD_MAX": "0",
            "RATE_LIMIT_REGISTER_MAX": "0", "RATE_LIMIT_LOGIN_MAX": "0",
        ]
        try await Office.open(on: kind, environment) { office in
            try await office.hire("known@office.example")
            func compare(_ path: String, _ body: (String) -> String) async throws {
                var seen: [String] = []
                for name in ["known", "unknown"] {
                    let answer = try await office.visitor().post(path, body("\(name)@office.example"))
                    let headers = answer.headers.map { "\($0.name): \($0.value)" }
                        .filter { !$0.lowercased().hasPrefix("x-request-id") && !$0.lowercased().hasPrefix("date") }
                    seen.append("\(answer.status)\n\(headers.joined(separator: "\n"))\n\n\(answer.text)")
                }
                #expect(seen[0] == seen[1], "\(path)")
            }
            try await compare("/v1/auth/forgot-password") { #"{"email":"\#($0)"}"# }
            try await compare("/v1/auth/resend-verification") { #"{"email":"\#($0)"}"# }
            for _ in 1...6 {
                try await compare("/v1/auth/login") { #"{"email":"\#($0)","password":"Wrong-password-1!"}"# }
            }
            try await compare("/v1/auth/unlock") { _ in #"{"token":"no such token"}"# }
            try await compare("/v1/auth/register") {
                #"{"email":"\#($0)","password":"\#(Office.password)","firstName":"Some","lastName":"Body"}"#
            }
        }
    }
}

extension Visitor {
    /// The types of the newest hundred events that this person may see.
    fileprivate func events() async throws -> [String] {
        try await get("/v1/security/events?limit=100").data.compactMap { item in
            guard case .object(let members) = item, case .string(let type) = members["type"] else { return nil }
            return type
        }
    }
}
