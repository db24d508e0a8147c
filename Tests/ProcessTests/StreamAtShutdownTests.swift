import Foundation
import TestSupport
import Testing

/// The server with somebody who watches its log, when it is told to stop.
@Suite struct `a server whose log is watched` {
    private static let password = "Lantern-Orchid-47-Saddle"

    @Test(arguments: DatabaseKind.available)
    func `stops in time, and ends the stream in a way that its reader understands`(kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let directory = try Directory()
            let port = Ports.next()
            let environment = [
                "DATABASE_URL": kind == .sqlite ? "sqlite:\(place.location)" : place.location,
                "JWT_SECRET": "a secret for the stream 0123456789 abcdefgh", "PASSWORD_HASH_MEMORY_KIB": "64",
                "LOG_LEVEL": "warning", "PORT": String(port), "PUBLIC_URL": "http://crm.office.example",
            ]
            let made = try await Program.run(
                [
                    "user", "create", "--role", "owner", "--email", "ann@office.example", "--first-name", "Ann",
                    "--last-name", "O",
                ], in: directory, environment, input: Self.password + "\n")
            #expect(made.status == 0, "\(made.output)")
            try await Program.whileRunning(["serve"], in: directory, environment) { server in
                _ = try server.printed(upTo: "listening")
                let token = try await Node(port).signIn(Self.password)
                let readers = try (0..<3).map { _ in try Reader(port, token, in: directory) }
                for reader in readers { try reader.hearsBeginning() }
                #expect(server.stop(SIGTERM) < .seconds(2.5))
                #expect(server.process.terminationStatus == 0)
                // curl says 18 or 56 of an answer that broke off.
                #expect(readers.map { $0.status() } == [0, 0, 0])
            }
        }
    }
}

/// A `curl` that watches the log.
private struct Reader {
    private let process = Process()
    private let output = Pipe()

    init(_ port: Int, _ token: String, in directory: Directory) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = [
            "-sSN", "--max-time", "20", "-H", "Authorization: Bearer \(token)",
            "http://127.0.0.1:\(port)/v1/security/events/stream",
        ]
        process.currentDirectoryURL = directory.url
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
    }

    /// Waits until the stream has begun.
    func hearsBeginning() throws {
        var text = ""
        while !text.contains("retry: ") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Surprise("no stream: \(text)") }
            text += String(decoding: piece, as: UTF8.self)
        }
    }

    /// How `curl` ended.
    func status() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }
}
