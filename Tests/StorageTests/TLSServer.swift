import Foundation

/// A PostgreSQL that speaks TLS, for as long as a test needs it: `bin/with-postgres` starts and stops it.
struct TLSServer {
    /// The port of 127.0.0.1 that it listens on. Its certificate is for the name `localhost`.
    let port: Int
    /// The file of the authority that issued the certificate.
    let authority: String
    /// The file of another authority.
    let stranger: String

    /// The URL of the server under the name `host`, with `authority` as the one to trust.
    func url(host: String = "localhost", trusting authority: String) -> String {
        "postgres://gatehouse@\(host):\(port)/postgres?hostaddr=127.0.0.1&sslrootcert=\(authority)"
    }

    /// Runs `body` beside such a server.
    static func whileRunning(_ body: (TLSServer) async throws -> Void) async throws {
        let stranger = FileManager.default.temporaryDirectory
            .appendingPathComponent("gatehouse-stranger-\(UUID().uuidString).crt").path
        defer { try? FileManager.default.removeItem(atPath: stranger) }
        try makeAuthority(at: stranger)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("bin/with-postgres")
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = script
        // Prints where the server is, and ends when its input does.
        process.arguments = ["sh", "-c", #"echo "$TEST_DATABASE_URL $TEST_DATABASE_CA"; exec cat"#]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["GATEHOUSE_POSTGRES_TLS": "1", "GATEHOUSE_TEST_FAST": "1"]) { _, ours in ours }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        defer {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let words = line.split { $0.isWhitespace }
        guard words.count == 2, let port = URL(string: String(words[0]))?.port else { throw NotStarted(said: line) }
        try await body(TLSServer(port: port, authority: String(words[1]), stranger: stranger))
    }

    private static func makeAuthority(at path: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-days", "2", "-subj", "/CN=Stranger", "-keyout", "/dev/null", "-out", path]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw NotStarted(said: "openssl made no certificate") }
    }

    struct NotStarted: Error {
        let said: String
    }
}
