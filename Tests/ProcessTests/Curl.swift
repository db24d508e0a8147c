import Foundation

/// The `curl` that a newcomer would type.
enum Curl {
    /// Runs curl with `arguments` in `directory` and returns the body.
    static func run(_ arguments: [String], in directory: Directory) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["-sS", "--max-time", "20"] + arguments
        process.currentDirectoryURL = directory.url
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// The text of the first member `name` in a JSON text.
    static func member(_ name: String, of json: String) -> String? {
        guard let start = json.range(of: "\"\(name)\":\"") else { return nil }
        return String(json[start.upperBound...].prefix { $0 != "\"" })
    }
}
