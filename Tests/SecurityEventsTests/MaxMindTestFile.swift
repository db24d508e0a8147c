import FoundationEssentials
import TestSupport

/// MaxMind's published test data (see `Data/LICENSE-MIT.maxmind.txt`), and spoilt copies of it.
struct MaxMindTestFile: Sendable {
    static let city = "GeoIP2-City-Test.mmdb"
    static let asn = "GeoLite2-ASN-Test.mmdb"

    /// Where the file of this name lies.
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Data/\(name)").path
    }

    /// What the file of this name holds.
    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// What stands before the metadata, at the end of the file.
    static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
}

/// A file for one test.
struct ScratchFile: Sendable {
    let path: String

    /// Runs `body` with a file that holds `bytes`, or with room for one, and removes it afterwards.
    static func with<Answer>(_ bytes: [UInt8]? = nil, _ body: (ScratchFile) async throws -> Answer) async throws
        -> Answer
    {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("places-\(UUID().uuidString)").path
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(atPath: folder) }
        let file = ScratchFile(path: folder + "/places.mmdb")
        if let bytes { try file.overwrite(bytes) }
        return try await body(file)
    }

    /// Writes over the file in place, as a careless download does: whoever has it open sees it shrink.
    func overwrite(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// Puts another file in its place at one stroke.
    func replace(_ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
}

/// Chooses spots to spoil; the same in every run.
struct Spoiler {
    private let time = TestWorld(seed: 7)

    /// A number below `bound`.
    func number(below bound: Int) -> Int {
        Int(time.randomBytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) % bound
    }
}
