import Accounts
import Credentials
import Foundation
import TestSupport
import Testing

@Suite struct `filter of breached passwords` {
    private let directory = try? TemporaryDirectory()

    private func path(_ name: String) throws -> String { try #require(directory).path + "/" + name }

    @discardableResult
    private func made(
        _ name: String, of list: [UInt8], suffixBytes: Int = 3, checkpointEvery: Int64 = 500_000,
        progress: (BreachFilter.Import.Progress) throws -> Void = { _ in }
    ) throws -> BreachFilter.Import.Summary {
        let file = try path("list")
        if (try? bytes(file)) != list { try write(list, to: file) }
        return try BreachFilter.Import(
            list: file, to: try path(name), suffixBytes: suffixBytes, checkpointEvery: checkpointEvery
        ).run(progress: progress)
    }

    @Test(arguments: [2, 3])
    func `knows every member, and as few others as it says`(suffixBytes: Int) throws {
        let list = MadeList.large
        let summary = try made("filter", of: list.text, suffixBytes: suffixBytes)
        let filter = try BreachFilter(path: try path("filter"))
        #expect(summary.lines == list.hashes.count)
        #expect(summary.entries == filter.entries)
        #expect(summary.falsePositiveRate == filter.falsePositiveRate)
        #expect(try list.hashes.allSatisfy { try filter.contains(sha1: $0) })

        var dice = Dice(seed: 1 << 40)
        let questions = 60_000
        let found = try (0..<questions).count { _ in try filter.contains(sha1: dice.hash()) }
        let expected = filter.falsePositiveRate * Double(questions)
        // Six standard deviations of what chance does.
        #expect(abs(Double(found) - expected) <= 6 * expected.squareRoot() + 1)
        #expect(filter.falsePositiveRate < (suffixBytes == 3 ? 1 / 260_000 : 1 / 1_000))
        try filter.verify()
    }

    @Test func `an import that keeps being interrupted ends with the same bytes`() throws {
        let list = MadeList.large.text
        try made("whole", of: list)
        var starts: [Int] = []
        var isDone = false
        while !isDone, starts.count < 100 {
            var calls = 0
            do {
                let summary = try made("pieces", of: list) { _ in
                    calls += 1
                    if calls == 3 { throw Interruption() }
                }
                starts.append(summary.continuedFromLine)
                isDone = true
            } catch is Interruption {
                starts.append(0)
                // What was on its way to the disk when the power went.
                let partial = try FileHandle(forUpdating: URL(fileURLWithPath: try path("pieces.partial")))
                try partial.seekToEnd()
                try partial.write(contentsOf: Data(repeating: 0xAB, count: 4096))
                try partial.close()
            }
        }
        #expect(starts.count > 2 && (starts.last ?? 0) > 0)
        #expect(try bytes(path("pieces")) == bytes(path("whole")))
        #expect(!FileManager.default.fileExists(atPath: try path("pieces.partial")))
        #expect(!FileManager.default.fileExists(atPath: try path("pieces.progress")))
    }

    @Test(arguments: ["progress cut", "progress altered", "partial lost", "other list"])
    func `an interrupted import begins anew when it cannot go on`(accident: String) throws {
        let list = MadeList.large.text
        try made("whole", of: list)
        var calls = 0
        #expect(throws: Interruption.self) {
            try made("filter", of: list) { _ in
                calls += 1
                if calls == 4 { throw Interruption() }
            }
        }
        var progress = try bytes(path("filter.progress"))
        switch accident {
        case "progress cut": try write(progress.dropLast(), to: try path("filter.progress"))
        case "progress altered":
            progress[40] ^= 1
            try write(progress, to: try path("filter.progress"))
        case "partial lost": try FileManager.default.removeItem(atPath: try path("filter.partial"))
        default:
            let other = MadeList(count: 900, seed: 1 << 34)
            try #expect(made("filter", of: other.text).continuedFromLine == 0)
            #expect(try BreachFilter(path: path("filter")).entries == 900)
            return
        }
        try #expect(made("filter", of: list).continuedFromLine == 0)
        #expect(try bytes(path("filter")) == bytes(path("whole")))
    }

