import Foundation
import Synchronization

/// The program `gatehouse` itself, as the build left it beside the tests.
enum Program {
    /// Where the executable is.
    static var url: URL {
        get throws {
            let arguments = CommandLine.arguments
            let bundle =
                arguments.firstIndex(of: "--test-bundle-path").flatMap { index in
                    arguments.indices.contains(index + 1) ? arguments[index + 1] : nil
                } ?? arguments[0]
            let place = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("gatehouse")
            guard FileManager.default.isExecutableFile(atPath: place.path) else {
                throw Surprise("there is no executable at \(place.path)")
            }
            return place
        }
    }

    /// Runs the program to its end in `directory` and returns its exit status and all that it printed.
    static func run(
        _ arguments: [String], in directory: Directory, _ environment: [String: String] = [:], input: String = ""
    ) async throws -> (status: Int32, output: String) {
        let process = try process(arguments, in: directory, environment)
        let (output, standardInput) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = output
        process.standardInput = standardInput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// Starts the program with `arguments`; it is killed when `body` ends, if it still runs. Its log counts as printed with `withLog`.
    static func whileRunning<T>(
        _ arguments: [String], in directory: Directory, _ environment: [String: String] = [:], withLog: Bool = false,
        _ body: (Running) async throws -> T
    ) async throws -> T {
        let process = try process(arguments, in: directory, environment)
        let output = Pipe()
        process.standardOutput = output
        if withLog {
            process.standardError = output
        } else {
            process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        }
        try process.run()
        let running = Running(process: process, output: output.fileHandleForReading)
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        return try await body(running)
    }

    private static func process(
        _ arguments: [String], in directory: Directory, _ environment: [String: String]
    ) throws -> Process {
        let process = Process()
        process.executableURL = try url
        process.arguments = arguments
        process.currentDirectoryURL = directory.url
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { _, given in given }
        return process
    }
}

/// A started server.
struct Running {
    let process: Process
    let output: FileHandle

    /// Everything printed up to and including a line that contains `mark`. Blocks until then, or until the output ends.
    func printed(upTo mark: String) throws -> String {
        var text = ""
        while !text.contains(mark) {
            let piece = output.availableData
            guard !piece.isEmpty else { throw Surprise("ended without printing \(mark): \(text)") }
            text += String(decoding: piece, as: UTF8.self)
        }
        return text
    }

    /// Sends `signal` and waits for the end; how long that took.
    func stop(_ signal: Int32) -> Duration {
        let start = ContinuousClock.now
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return ContinuousClock.now - start
    }
}

/// An empty directory that is removed with its contents.
final class Directory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The mode of a file in it.
    func mode(of path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: url.appendingPathComponent(path).path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Writes a file.
    func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(path))
    }
}

/// Something that a fixture did not expect.
struct Surprise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
