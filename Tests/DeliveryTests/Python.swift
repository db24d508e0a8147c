import Foundation

/// The machine's Python, whose `email` package reads our mails as a mailbox would.
enum Python {
    static let path = "/usr/bin/python3"

    static let isThere = FileManager.default.isExecutableFile(atPath: path)

    /// Runs `script` to its end with `input` and returns what it prints.
    static func run(_ script: String, input: Data) throws -> Data {
        let directory = try ScratchDirectory()
        let file = directory.url.appendingPathComponent("input")
        try input.write(to: file)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return printed
    }

    struct Failed: Error {
        let status: Int32
    }
}

/// An empty directory that is removed with its contents.
final class ScratchDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("gatehouse-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