    @Test func `half of a filter is none, and the one before stays in use`() throws {
        try made("filter", of: MadeList.small.text)
        let before = try BreachFilter(path: try path("filter"))
        var calls = 0
        #expect(throws: Interruption.self) {
            try made("filter", of: MadeList.large.text) { _ in
                calls += 1
                if calls == 4 { throw Interruption() }
            }
        }
        let partial = try path("filter.partial")
        #expect(throws: BreachFilter.Failure.notAFilter(path: partial)) { try BreachFilter(path: partial) }
        #expect(try BreachFilter(path: path("filter")).entries == MadeList.small.hashes.count)
        try made("filter", of: MadeList.large.text)
        #expect(try MadeList.small.hashes.allSatisfy { try before.contains(sha1: $0) })
    }

    @Test func `a file of another length is refused`() throws {
        try made("filter", of: MadeList.small.text)
        let whole = try bytes(path("filter"))
        let cut = try path("cut")
        for length in [0, 1, 8, 63, 64, 65, 1000, whole.count / 2, whole.count - 1] {
            try write(Array(whole.prefix(length)), to: cut)
            #expect(throws: BreachFilter.Failure.self) { try BreachFilter(path: cut) }
        }
        try write(whole + [0], to: cut)
        #expect(throws: BreachFilter.Failure.damaged(path: cut)) { try BreachFilter(path: cut) }
        #expect(throws: BreachFilter.Failure.missing(path: "/nowhere")) { try BreachFilter(path: "/nowhere") }
    }

    @Test func `no bit of it can turn without being noticed`() throws {
        try made("filter", of: MadeList.small.text)
        let whole = try bytes(path("filter"))
        let turned = try path("turned")
        var dice = Dice(seed: 5)
        let places = Array(0..<64) + (0..<400).map { _ in dice.number(64...whole.count - 1) }
        for place in places {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(dice.number(0...7))
            try write(bytes, to: turned)
            #expect(throws: BreachFilter.Failure.self, "byte \(place)") { try BreachFilter(path: turned).verify() }
            guard place >= 64 else { continue }
            // No answer but a right one: what cannot be trusted throws.
            let filter = try BreachFilter(path: turned)
            for hash in MadeList.small.hashes.prefix(20) { #expect((try? filter.contains(sha1: hash)) != false) }
        }
    }

    @Test(arguments: [
        "x", "\(MadeList.hash)", "\(MadeList.hash):", "\(MadeList.hash):x", "\(MadeList.hash):-1", "\(MadeList.hash) 1",
        "\(MadeList.hash):1 ", " \(MadeList.hash):1", "\(MadeList.hash)0:1", "\(MadeList.hash.dropLast()):1",
        "G\(MadeList.hash.dropFirst()):1", "\(MadeList.hash.dropLast())g:1", "\(MadeList.hash):1\r\r", "\u{0}", "é:1",
    ])
    func `a malformed line is named by its number`(line: String) throws {
        let list = "\(String(repeating: "0", count: 40)):7\n\r\n\n\(line)\n"
        #expect(throws: BreachFilter.Import.Failure.malformed(line: 4)) { try made("filter", of: Array(list.utf8)) }
    }

    @Test func `either case, either end of line, blank lines, padding and a line twice are taken as they are`() throws {
        let one = "\(MadeList.hash.lowercased()):1\r\n\r\n\(MadeList.hash):007\n\nB\(MadeList.hash.dropFirst()):0\n"
        let list = one + "c\(MadeList.hash.dropFirst()):18446744073709551616999"
        let summary = try made("filter", of: Array(list.utf8))
        #expect(summary.lines == 6)
        #expect(summary.entries == 2)
        let filter = try BreachFilter(path: try path("filter"))
        let rest = MadeList.bytes.dropFirst()
        #expect(try filter.contains(sha1: MadeList.bytes))
        #expect(try filter.contains(sha1: [0xC0 | MadeList.bytes[0] & 0xF] + rest))
        #expect(try !filter.contains(sha1: [0xB0 | MadeList.bytes[0] & 0xF] + rest))
    }

    @Test func `lists that cannot make a filter are refused`() throws {
        let backwards = "B\(MadeList.hash.dropFirst()):1\n\(MadeList.hash):1\n"
        #expect(throws: BreachFilter.Import.Failure.outOfOrder(line: 2)) {
            try made("filter", of: Array(backwards.utf8))
        }
        #expect(throws: BreachFilter.Import.Failure.empty) { try made("filter", of: []) }
        #expect(throws: BreachFilter.Import.Failure.empty) { try made("filter", of: Array("\n\r\n".utf8)) }
        let endless = [UInt8](repeating: UInt8(ascii: "A"), count: 3 << 20)
        #expect(throws: BreachFilter.Import.Failure.malformed(line: 1)) { try made("filter", of: endless) }
        for list in ["/", "/nowhere/list"] {
            #expect(throws: BreachFilter.Import.Failure.noList(path: list)) {
                try BreachFilter.Import(list: list, to: try path("filter")).run()
            }
        }
    }

    @Test func `a list that grows meanwhile, and a second import, are refused`() throws {
        let list = MadeList.large.text
        #expect(throws: BreachFilter.Import.Failure.busy) {
            try made("filter", of: list) { _ in try made("filter", of: list) }
        }
        let file = try path("list")
        #expect(throws: BreachFilter.Import.Failure.listChanged) {
            try made("filter", of: list) { progress in
                guard progress.bytesRead == progress.bytesTotal else { return }
                try write(list + Array("\n".utf8), to: file)
            }
        }
    }

    @Test func `ten thousand files of noise end in an error or an answer`() throws {
        var dice = Dice(seed: 11)
        let name = try path("noise")
        try made("filter", of: MadeList.small.text)
        let whole = try bytes(path("filter"))
        for round in 0..<10_000 {
            var bytes = dice.happens(percent: 50) ? Array(whole.prefix(dice.number(0...200))) : whole
            for _ in 0..<dice.number(1...8) where !bytes.isEmpty {
                bytes[dice.number(0...bytes.count - 1)] = UInt8.random(in: 0...255, using: &dice)
            }
            if round % 5 == 0 {
                let alphabet = Array("0123456789abcdefABCDEF:\n\r \u{0}".utf8)
                let list = (0..<dice.number(0...120)).map { _ in alphabet[dice.number(0...alphabet.count - 1)] }
                try write(list, to: name)
                _ = try? BreachFilter.Import(list: name, to: name + ".filter").run()
            } else {
                try write(bytes, to: name)
                let filter = try? BreachFilter(path: name)
                for _ in 0..<4 { _ = try? filter?.contains(sha1: dice.bytes(dice.number(0...24))) }
                _ = try? filter?.contains(sha1: dice.hash())
            }
        }
    }

    @Test func `passwords are asked for in their normalised form`() async throws {
        let known = ["password", "Zk7-Köln-91"].map { Password($0)?.breachListHash ?? [] }
        let lines = known.map { "\(MadeList.hexadecimal($0)):1\n" }.sorted()
        try made("filter", of: Array(lines.joined().utf8))
        #expect(lines.contains("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:1\n"))
        let filter = try BreachFilter(path: try path("filter"))
        for text in ["password", "\u{FF50}assword", "Zk7-Köln-91", "Zk7-Ko\u{308}ln-91"] {
            #expect(await filter.verdict(on: try #require(Password(text))) == .found)
        }
        let unknown = try #require(Password("Password"))
        #expect(await filter.verdict(on: unknown) == .unknown)
        #expect(await NoBreachCheck().verdict(on: try #require(Password("password"))) == .unknown)

        // The file is cut under an open filter.
        try write([], to: try path("filter"))
        let verdict = await filter.verdict(on: unknown)
        #expect(verdict == .unavailable(reason: BreachFilter.Failure.damaged(path: try path("filter")).description))
    }
}

