import Foundation
import Testing

/// The program as an operator meets it: commands, files, signals. One at a time, because each takes a port.
@Suite(.serialized) struct `the program gatehouse` {
    private static let secret = "0123456789 abcdefghijklmnopqrstuvwxyz ABCDEF"

    private static let ownPort = String(Ports.next())

    func port() -> String { Self.ownPort }

    @Test func `serves the demo, and every line that it prints for the newcomer works`() async throws {
        let directory = try Directory()
        let environment = ["PORT": port()]
        let password = try await Program.whileRunning(["serve", "--demo"], in: directory, environment) { server in
            let greeting = try server.printed(upTo: "/v1/auth/refresh")
            let origin = "http://127.0.0.1:\(port())"
            let password = try #require(
                greeting.split(separator: "\n").first { $0.contains("  password  ") }?.split(separator: " ").last)
            #expect(greeting.contains("owner@example.com"))
            let body = #"{"email":"owner@example.com","password":"\#(password)"}"#
            let signedIn = try Curl.run(
                [
                    "-X", "POST", "\(origin)/v1/auth/login", "-H", "Content-Type: application/json", "-d", body,
                    "-c", "cookies.txt",
                ], in: directory)
            let token = try #require(Curl.member("accessToken", of: signedIn))
            let clients = try Curl.run(
                ["\(origin)/v1/clients", "-H", "Authorization: Bearer \(token)", "-b", "cookies.txt"], in: directory)
            #expect(clients.contains(#""total":500"#))
            let refreshed = try Curl.run(
                [
                    "-X", "POST", "\(origin)/v1/auth/refresh", "-H", "Origin: \(origin)", "-b", "cookies.txt",
                    "-c", "cookies.txt",
                ], in: directory)
            #expect(Curl.member("accessToken", of: refreshed) != nil)
            #expect(server.stop(SIGINT) < .seconds(2.5))
            #expect(server.process.terminationStatus == 0)
            return String(password)
        }
        #expect(try directory.mode(of: "data/jwt-secret") == 0o600)
        #expect(try directory.mode(of: "data/gatehouse.db") == 0o600)
        // A second start has the same data and the same secret, and a kill in between loses nothing.
        try await Program.whileRunning(["serve", "--demo"], in: directory, environment) { server in
            _ = try server.printed(upTo: "already")
            let body = #"{"email":"owner@example.com","password":"\#(password)"}"#
            let signedIn = try Curl.run(
                [
                    "-X", "POST", "http://127.0.0.1:\(port())/v1/auth/login", "-H", "Content-Type: application/json",
                    "-d", body,
                ], in: directory)
            #expect(Curl.member("accessToken", of: signedIn) != nil)
            _ = server.stop(SIGKILL)
        }
        try await Program.whileRunning(["serve"], in: directory, environment) { server in
            _ = try server.printed(upTo: "listening")
            #expect(server.stop(SIGTERM) < .seconds(2.5))
        }
    }

    @Test func `makes the first owner with the set-up link, once, and with a form in a browser`() async throws {
        let directory = try Directory()
        let environment = ["PORT": port()]
        try await Program.whileRunning(["serve"], in: directory, environment) { server in
            let greeting = try server.printed(upTo: "user create")
            let link = try #require(greeting.split(separator: "\n").first { $0.contains("/invitation?token=") })
                .trimmingCharacters(in: .whitespaces)
            let token = try #require(link.split(separator: "=").last)
            let origin = "http://127.0.0.1:\(port())"
            let page = try Curl.run([link], in: directory)
            #expect(page.contains("<form method=\"post\" action=\"/invitation\">"))
            func send() throws -> String {
                try Curl.run(
                    [
                        "\(origin)/invitation", "-H", "Origin: \(origin)", "--data-urlencode", "token=\(token)",
                        "--data-urlencode", "email=first@office.example", "--data-urlencode", "firstName=<Ann>",
                        "--data-urlencode", "lastName=Owner", "--data-urlencode", "password=Lantern-Orchid-47-Saddle",
                    ], in: directory)
            }
            let welcome = try send()
            #expect(welcome.contains("Welcome, &lt;Ann&gt;"))
            #expect(try send().contains("does not work any more"))
            let signedIn = try Curl.run(
                [
                    "\(origin)/v1/auth/login", "-H", "Content-Type: application/json", "-d",
                    #"{"email":"first@office.example","password":"Lantern-Orchid-47-Saddle"}"#,
                ], in: directory)
            #expect(Curl.member("role", of: signedIn) == "owner")
            _ = server.stop(SIGTERM)
        }
    }

    @Test func `makes accounts from the command line, and says why not`() async throws {
        let directory = try Directory()
        let arguments = [
            "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann", "--last-name",
            "O",
        ]
        let weak = try await Program.run(arguments, in: directory, input: "password\n")
        #expect(weak.status != 0)
        #expect(weak.output.contains("at least 12 characters"))
        let nameless = ["user", "create", "--role", "owner", "--email", "b@office.example", "--first-name", " "]
        let blank = try await Program.run(
            nameless + ["--last-name", "O"], in: directory, input: "Lantern-Orchid-47-Saddle\n")
        #expect(blank.status != 0)
        #expect(blank.output.contains("First and last name"))
        let made = try await Program.run(arguments, in: directory, input: "Lantern-Orchid-47-Saddle\n")
        #expect(made.status == 0)
        #expect(made.output.contains("Made ann@office.example, owner."))
        let twice = try await Program.run(arguments, in: directory, input: "Lantern-Orchid-47-Saddle\n")
        #expect(twice.output.contains("already"))
        #expect(!twice.output.contains("Lantern"))
    }

    @Test func `refuses to start past a .env that is there and cannot be read`() async throws {
        let directory = try Directory()
        try FileManager.default.createDirectory(
            at: directory.url.appendingPathComponent(".env"), withIntermediateDirectories: false)
        let refused = try await Program.run(["doctor"], in: directory)
        #expect(refused.status == 78)
        #expect(refused.output.contains(".env: is there and cannot be read."))
    }

    @Test func `refuses an unsafe production, naming every variable and no value`() async throws {
        let directory = try Directory()
        try directory.write(
            "JWT_SECRET=your-production-secret-min-32-chars-CHANGE-THIS\nCORS_ALLOWED_ORIGINS=*\n", to: ".env")
        let refused = try await Program.run(
            ["serve"], in: directory,
            [
                "GATEHOUSE_ENV": "production", "COOKIE_SECURE": "false", "COOKIE_SAMESITE": "none",
                "DATABASE_URL": "postgres://user:hidden-word@db.example/gatehouse", "DB_SSL_MODE": "disable",
            ])
        #expect(refused.status == 78)
        for name in [
            "JWT_SECRET", "CORS_ALLOWED_ORIGINS", "COOKIE_SECURE", "COOKIE_SAMESITE", "DB_SSL_MODE", "PUBLIC_URL",
        ] { #expect(refused.output.contains(name)) }
        #expect(!refused.output.contains("CHANGE-THIS"))
        #expect(!refused.output.contains("hidden-word"))
    }

    @Test func `refuses a database that was sealed under another secret, and takes it with the old one`() async throws {
        let directory = try Directory()
        let create = [
            "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann", "--last-name",
            "O",
        ]
        let old = ["JWT_SECRET": Self.secret]
        #expect(try await Program.run(create, in: directory, old, input: "Lantern-Orchid-47-Saddle\n").status == 0)
        let wrong = try await Program.run(["keys", "list"], in: directory, ["JWT_SECRET": Self.secret + "2"])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("JWT_SECRET_PREVIOUS"))
        let both = ["JWT_SECRET": Self.secret + "2", "JWT_SECRET_PREVIOUS": Self.secret]
        #expect(try await Program.run(["keys", "list"], in: directory, both).status == 0)
        let rotated = try await Program.run(["keys", "list"], in: directory, ["JWT_SECRET": Self.secret + "2"])
        #expect(rotated.status == 0)
        #expect(rotated.output.contains("password-sealing-1"))
    }

    @Test func `doctor shows what is in force, without secrets`() async throws {
        let directory = try Directory()
        try directory.write("JWT_SECRET=\(Self.secret)\nJWT_EXPIRATION=10m  # shorter\nJWT_EXPIRY=1m\n", to: ".env")
        let report = try await Program.run(["doctor"], in: directory)
        #expect(report.status == 0)
        #expect(report.output.contains("* JWT_EXPIRATION=10m"))
        #expect(report.output.contains("JWT_SECRET=<set>"))
        #expect(!report.output.contains("abcdefghij"))
        #expect(report.output.contains("JWT_EXPIRY in .env is not a variable"))
        #expect(report.output.contains("an untouched one ends after 1h, a busy one after 12h"))
    }

    @Test func `says what is wrong when the database cannot be reached`() async throws {
        let directory = try Directory()
        let refused = try await Program.run(
            ["serve"], in: directory, ["DATABASE_URL": "postgres://user:hidden-word@127.0.0.1:1/gatehouse"])
        #expect(refused.status == 1)
        #expect(refused.output.contains("database cannot be reached"))
        #expect(!refused.output.contains("hidden-word"))
    }
}
