import Core
import SecurityEvents
import Testing

/// A damaged database must never end the process: it is refused, or what is whole in it answers.
@Suite struct `a damaged place database` {
    private static let addresses = [
        "81.2.69.160", "2.125.160.216", "216.160.83.56", "89.160.20.112", "175.16.199.0", "67.43.156.1", "8.8.8.8",
        "2001:218::1", "2001:480:10::1", "2a02:d300::1",
    ].compactMap { IPAddress($0) }

    private let bytes: [UInt8]
    /// Where the marker of the metadata begins.
    private let metadata: Int

    init() throws {
        bytes = try MaxMindTestFile.bytes(MaxMindTestFile.city)
        let (bytes, marker) = (bytes, MaxMindTestFile.marker)
        metadata = try #require(bytes.indices.last { bytes[$0...].starts(with: marker) })
    }

    /// Opens `bytes` and looks all addresses up; answers whether the database was taken.
    private static func isTaken(_ bytes: [UInt8], by file: ScratchFile) throws -> Bool {
        try file.overwrite(bytes)
        let places = PlaceDatabase(path: file.path)
        for place in addresses.compactMap(places.place(of:)) {
            #expect(!place.description.isEmpty && place.description.utf8.count <= 202)
            if let latitude = place.latitude { #expect((-90...90).contains(latitude)) }
        }
        return places.problem == nil
    }

    @Test func `that is cut off is refused`() async throws {
        let spoiler = Spoiler()
        try await ScratchFile.with { file in
            for _ in 0..<200 {
                let length = spoiler.number(below: bytes.count)
                let isTaken = try Self.isTaken(Array(bytes.prefix(length)), by: file)
                #expect(!isTaken, "at \(length)")
            }
        }
    }

    @Test func `that has a bit turned is refused or answers`() async throws {
        let spoiler = Spoiler()
        try await ScratchFile.with { file in
            var taken = 0
            for turn in 0..<500 {
                var spoilt = bytes
                // Every other bit in the metadata, which is small and decides how all the rest is read.
                let start = turn % 2 == 0 ? 0 : metadata
                spoilt[start + spoiler.number(below: bytes.count - start)] ^= 1 << spoiler.number(below: 8)
                if try Self.isTaken(spoilt, by: file) { taken += 1 }
            }
            #expect((1..<500).contains(taken))
        }
    }

    @Test func `with a long run of one byte is refused`() async throws {
        try await ScratchFile.with { file in
            // In the search tree, in the records, and right behind the first key of one, where megabytes of 0xFF read
            // as maps in maps, hundreds of thousands deep.
            let key = Array("Dcity".utf8)
            let first = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
            for start in [1_000, 5_000, first + key.count, metadata - 2_000] {
                for byte in [0x00, 0xE1, 0xFF] as [UInt8] {
                    let run = [UInt8](repeating: byte, count: 6_000_000)
                    #expect(
                        try !Self.isTaken(Array(bytes[..<start]) + run + Array(bytes[metadata...]), by: file),
                        "at \(start)")
                }
            }
        }
    }

    @Test func `whose metadata has no end is refused`() async throws {
        let body = Array(bytes[..<metadata]) + MaxMindTestFile.marker
        // Nothing at all, ending with a page of memory.
        let padding = [UInt8](repeating: 0, count: 4_096 - body.count % 4_096)
        // A pointer to itself, arrays in arrays, and arrays that each hold the next one twice.
        let pointers = [UInt8](repeating: 0x20, count: 64)
        let nesting = [[UInt8]](repeating: [0x01, 0x04], count: 50_000).flatMap(\.self)
        var doubling: [UInt8] = []
        for level in 1...40 as ClosedRange<UInt8> { doubling += [0x02, 0x04, 0x20, level * 6, 0x20, level * 6] }
        try await ScratchFile.with { file in
            let damages: [[UInt8]] = [padding + body, body + pointers, body + nesting, body + doubling + [0x40]]
            for damaged in damages {
                let isTaken = try Self.isTaken(damaged, by: file)
                #expect(!isTaken)
            }
        }
    }
}
