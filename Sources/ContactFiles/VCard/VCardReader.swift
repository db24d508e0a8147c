/// Reads a file of vCards (3.0, 4.0, and 2.1 as Outlook writes it) of any size in chunks, one person after the other.
///
/// Holds a chunk and one card without its pictures, never more. `feed` a chunk, take ``next()`` until there is none, feed the next one,
/// and `finish` after the last. A card that cannot be read is given out as one that is rejected, and reading goes on with the next.
package struct VCardReader: Sendable {
    /// Why nothing of the file can be read; there are no cards then.
    package private(set) var refusal: FileProblem?
    /// How many cards were given out, those with problems included.
    package private(set) var cardsRead = 0

    private let options: VCardOptions
    private let dates: DateReading
    private var intake = TextIntake()
    private var decoder: RowDecoder?
    private var lines: FoldedLines
    private var isFinished = false
    private var card: CardLines?
    /// The row of a run of lines that are in no card.
    private var strayLine: Int?
    private var wasBinary = false

    package init(dates: DateReading, options: VCardOptions = VCardOptions()) {
        self.options = options
        self.dates = dates
        lines = FoldedLines(longest: options.longestProperty)
    }

    /// Takes the next bytes of the file.
    package mutating func feed(_ chunk: Span<UInt8>) {
        var bytes: [UInt8] = []
        intake.feed(chunk, into: &bytes)
        take(bytes)
    }

    /// Takes the next bytes of the file.
    package mutating func feed(_ chunk: [UInt8]) { feed(chunk.span) }

    /// Says that there are no more bytes.
    package mutating func finish() {
        guard !isFinished else { return }
        isFinished = true
        var bytes: [UInt8] = []
        intake.finish(into: &bytes)
        take(bytes)
    }

    private mutating func take(_ bytes: [UInt8]) {
        refusal = intake.refusal
        lines.feed(bytes)
        if decoder == nil, intake.isDecided { decoder = RowDecoder(intake.guess?.encoding) }
    }

    /// The next person; `nil` when more bytes are needed, and after the last one.
    package mutating func next() -> ImportedRow? {
        guard refusal == nil else { return nil }
        while let line = lines.next(isOver: isFinished) {
            if let row = take(line) { return given(row) }
        }
        guard isFinished else { return nil }
        if let line = strayLine.take() { return given(Self.notCard(line)) }
        if var last = card.take() {
            last.problem(.missingEnd, "This card has no END; the file may be cut off.")
            return given(last.finished(dates: dates))
        }
        if cardsRead == 0 {
            refusal = FileProblem(line: 0, code: .empty, words: "There is no card in the file.", isRejection: true)
        }
        return nil
    }

    private mutating func given(_ row: ImportedRow) -> ImportedRow {
        cardsRead += 1
        return row
    }

    /// Takes a line; the row that it ends, if it does.
    private mutating func take(_ line: FoldedLines.Line) -> ImportedRow? {
        let word = CardWord(line.bytes)
        let hasColon = line.bytes.contains(UInt8(ascii: ":"))
        // Pictures of vCard 2.1 may go on in lines of their own, which have no colon.
        wasBinary = line.isBinary || ContentLine.isBinary(line.bytes) || (wasBinary && word == .other && !hasColon)
        if word == .blank { return nil }
        guard var open = card.take() else {
            if word == .begin {
                card = CardLines(line: line.number, options: options)
                return strayLine.take().map(Self.notCard)
            }
            strayLine = strayLine ?? line.number
            return nil
        }
        switch word {
        case .begin where open.isAgentOpen:
            open.nest()
        case .begin:
            card = CardLines(line: line.number, options: options)
            open.problem(.missingEnd, "This card has no END before the next one begins.")
            return open.finished(dates: dates)
        case .end where open.depth == 0:
            return open.finished(dates: dates)
        case .end:
            open.unnest()
        case .blank, .other:
            add(line, to: &open)
        }
        card = open
        return nil
    }

    private mutating func add(_ line: FoldedLines.Line, to card: inout CardLines) {
        card.look(at: line.bytes)
        if wasBinary || card.isIgnoring { return }
        var bytes = line.bytes
        let traits = ByteSearch.traits(of: bytes.span)
        if !traits.isASCII, let verdict = decoder?.judge(bytes.span) {
            if let rewriting = verdict.rewriting { bytes = rewriting.apply(to: bytes[...]) }
            if let code = verdict.problem { card.once(RowDecoder.problem(code, line: card.line)) }
        }
        if traits.hasNUL {
            bytes.removeAll { $0 == 0 }
            card.once(
                FileProblem(line: card.line, code: .nulByte, words: "This card has NUL bytes; they were left out."))
        }
        card.add(bytes, line: line.number, isCutOff: line.isCutOff)
    }

    private static func notCard(_ line: Int) -> ImportedRow {
        ImportedRow(
            line: line,
            problems: [
                FileProblem(
                    line: line, code: .notCard, words: "Here are lines that belong to no card.", isRejection: true)
            ])
    }
}

/// What a line does to the cards around it.
enum CardWord {
    case begin, end, blank, other

    init(_ bytes: [UInt8]) {
        let first = bytes.first { $0 != 32 && $0 != 9 && $0 != 0 }
        guard let first else {
            self = .blank
            return
        }
        guard bytes.count <= 64, first | 0x20 == UInt8(ascii: "b") || first | 0x20 == UInt8(ascii: "e") else {
            self = .other
            return
        }
        let text = String(decoding: bytes.filter { $0 != 32 && $0 != 9 && $0 != 0 }, as: UTF8.self).uppercased()
        switch text {
        case "BEGIN:VCARD": self = .begin
        case "END:VCARD": self = .end
        default: self = .other
        }
    }
}
