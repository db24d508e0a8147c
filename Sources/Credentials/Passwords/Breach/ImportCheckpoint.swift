import Crypto

/// How far an import got, as it is kept beside the unfinished filter. Always at the first line of a bucket.
struct ImportCheckpoint: Equatable {
    private static let magicAndVersion = Array("GHIMPORT".utf8) + [1]
    private static let mostBytes = 256

    /// The list and the layout that it is about.
    package let stamp: PositionedFile.Stamp
    let layout: BreachFilterLayout
    /// Where the next line starts, and how many are before it.
    private(set) var offset: Int64 = 0
    private(set) var lines = 0
    /// The bucket of the next line, and the entries of those before.
    private(set) var bucket = 0
    private(set) var entries = 0
    /// The hash that the next one must not be smaller than.
    var leadingBits: UInt64 = 0

    /// The beginning.
    init(stamp: PositionedFile.Stamp, layout: BreachFilterLayout) {
        self.stamp = stamp
        self.layout = layout
    }

    /// Moves to `line`, which is the first of the writer's current bucket.
    package mutating func advance(to line: PublishedHashList.Line, after lines: Int, writer: BreachFilterWriter) {
        offset = line.offset
        self.lines = lines
        bucket = writer.current
        entries = writer.entries
        leadingBits = line.leadingBits
    }

    /// What the file at `path` says; `nil` when there is none, or it is not whole, or says what cannot be.
    package static func read(_ path: String) -> ImportCheckpoint? {
        guard let bytes = try? PositionedFile(reading: path).read(mostBytes, at: 0) else { return nil }
        let fields = bytes.dropLast(SHA256.byteCount)
        guard fields.count == magicAndVersion.count + 10 * 8, fields.starts(with: magicAndVersion),
            bytes.suffix(SHA256.byteCount).elementsEqual(SHA256.hash(data: fields))
        else { return nil }
        var numbers = stride(from: magicAndVersion.count, to: fields.count, by: 8)
            .map { Int64(bitPattern: LittleEndian.read(8, of: bytes, at: $0)) }[...]
        func number() -> Int64 { numbers.popFirst() ?? -1 }
        let stamp = PositionedFile.Stamp(
            size: number(), modifiedSeconds: number(), modifiedNanoseconds: number())
        guard let indexBits = Int(exactly: number()), let suffixBytes = Int(exactly: number()),
            let layout = BreachFilterLayout(indexBits: indexBits, suffixBytes: suffixBytes)
        else { return nil }
        var checkpoint = ImportCheckpoint(stamp: stamp, layout: layout)
        checkpoint.offset = number()
        checkpoint.lines = Int(number())
        checkpoint.bucket = Int(number())
        checkpoint.entries = Int(number())
        checkpoint.leadingBits = UInt64(bitPattern: number())
        return checkpoint.isPossible ? checkpoint : nil
    }

    /// Puts it into the file at `path`, whole or not at all.
    package func write(_ path: String) throws {
        var bytes = Self.magicAndVersion
        let numbers: [Int64] = [
            stamp.size, stamp.modifiedSeconds, stamp.modifiedNanoseconds, Int64(layout.indexBits),
            Int64(layout.suffixBytes), offset, Int64(lines), Int64(bucket), Int64(entries),
            Int64(bitPattern: leadingBits),
        ]
        for number in numbers { LittleEndian.append(UInt64(bitPattern: number), bytes: 8, to: &bytes) }
        bytes += Array(SHA256.hash(data: bytes))
        do {
            let file = try PositionedFile(writing: path + ".new")
            try file.resize(to: 0)
            try file.write(bytes, at: 0)
            try file.synchronize()
        }
        try PositionedFile.rename(path + ".new", to: path)
    }

    private var isPossible: Bool {
        (0...stamp.size).contains(offset) && lines >= 0 && (0...Int(UInt32.max)).contains(entries)
            && (0..<layout.buckets).contains(bucket) && layout.place(of: leadingBits).bucket == bucket
    }
}
