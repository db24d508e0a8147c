import Foundation
import Testing

/// The program is killed a hundred times between an event and the delivery of its alert, and loses none.
@Suite(.serialized) struct `alerts of a program that is killed` {
    private static let rounds = 100
    private static let password = "Lantern-Orchid-47-Saddle"

    private let port = String(Ports.next())
    private var origin: String { "http://127.0.0.1:\(port)" }

    private var environment: [String: String] {
        [
            "PORT": port, "MAIL_URL": "file:./mail", "ALERT_EMAIL": "watch@example.com", "ALERT_DIGEST_MINUTES": "0",
            "REQUIRE_EMAIL_VERIFICATION": "false", "ENABLE_EMAIL_LOGIN_NOTIFICATIONS": "false",
            "RATE_LIMIT_LOGIN_MAX": "0", "PASSWORD_HASH_MEMORY_KIB": "8", "PASSWORD_HASH_PASSES": "1",
        ]
    }

    private func signIn(_ directory: Directory) throws -> String {
        let body = #"{"email":"owner@example.com","password":"\#(Self.password)"}"#
        let answer = try Curl.run(
            ["-X", "POST", "\(origin)/v1/auth/login", "-H", "Content-Type: application/json", "-d", body], in: directory
        )
        return try #require(Curl.member("accessToken", of: answer), "\(answer)")
    }

    /// The alerts that were delivered: a mail that is sent again has the same name.
    private func delivered(_ directory: Directory) throws -> Int {
        let folder = directory.url.appendingPathComponent("mail").path
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.count
    }

    @Test func `arrive, all of them`() async throws {
        let directory = try Directory()
        let made = try await Program.run(
            [
                "user", "create", "--role", "owner", "--email", "owner@example.com", "--first-name", "Olga",
                "--last-name", "Owner",
            ], in: directory, environment, input: "\(Self.password)\n")
        #expect(made.status == 0, "\(made.output)")
        try await Program.whileRunning(["serve"], in: directory, environment) { server in
            _ = try server.printed(upTo: "listening")
            let token = try signIn(directory)
            let rule = try Curl.run(
                [
                    "-X", "PUT", "\(origin)/v1/security/alert-rules/login_success", "-H",
                    "Authorization: Bearer \(token)", "-H", "Content-Type: application/json", "-d",
                    #"{"enabled":true,"channels":["mail"]}"#,
                ], in: directory)
            #expect(rule.contains(#""enabled":true"#), "\(rule)")
        }
        for round in 0..<Self.rounds {
            try await Program.whileRunning(["serve"], in: directory, environment) { server in
                _ = try server.printed(upTo: "listening")
                _ = try signIn(directory)
                // Some requests later each time, so that the kill meets every step of the dispatch and of the delivery.
                for _ in 0..<(round % 8) { _ = try Curl.run(["\(origin)/health"], in: directory) }
                _ = server.stop(SIGKILL)
            }
        }
        try await Program.whileRunning(["serve"], in: directory, environment) { server in
            _ = try server.printed(upTo: "listening")
            var tries = 0
            while try delivered(directory) < Self.rounds, tries < 200 {
                // What a killed process had in hand is leased for five minutes; the operator need not wait for that.
                let waiting = try await Program.run(
                    ["outbox", "list", "--state", "waiting"], in: directory, environment)
                for line in waiting.output.split(separator: "\n") where line.contains("\tmail\t") {
                    let item = String(line.prefix { $0 != "\t" })
                    _ = try await Program.run(["outbox", "retry", item], in: directory, environment)
                }
                tries += 1
            }
            _ = server.stop(SIGTERM)
        }
        #expect(try delivered(directory) == Self.rounds)
        let dead = try await Program.run(["outbox", "list", "--state", "dead"], in: directory, environment)
        #expect(dead.output.isEmpty)
    }
}

@Suite struct `the command alert` {
    @Test func `lists the rules, and tries one on every channel`() async throws {
        let directory = try Directory()
        let environment = [
            "MAIL_URL": "file:./mail", "ALERT_EMAIL": "watch@example.com", "TWILIO_API_URL": "file:./sms",
            "ALERT_SMS_TO": "+15005550006", "ALERT_WEBHOOK_URL": "https://127.0.0.1:1/hook",
        ]
        let rules = try await Program.run(["alert", "rules"], in: directory, environment)
        #expect(rules.output.contains("token_theft_detected\tcritical\ton\tmail,slack,sms,webhook"))
        #expect(rules.output.contains("SLACK_WEBHOOK_URL is not set"))
        let trial = try await Program.run(["alert", "test", "token_theft_detected"], in: directory, environment)
        #expect(trial.status == 0)
        #expect(trial.output.contains("mail\tsent (1)"), "\(trial.output)")
        #expect(trial.output.contains("sms\tsent (1)"))
        #expect(trial.output.contains("slack\toff"))
        #expect(trial.output.contains("webhook\tgiven up: the name leads into a private network"))
        let files = FileManager.default
        #expect(try files.contentsOfDirectory(atPath: directory.url.appendingPathComponent("mail").path).count == 1)
        #expect(try files.contentsOfDirectory(atPath: directory.url.appendingPathComponent("sms").path).count == 1)
        let dead = try await Program.run(["outbox", "list", "--state", "dead"], in: directory, environment)
        #expect(dead.output.contains("webhook\ttoken_theft_detected"))
        #expect(try await Program.run(["outbox", "retry"], in: directory, environment).output.contains("1 will be"))
        let none = try await Program.run(["outbox", "list", "--state", "dead"], in: directory, environment)
        #expect(none.output.isEmpty)
        let wrong = try await Program.run(["alert", "test", "everything"], in: directory, environment)
        #expect(wrong.status != 0)
    }
}
