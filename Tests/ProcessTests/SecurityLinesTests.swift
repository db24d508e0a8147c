import Foundation
import Testing

extension `the program gatehouse` {
    /// "Monitor Logs" of the security configuration: `logs | grep security` with the default settings.
    @Test func `logs a line that says security for each security event, without addresses`() async throws {
        let directory = try Directory()
        let create = [
            "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann", "--last-name",
            "O",
        ]
        #expect(try await Program.run(create, in: directory, input: "Lantern-Orchid-47-Saddle\n").status == 0)
        try await Program.whileRunning(["serve"], in: directory, ["PORT": port()], withLog: true) { server in
            _ = try server.printed(upTo: "Gatehouse is listening")
            func logIn(_ password: String) throws {
                _ = try Curl.run(
                    [
                        "-X", "POST", "http://127.0.0.1:\(port())/v1/auth/login", "-H",
                        "Content-Type: application/json",
                        "-d", #"{"email":"ann@office.example","password":"\#(password)"}"#,
                    ], in: directory)
            }
            try logIn("wrong")
            try logIn("Lantern-Orchid-47-Saddle")
            let log = try server.printed(upTo: "security event logged: login_success")
            #expect(log.contains("security event logged: login_failed"))
            let lines = log.split(separator: "\n").filter { $0.contains("security") }
            #expect(lines.allSatisfy { !$0.contains("127.0.0.1") && !$0.contains("ann@") })
            _ = server.stop(SIGTERM)
        }
    }
}
