/// Joins the folded lines of a vCard file to whole ones, chunk by chunk.
///
/// A line that begins with a space or a tab goes on with the one before (RFC 6350 §3.2); a line of vCard 2.1 in quoted-printable goes on
/// where it ends with `=`. Of a picture only the name is kept, so that its megabytes are never held.
struct FoldedLines {
    /// A whole line.
    struct Line {
        /// Where it begins, counted from 1.
        var number: Int
        var bytes: [UInt8]
        /// Whether it was longer than what is kept of it.
        var isCutOff: Bool
        /// Whether its value was a picture or the like, and left out.
        var isBinary: Bool
    }

    private enum Place {
        case start, inside, skippingLineFeed
    }

    private let longest: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var number = 1
    private var place = Place.start
    private var current: Line?

    init(longest: Int) { self.longest = longest }

    mutating func feed(_ bytes: [UInt8]) {
        buffer.removeFirst(position)
        position = 0
        buffer += bytes
    }

    /// The next whole line; `nil` when more bytes are needed. After the last byte, `isOver` brings out what is left.
    mutating func next(isOver: Bool) -> Line? {
        while position < buffer.count {
            if place == .skippingLineFeed {
                place = .start
                if buffer[position] == 10 {
                    position += 1
                    continue
                }
            }
            if place == .start {
                // Whether a line goes on with the last one shows in its first bytes.
                let known = buffer.count - position
                if joinsSoftly, known < Self.beginning.count, !isOver, !hasLineEnd { return nil }
                let (joins, skipped) = continuation()
                if !joins, let whole = current.take() { return whole }
                if !joins { current = Line(number: number, bytes: [], isCutOff: false, isBinary: false) }
                position += skipped
                place = .inside
            }
            takeUntilLineEnd()
        }
        return isOver ? current.take() : nil
    }

    private static let beginning = Array("BEGIN:VCARD".utf8)
    private static let end = Array("END:VCARD".utf8)

    private var hasLineEnd: Bool { buffer[position...].contains { $0 == 10 || $0 == 13 } }

    /// Whether the line that begins here belongs to the one before, and how many bytes of it only say so.
    private mutating func continuation() -> (joins: Bool, skipped: Int) {
        guard current != nil else { return (false, 0) }
        if joinsSoftly, !isWord(Self.beginning), !isWord(Self.end) {
            current?.bytes.removeLast()
            return (true, 0)
        }
        let byte = buffer[position]
        return byte == 32 || byte == 9 ? (true, 1) : (false, 0)
    }

    private func isWord(_ word: [UInt8]) -> Bool {
        let bytes = buffer[position...].prefix(word.count)
        return bytes.count == word.count && zip(bytes, word).allSatisfy { $0 == $1 || $0 == $1 | 0x20 }
    }

    /// Whether the line so far ends with the `=` of quoted-printable.
    private var joinsSoftly: Bool {
        guard let current, current.bytes.last == UInt8(ascii: "="), !current.isBinary else { return false }
        return ContentLine.isQuotedPrintable(current.bytes)
    }

    private mutating func takeUntilLineEnd() {
        let bytes = buffer
        let end = ByteSearch.first(of: 10, 13, 13, in: bytes.span, from: position)
        keep(position..<end)
        position = end
        guard end < buffer.count else { return }
        number += 1
        position += 1
        place = buffer[end] == 13 ? .skippingLineFeed : .start
    }

    private mutating func keep(_ range: Range<Int>) {
        guard var line = current.take() else { return }
        if !line.isBinary {
            let room = longest - line.bytes.count
            line.bytes += buffer[range.prefix(max(0, room))]
            if range.count > room { line.isCutOff = true }
            if line.bytes.count > 512, ContentLine.isBinary(line.bytes) {
                line.bytes = Array(line.bytes.prefix(512))
                (line.isBinary, line.isCutOff) = (true, false)
            }
        }
        current = line
    }
}
