import Accounts
import HTTPTypes
import Identity
import Sessions
import Storage
import TestSupport
import Testing

@testable import Web

/// Names and addresses that would begin a line of their own in a header, a mail or a log.
@Suite struct `a line break in what a stranger registers with` {
    private static let open = Office.withMail.merging(
        ["REGISTRATION_MODE": "open", "RATE_LIMIT_REGISTER_MAX": "0", "REQUIRE_EMAIL_VERIFICATION": "true"]) { $1 }
    /// As JSON writes them: CR LF, LF, CR, NUL, a vertical tab, NEL, and the separators of lines and paragraphs.
    private static let breaks = [#"\r\n"#, #"\n"#, #"\r"#, #"\u0000"#, #"\u000b"#, #"\u0085"#, #"\u2028"#, #"\u2029"#]

    private static func body(first: String = "Ana", last: String = "Sol", email: String = "ana@office.example")
        -> String
    {
        #"{"email":"\#(email)","password":"\#(Office.password)","firstName":"\#(first)","lastName":"\#(last)"}"#
    }

    /// How many accounts and mails there are.
    private static func traces(_ office: Office) async throws -> Int {
        try await office.gate.database.rows("SELECT id FROM account").count
            + Outbox(database: office.gate.database, world: office.clock.world).list(nil, limit: 100).count
    }

    @Test(arguments: DatabaseKind.available)
    func `is refused by name, and leaves no account, no mail and no header`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Self.open) { office in
            try await office.hire("owner@office.example", role: .owner)
            let before = try await Self.traces(office)
            for lineBreak in Self.breaks {
                for body in [
                    Self.body(first: "Ana\(lineBreak)Bcc: evil@evil.example"),
                    Self.body(last: "Sol\(lineBreak)Set-Cookie: a=b"), Self.body(last: "Sol\(lineBreak)"),
                ] {
                    let answer = try await office.visitor().post("/v1/auth/register", body)
                    #expect(answer.status == .badRequest && answer.code == "invalid_request", "\(body)")
                    #expect(answer.text.contains("invalid_characters"), "\(body)")
                    #expect(answer.cookies.isEmpty)
                }
                let address = Self.body(email: "ana@office.example\(lineBreak)Bcc: evil@evil.example")
                let answer = try await office.visitor().post("/v1/auth/register", address)
                #expect(answer.code == "invalid_request", "\(address)")
            }
            #expect(try await Self.traces(office) == before)
            #expect(try await office.visitor().post("/v1/auth/register", Self.body()).status == .accepted)
            #expect(try await office.mail(.verifyEmail, to: "ana@office.example").name.isEmpty == false)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is refused by the form of an invitation too`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail.merging(["RATE_LIMIT_REGISTER_MAX": "0"]) { $1 }) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let invited = try await owner.post(
                "/v1/users/invitations", #"{"email":"ana@office.example","role":"agent"}"#)
            #expect(invited.status == .accepted)
            let token = try await office.token(.invitation, to: "ana@office.example")
            func accept(_ first: String) async throws -> HTTPResponse.Status {
                try await office.visitor().submit(
                    "/invitation",
                    [
                        "token": token, "email": "ana%40office.example", "password": Office.password,
                        "firstName": first, "lastName": "Sol",
                    ]
                ).status
            }
            for lineBreak in ["%0D%0A", "%0A", "%0D", "%C2%85", "%E2%80%A8"] {
                #expect(try await accept("Ana\(lineBreak)Bcc:%20evil%40evil.example") == .unprocessableContent)
            }
            #expect(try await accept("Ana") == .created)
        }
    }
}