private struct Interruption: Error {}

/// A directory that goes when the test does.
private final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "breach-filter-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A published list that was never published: hashes that chance made, in order. Seeds lie far apart, because those of
/// neighbours give the same numbers a few places further on.
private struct MadeList: Sendable {
    static let large = MadeList(count: 200_000, seed: 1)
    static let small = MadeList(count: 2_000, seed: 1 << 33)
    static let bytes = [0xA1] + [UInt8](repeating: 0x2B, count: 19)
    static let hash = hexadecimal(bytes)

    private(set) var hashes: [[UInt8]] = []
    private(set) var text: [UInt8] = []

    init(count: Int, seed: UInt64) {
        var dice = Dice(seed: seed)
        let leading = (0..<count).map { _ in dice.next() }.sorted()
        hashes.reserveCapacity(count)
        for bits in leading {
            let tail = [dice.next(), dice.next() & 0xFFFF_FFFF]
            let hash = Self.bytes(bits, 8) + Self.bytes(tail[0], 8) + Self.bytes(tail[1], 4)
            hashes.append(hash)
            text += Array(Self.hexadecimal(hash).utf8) + Array(":3\r\n".utf8)
        }
    }

    static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}

extension Dice {
    /// A hash that nothing has.
    fileprivate mutating func hash() -> [UInt8] {
        MadeList.bytes(next(), 8) + MadeList.bytes(next(), 8) + MadeList.bytes(next(), 4)
    }
}

private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
private func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
