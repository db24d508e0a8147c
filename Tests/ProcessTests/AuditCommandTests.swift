import Foundation
import Testing

extension `the program gatehouse` {
    private static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// Changes the database behind the program's back.
    private static func attack(_ statement: String, in directory: Directory) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.currentDirectoryURL = directory.url
        process.arguments = [
            "-c",
            "import sqlite3; c = sqlite3.connect('data/gatehouse.db'); c.executescript(\"\"\"\(statement)\"\"\"); c.close()",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test(.enabled(if: hasPython))
    func `seals the log while it serves, hands it on, and proves it or says what was done to it`() async throws {
        let directory = try Directory()
        let create = [
            "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann", "--last-name",
            "O",
        ]
        #expect(try await Program.run(create, in: directory, input: "Lantern-Orchid-47-Saddle\n").status == 0)
        let anchor = directory.url.appendingPathComponent("anchor.jsonl").path
        let environment = ["PORT": port(), "SECURITY_LOG_SINK": "stdout", "AUDIT_ANCHOR": "file:\(anchor)"]
        try await Program.whileRunning(["serve"], in: directory, environment) { server in
            _ = try server.printed(upTo: #""type":"registered""#)
            // The checkpoint of the first event is on its way before the second is sealed.
            _ = try Curl.run(
                [
                    "-X", "POST", "http://127.0.0.1:\(port())/v1/auth/login", "-H", "Content-Type: application/json",
                    "-d", #"{"email":"ann@office.example","password":"wrong"}"#,
                ], in: directory)
            _ = try server.printed(upTo: #""type":"login_failed""#)
            _ = server.stop(SIGKILL)
        }
        let verify = ["audit", "verify", "--anchor", anchor]
        let whole = try await Program.run(verify, in: directory)
        #expect(whole.status == 0)
        #expect(whole.output.contains("The log is whole."))
        let erased = try await Program.run(["audit", "erase", "ann@office.example"], in: directory)
        #expect(erased.output.contains("2 events were erased."))
        #expect(try await Program.run(verify, in: directory).status == 0)
        try Self.attack(
            """
            DROP TRIGGER event_update;
            UPDATE security_event SET type = 'logout' WHERE type = 'registered';
            """, in: directory)
        let changed = try await Program.run(verify, in: directory)
        #expect(changed.status == 1)
        #expect(changed.output.contains("(sequence 1) was changed"))
        try Self.attack(
            """
            DROP TRIGGER event_delete; DROP TRIGGER seal_delete; DROP TRIGGER checkpoint_delete;
            DELETE FROM security_event; DELETE FROM security_seal; DELETE FROM security_checkpoint;
            UPDATE security_log SET sequence = 0, mac = zeroblob(32), sealed_at = 0;
            """, in: directory)
        #expect(try await Program.run(["audit", "verify"], in: directory).status == 0)
        let cut = try await Program.run(verify, in: directory)
        #expect(cut.status == 1)
        #expect(cut.output.contains("the log was cut off after sequence 0"))
    }
}
