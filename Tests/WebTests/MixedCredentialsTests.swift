import HTTPTypes
import TestSupport
import Testing

@testable import Web

/// Two people on one browser: the access token of one and the refresh cookie of the other in one request.
@Suite struct `a refresh cookie of somebody else` {
    private static func two(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (_ ana: Visitor, _ ben: Visitor) async throws -> Void
    ) async throws {
        try await Office.open(on: kind) { office in
            try await body(
                try await office.signedIn("ana@office.example"), try await office.signedIn("ben@office.example"))
        }
    }

    /// A browser with Ana's access token and Ben's cookies.
    private static func mixed(_ ana: Visitor, _ ben: Visitor) -> Visitor {
        let mixed = Visitor(office: ana.office)
        (mixed.accessToken, mixed.cookies) = (ana.accessToken, ben.cookies)
        return mixed
    }

    private static func email(_ visitor: Visitor) async throws -> String? {
        try await visitor.get("/v1/auth/me").string("user", "email")
    }

    @Test(arguments: DatabaseKind.available)
    func `refreshes its own session and gives nothing of the other's`(kind: DatabaseKind) async throws {
        try await Self.two(kind) { (ana, ben) async throws -> Void in
            let mixed = Self.mixed(ana, ben)
            let answer = try await mixed.refresh()
            #expect(answer.status == .ok)
            #expect(answer.string("user", "email") == "ben@office.example")
            #expect(try await Self.email(mixed) == "ben@office.example")
            // Ana's session went on by nothing: her own token is still the newest.
            #expect(try await Self.email(ana) == "ana@office.example")
            #expect(try await ana.refresh().status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts for nothing from a page of another origin, whatever access token comes with it`(
        kind: DatabaseKind
    ) async throws {
        try await Self.two(kind) { (ana, ben) async throws -> Void in
            let mixed = Self.mixed(ana, ben)
            for headers in [["Origin": "https://evil.example"], ["Sec-Fetch-Site": "cross-site"], [:]] {
                let answer = try await mixed.send(.post, "/v1/auth/refresh", headers: headers, asPage: false)
                #expect(answer.code == "csrf_rejected")
                #expect(answer.cookies.isEmpty)
            }
            for path in ["/v1/auth/logout", "/v1/auth/logout-all"] {
                let answer = try await mixed.send(
                    .post, path, headers: ["Origin": "https://evil.example"], asPage: false)
                #expect(answer.code == "csrf_rejected")
            }
            // Neither was used up, nor ended.
            for person in [ana, ben] { #expect(try await person.refresh().status == .ok) }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `does not sign the other out together with whom the access token names`(kind: DatabaseKind) async throws {
        try await Self.two(kind) { (ana, ben) async throws -> Void in
            #expect(try await Self.mixed(ana, ben).post("/v1/auth/logout").status == .noContent)
            #expect(try await ana.get("/v1/auth/me").code == "session_revoked")
            #expect(try await ana.refresh().code == "session_revoked")
            #expect(try await Self.email(ben) == "ben@office.example")
            #expect(try await ben.refresh().status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `yields to the token in the body, and is neither used nor replaced`(kind: DatabaseKind) async throws {
        try await Self.two(kind) { (ana, ben) async throws -> Void in
            let token = try #require(ana.refreshToken)
            let answer = try await Self.mixed(ana, ben).post("/v1/auth/refresh", #"{"refreshToken":"\#(token)"}"#)
            #expect(answer.string("user", "email") == "ana@office.example")
            #expect(answer.cookies.isEmpty)
            #expect(try await ben.refresh().string("user", "email") == "ben@office.example")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is no proof of who changes the password`(kind: DatabaseKind) async throws {
        try await Self.two(kind) { (ana, ben) async throws -> Void in
            let mixed = Self.mixed(ana, ben)
            let new = "Copper-Window-27-Bridge"
            let answer = try await mixed.send(
                .put, "/v1/auth/password", json: #"{"currentPassword":"\#(Office.password)","newPassword":"\#(new)"}"#)
            #expect(answer.status == .noContent)
            let visitor = Visitor(office: ana.office)
            #expect(try await visitor.signIn("ben@office.example").status == .ok)
            #expect(try await visitor.signIn("ana@office.example").code == "invalid_credentials")
            #expect(try await visitor.signIn("ana@office.example", password: new).status == .ok)
        }
    }
}
