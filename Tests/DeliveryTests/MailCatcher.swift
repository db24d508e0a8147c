import Foundation

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
    private let lines: AsyncStream<Line>

    /// Starts the server in `mode`; with a certificate it offers TLS.
    private init(_ mode: String, _ certificate: Certificate?) async throws {
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
        lines = Self.lines(of: output.fileHandleForReading)
        for await line in lines {
            guard let port = line.port else { break }
            self.port = port
            return
        }
        throw Ended()
    }

    /// Runs `body` with a server in `mode`. Returns what `body` returned, and what the server printed that it did not read.
    static func whileRunning<T>(
        _ mode: String, _ certificate: Certificate? = nil, _ body: (MailCatcher) async throws -> T
    ) async throws -> (result: T, lines: [Line]) {
        let server = try await MailCatcher(mode, certificate)
        let result: T
        do {
            result = try await body(server)
        } catch {
            // The server ends with its input.
            try? server.input.close()
            throw error
        }
        try server.input.close()
        var lines: [Line] = []
        while let line = await server.nextLine() { lines.append(line) }
        server.process.waitUntilExit()
        return (result, lines)
    }

    /// What the server prints next; `nil` when it has ended.
    func nextLine() async -> Line? {
        for await line in lines { return line }
        return nil
    }

    /// Read by a thread of its own as they come: a server whose output nobody reads stands still.
    private static func lines(of output: FileHandle) -> AsyncStream<Line> {
        let (stream, continuation) = AsyncStream.makeStream(of: Line.self)
        Thread.detachNewThread {
            var bytes = Data()
            while case let piece = output.availableData, !piece.isEmpty {
                bytes.append(piece)
                while let end = bytes.firstIndex(of: 10) {
                    if let line = try? JSONDecoder().decode(Line.self, from: Data(bytes[..<end])) {
                        continuation.yield(line)
                    }
                    bytes = Data(bytes[(end + 1)...])
                }
            }
            continuation.finish()
        }
        return stream
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
