import Foundation
import Synchronization

/// A real mail server (`smtp_server.py`) on a free port, for as long as a test needs it.
final class MailCatcher: Sendable {
    /// What the server printed of one event.
    struct Line: Decodable {
        let port: Int?
        let reached: String?
        let sender: String?
        let recipients: [String]?
        let ehlo: String?
        let tls: Bool?
        let signedIn: Bool?
        let content: String?
        let user: String?
        let password: String?

        private enum CodingKeys: String, CodingKey {
            case port, reached, sender, recipients, ehlo, tls
            case signedIn = "signed_in"
            case content, user, password
        }
    }

    /// Whether the server can be run. `GATEHOUSE_REQUIRE_SMTP` makes the tests fail instead of being skipped.
    static let isThere: Bool = {
        if ProcessInfo.processInfo.environment["GATEHOUSE_REQUIRE_SMTP"] != nil { return true }
        return Python.isThere && (try? Python.run("import aiosmtpd", input: Data())) != nil
    }()

    let port: Int
    private let process: Process
    private let input: FileHandle
    private let output: Mutex<FileHandle>

    /// Starts the server in `mode`; with a certificate it offers TLS.
    private init(_ mode: String, _ certificate: Certificate?) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "smtp_server.py")
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: Python.path)
        process.arguments = [script.path, mode] + (certificate.map { [$0.path, $0.keyPath] } ?? [])
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        self.process = process
        self.input = input.fileHandleForWriting
        guard let port = try Self.line(of: output.fileHandleForReading).port else { throw Ended() }
        self.port = port
        self.output = Mutex(output.fileHandleForReading)
    }

    /// Runs `body` with a server in `mode` and returns what the server printed after `body` ended, and what `body`
    /// returned.
    static func whileRunning<T>(
        _ mode: String, _ certificate: Certificate? = nil, _ body: (MailCatcher) async throws -> T
    ) async throws -> (result: T, lines: [Line]) {
        let server = try MailCatcher(mode, certificate)
        // The server ends with its input, also when `body` throws.
        let result: T
        do {
            result = try await body(server)
        } catch {
            try? server.input.close()
            throw error
        }
        try server.input.close()
        var lines: [Line] = []
        while let line = try? server.nextLine() { lines.append(line) }
        server.process.waitUntilExit()
        return (result, lines)
    }

    /// Blocks until the server prints a line.
    func nextLine() throws -> Line { try output.withLock { try Self.line(of: $0) } }

    private static func line(of output: FileHandle) throws -> Line {
        var bytes = Data()
        while let byte = try output.read(upToCount: 1), !byte.isEmpty {
            if byte.first == 10 { return try JSONDecoder().decode(Line.self, from: bytes) }
            bytes.append(byte)
        }
        throw Ended()
    }

    /// There is nothing more to read.
    struct Ended: Error {}
}

/// A certificate for `localhost` that nobody else has signed.
final class Certificate: Sendable {
    private let directory: ScratchDirectory

    var path: String { directory.url.appendingPathComponent("cert.pem").path }
    var keyPath: String { directory.url.appendingPathComponent("key.pem").path }

    init() throws {
        directory = try ScratchDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", keyPath, "-out", path,
        ]
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Python.Failed(status: process.terminationStatus) }
    }
}
