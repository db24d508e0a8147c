import Foundation
import TestSupport
import Testing

/// What is done to an account at one server, and holds at the other: two programs on one PostgreSQL, or on one file of SQLite.
@Suite(.serialized) struct `an account on two nodes` {
    private static let password = "Lantern-Orchid-47-Saddle"
    private static let newPassword = "Copper-Window-27-Bridge"

    private static func serving(
        _ kind: DatabaseKind, _ body: (_ here: Node, _ there: Node) async throws -> Void
    ) async throws {
        try await withTestDatabase(kind) { place in
            let directory = try Directory()
            let (port, otherPort) = (Ports.next(), Ports.next())
            var environment = [
                "DATABASE_URL": kind == .sqlite ? "sqlite:\(place.location)" : place.location,
                "JWT_SECRET": "a secret that both nodes share 0123456789 abcdef", "PASSWORD_HASH_MEMORY_KIB": "64",
                "RATE_LIMIT_LOGIN_MAX": "0", "RATE_LIMIT_API_MAX": "0", "LOG_LEVEL": "warning", "PORT": String(port),
                "PUBLIC_URL": "http://crm.office.example",
            ]
            for (role, name) in [("owner", "ann"), ("agent", "ben")] {
                let made = try await Program.run(
                    [
                        "user", "create", "--role", role, "--email", "\(name)@office.example", "--first-name", "Test",
                        "--last-name", "Person",
                    ], in: directory, environment, input: password + "\n")
                #expect(made.status == 0, "\(made.output)")
            }
            try await Program.whileRunning(["serve"], in: directory, environment) { first in
                _ = try first.printed(upTo: "listening")
                environment["PORT"] = String(otherPort)
                try await Program.whileRunning(["serve"], in: directory, environment) { second in
                    _ = try second.printed(upTo: "listening")
                    try await body(Node(port), Node(otherPort))
                    _ = second.stop(SIGTERM)
                }
                _ = first.stop(SIGTERM)
            }
        }
    }

    /// Ben's two tickets, got at `node`.
    private static func ben(
        at node: Node, _ password: String = password
    ) async throws -> (access: String, refresh: String, answer: String) {
        let answer = try await node.send(
            "POST", "/v1/auth/login",
            json: #"{"email":"ben@office.example","password":"\#(password)","tokenDelivery":"body"}"#)
        guard let access = Curl.member("accessToken", of: answer.text),
            let refresh = Curl.member("refreshToken", of: answer.text)
        else { throw Surprise(answer.text) }
        return (access, refresh, answer.text)
    }

    /// Asks nothing of the database about the session: what a node refuses here it knows by itself.
    private static let unaware = "/v1/clients?limit=1"

    /// Waits until `node` refuses `token`: on PostgreSQL as soon as it hears of it, on SQLite with its next look.
    private static func refused(_ token: String, by node: Node, within limit: Duration) async throws {
        let began = ContinuousClock.now
        while try await node.status("GET", unaware, token) != 401 {
            guard ContinuousClock.now - began < limit else { throw Surprise("not refused after \(limit)") }
        }
    }

    private static func code(_ answer: (status: Int, text: String)) -> String? { Curl.member("code", of: answer.text) }

    @Test(arguments: DatabaseKind.available)
    func `loses its sessions there, and has its new role, password and standing there, when it changes here`(
        kind: DatabaseKind
    ) async throws {
        // The look comes every two seconds; the rest is for a machine that is busy.
        let limit: Duration = kind == .postgres ? .seconds(1.5) : .seconds(6)
        try await Self.serving(kind) { here, there in
            let ann = try await here.signIn(Self.password)
            var ben = try await Self.ben(at: there)
            guard
                let id = Curl.member(
                    "id",
                    of: String(ben.answer[(ben.answer.range(of: "\"user\":")?.upperBound ?? ben.answer.startIndex)...]))
            else { throw Surprise(ben.answer) }
            func refresh(_ token: String) async throws -> (status: Int, text: String) {
                try await there.send("POST", "/v1/auth/refresh", json: #"{"refreshToken":"\#(token)"}"#)
            }

            #expect(try await there.status("GET", "/v1/security/audit", ben.access) == 403)
            let promoted = try await here.send("PATCH", "/v1/users/\(id)", ann, json: #"{"role":"admin"}"#)
            #expect(promoted.status == 200, "\(promoted.text)")
            // A refresh asks the database, so it is refused at once.
            #expect(Self.code(try await refresh(ben.refresh)) == "session_revoked")
            try await Self.refused(ben.access, by: there, within: limit)
            ben = try await Self.ben(at: there)
            #expect(try await there.status("GET", "/v1/security/audit", ben.access) == 200)

            let changing = try await Self.ben(at: here)
            let changed = try await here.send(
                "PUT", "/v1/auth/password", changing.access,
                json: #"{"currentPassword":"\#(Self.password)","newPassword":"\#(Self.newPassword)"}"#)
            #expect(changed.status == 204, "\(changed.text)")
            #expect(Self.code(try await refresh(ben.refresh)) == "session_revoked")
            try await Self.refused(ben.access, by: there, within: limit)
            #expect(try await there.status("GET", Self.unaware, changing.access) == 200, "who changed it stays")
            await #expect(throws: Surprise.self) { _ = try await Self.ben(at: there) }
            ben = try await Self.ben(at: there, Self.newPassword)

            let disabled = try await here.send("PATCH", "/v1/users/\(id)", ann, json: #"{"status":"disabled"}"#)
            #expect(disabled.status == 200, "\(disabled.text)")
            #expect(Self.code(try await refresh(ben.refresh)) == "session_revoked")
            for token in [ben.access, changing.access] { try await Self.refused(token, by: there, within: limit) }
            let turnedAway = try await there.send(
                "POST", "/v1/auth/login", json: #"{"email":"ben@office.example","password":"\#(Self.newPassword)"}"#)
            #expect(Self.code(turnedAway) == "account_disabled")
        }
    }
}
