/// The published list, read line by line: `SHA1:COUNT`, 40 hexadecimal digits of either case and a decimal number.
///
/// Memory is one chunk, whatever the file holds. Blank lines and lines of count 0 (padding) are passed over; `\r\n`
/// ends a line too, and the last one needs no end.
struct PublishedHashList {
    /// One entry.
    package struct Line {
        /// The first 64 bits of its hash.
        let leadingBits: UInt64
        /// Where in the file the line starts.
        package let offset: Int64
    }

    private static let hashDigits = 40
    private static let leadingDigits = 16
    /// What is no hexadecimal digit.
    private static let foreign: UInt8 = 0xFF

    private let file: PositionedFile
    private var chunk: [UInt8]
    /// What of `chunk` is filled, and where it comes from.
    private var filled = 0
    private var chunkOffset: Int64
    private var position = 0
    private let digitValues: [UInt8]

    /// How many lines have been read, counted from the start of the file.
    private(set) var lines: Int

    /// Where in the file the next line starts.
    package var offset: Int64 { chunkOffset + Int64(position) }

    /// How much of the file has been read from the disk. It moves by chunks.
    package var bytesRead: Int64 { chunkOffset + Int64(filled) }

    /// The list in `file` from `offset` on, before which there are `lines` lines.
    init(_ file: PositionedFile, from offset: Int64 = 0, after lines: Int = 0, chunkSize: Int = 1 << 20) {
        self.file = file
        self.lines = lines
        chunkOffset = offset
        chunk = [UInt8](repeating: 0, count: chunkSize)
        digitValues = (0...UInt8.max).map { character in
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
            case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
            case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
            default: Self.foreign
            }
        }
    }

    /// The next entry, `nil` at the end. Throws ``BreachFilter/Import/Failure/malformed(line:)`` and
    /// ``BreachFilter/Failure``.
    package mutating func next() throws -> Line? {
        while true {
            guard let end = try endOfLine() else { return nil }
            let start = position
            position = min(end + 1, filled)
            lines += 1
            let last = end > start && chunk[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
            if last == start { continue }
            guard let leadingBits = hash(start, last), let isPadding = count(start + Self.hashDigits, last) else {
                throw BreachFilter.Import.Failure.malformed(line: lines)
            }
            if !isPadding { return Line(leadingBits: leadingBits, offset: chunkOffset + Int64(start)) }
        }
    }

    /// The index in `chunk` of the end of the line at `position`, which is then whole in it; `nil` after the last line.
    private mutating func endOfLine() throws -> Int? {
        var searched = position
        while true {
            while searched < filled {
                if chunk[searched] == UInt8(ascii: "\n") { return searched }
                searched += 1
            }
            let kept = filled - position
            guard kept < chunk.count else { throw BreachFilter.Import.Failure.malformed(line: lines + 1) }
            chunk.replaceSubrange(0..<kept, with: chunk[position..<filled])
            chunkOffset += Int64(position)
            position = 0
            let more = try file.read(into: &chunk, from: kept, at: chunkOffset + Int64(kept))
            filled = kept + more
            searched = kept
            if more == 0 { return kept == 0 ? nil : kept }
        }
    }

    /// The first 64 bits of the hash from `start`; `nil` unless all 40 digits are there and a colon after them.
    private func hash(_ start: Int, _ end: Int) -> UInt64? {
        guard end - start > Self.hashDigits, chunk[start + Self.hashDigits] == UInt8(ascii: ":") else { return nil }
        var bits: UInt64 = 0
        var worst: UInt8 = 0
        for index in start..<start + Self.leadingDigits {
            let value = digitValues[Int(chunk[index])]
            worst |= value
            bits = bits << 4 | UInt64(value & 0xF)
        }
        for index in start + Self.leadingDigits..<start + Self.hashDigits { worst |= digitValues[Int(chunk[index])] }
        return worst == Self.foreign ? nil : bits
    }

    /// Whether the count after the colon at `colon` is zero; `nil` when it is no number.
    private func count(_ colon: Int, _ end: Int) -> Bool? {
        guard colon + 1 < end else { return nil }
        var isZero = true
        for index in colon + 1..<end {
            switch chunk[index] {
            case UInt8(ascii: "0"): continue
            case UInt8(ascii: "1")...UInt8(ascii: "9"): isZero = false
            default: return nil
            }
        }
        return isZero
    }
}
