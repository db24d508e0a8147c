/// Reads a CSV file of any size in chunks: the header, then one row after the other, each with its line and its problems.
///
/// Holds a chunk and one row, never more. A row that cannot be read becomes a row with a problem, and reading goes on with the next
/// line: rows given out are rows read. `feed` a chunk, take ``next(into:)`` until there is none, feed the next one, and `finish` after
/// the last.
package struct CSVReader: Sendable {
    /// The names of the columns; `nil` until the first row was there.
    package private(set) var header: [String]?
    /// Why nothing of the file can be read; there are no rows then.
    package private(set) var refusal: FileProblem?
    /// What stands between the cells; `nil` until it is known.
    package private(set) var delimiter: UInt8?
    /// How many rows were given out, those with problems included; not the header and blank lines.
    package private(set) var rowsRead = 0

    private let options: CSVOptions
    private var intake = TextIntake()
    private var decoder: RowDecoder?
    private var isFinished = false
    /// The bytes from `start` on are not given out yet; those before `searched` have no line end and no quote.
    private var buffer: [UInt8] = []
    private var start = 0
    private var searched = 0
    /// The scan of the row at `start`, once it is known to have quotes, and its cells.
    private var scan: QuotedRowScan?
    private var cells = CSVRow()
    /// Up to this place of the buffer quotes were found not to add up: there, no cell goes over a line end.
    private var linesUntil = 0
    private var isSkipping = false
    private var skipsLineFeed = false
    private var line = 1

    package init(options: CSVOptions = CSVOptions()) { self.options = options }

    /// What the file is written in, as far as its rows have told.
    package var encoding: TextEncoding? {
        switch intake.guess?.encoding {
        case .utf16LittleEndian: .utf16LittleEndian
        case .utf16BigEndian: .utf16BigEndian
        case .utf8, .windows1252, nil: decoder?.encoding ?? intake.guess?.encoding
        }
    }

    /// How many bytes of the file are held: at most a chunk and the longest row, or the first 64 KiB.
    package var heldBytes: Int { buffer.count + cells.bytes.count }

    /// Takes the next bytes of the file.
    package mutating func feed(_ chunk: Span<UInt8>) {
        dropTakenBytes()
        intake.feed(chunk, into: &buffer)
        begin()
    }

    /// Takes the next bytes of the file.
    package mutating func feed(_ chunk: [UInt8]) { feed(chunk.span) }

    /// Says that there are no more bytes.
    package mutating func finish() {
        guard !isFinished else { return }
        dropTakenBytes()
        isFinished = true
        intake.finish(into: &buffer)
        begin()
    }

    /// The next row; `nil` when more bytes are needed, and after the last one.
    package mutating func next() -> CSVRow? {
        var row = CSVRow()
        return next(into: &row) ? row : nil
    }

    /// The same into a row that is used again. Says whether there was one.
    package mutating func next(into row: inout CSVRow) -> Bool {
        while refusal == nil, takeRow() {
            if header == nil {
                takeHeader()
                continue
            }
            finishRow()
            // Blank lines are no rows.
            if !cells.isRejected, cells.isBlank { continue }
            rowsRead += 1
            swap(&row, &cells)
            return true
        }
        if isFinished, header == nil, refusal == nil {
            refusal = FileProblem(line: 0, code: .empty, words: "The file is empty.", isRejection: true)
        }
        return false
    }

    // MARK: Beginning

    private mutating func begin() {
        refusal = refusal ?? intake.refusal
        guard delimiter == nil, intake.isDecided else { return }
        decoder = RowDecoder(intake.guess?.encoding)
        let bytes = buffer
        let guess = DelimiterGuess.of(bytes.span.extracting(first: min(bytes.count, 32 * 1024)))
        delimiter = options.delimiter ?? guess.delimiter
        start = guess.skipped
        searched = start
        if start > 0 { line += 1 }
    }

    private mutating func takeHeader() {
        finishRow()
        let isTooWide = cells.count > options.mostColumns
        if isTooWide || cells.isRejected {
            let words =
                isTooWide
                ? "The file has \(cells.count) columns; at most \(options.mostColumns) are read."
                : "The row with the names of the columns cannot be read. " + (cells.problems.first?.words ?? "")
            refusal = FileProblem(
                line: cells.line, code: isTooWide ? .tooManyColumns : .noHeader, words: words, isRejection: true)
        } else if !cells.isBlank {
            header = cells.cells.map { FileProblem.trimmed($0) }
        }
    }

    /// Decodes the cells and holds them against the bounds.
    private mutating func finishRow() {
        let bytes = cells.bytes
        let traits = ByteSearch.traits(of: bytes.span)
        if !traits.isASCII, let verdict = decoder?.judge(bytes.span) {
            if let rewriting = verdict.rewriting { cells.rewrite { rewriting.apply(to: $0) } }
            if let code = verdict.problem { cells.problems.append(RowDecoder.problem(code, line: cells.line)) }
        }
        if traits.hasNUL {
            cells.rewrite { $0.filter { $0 != 0 } }
            cells.problems.append(
                FileProblem(line: cells.line, code: .nulByte, words: "This row has NUL bytes; they were left out."))
        }
        if cells.isRejected { return }
        if cells.bytes.count > options.longestCell, cells.longestCell > options.longestCell {
            reject(.cellTooLong, "A cell of this row has more than \(options.longestCell / 1024) KiB.")
        }
        if let header, cells.count > header.count, cells.dropEmptyCells(beyond: header.count) {
            reject(
                .surplusCells,
                "This row has \(cells.count) cells, but there are \(header.count) columns. Is a separator missing its quotes?"
            )
        }
    }

    private mutating func reject(_ code: FileProblem.Code, _ words: String) {
        cells.problems.append(FileProblem(line: cells.line, code: code, words: words, isRejection: true))
    }

    // MARK: Rows

    /// Takes the next row off the buffer into `cells`; `false` when its end is not there yet.
    private mutating func takeRow() -> Bool {
        guard let delimiter else { return false }
        while true {
            if skipsLineFeed, start < buffer.count {
                skipsLineFeed = false
                if buffer[start] == 10 { advance(to: start + 1) }
            }
            if isSkipping, !skipLine() { return false }
            if scan != nil { return takeQuotedRow() }
            let found = ByteSearch.first(of: 10, 13, UInt8(ascii: "\""), in: buffer.span, from: max(searched, start))
            searched = found
            if found - start > options.longestRow {
                fail(.rowTooLong, "This row has more than \(options.longestRow / 1024) KiB.", at: start)
                return true
            }
            if found < buffer.count, buffer[found] == UInt8(ascii: "\"") {
                cells.begin(line: line)
                scan = QuotedRowScan(delimiter: delimiter)
                continue
            }
            if found == buffer.count, !isFinished || found == start { return false }
            cells.begin(line: line)
            let bytes = buffer
            cells.split(bytes.span.extracting(start..<found), delimiter: delimiter)
            passLineEnd(at: found)
            // An empty line is none; most files end with one.
            if cells.bytes.isEmpty { continue }
            return true
        }
    }

    private mutating func takeQuotedRow() -> Bool {
        guard var scan else { return false }
        let bytes = buffer
        let outcome = scan.scan(
            bytes.span.extracting(start..<bytes.count), linesFrom: linesUntil - start, isOver: isFinished, into: &cells)
        self.scan = scan
        switch outcome {
        case _ where scan.offset > options.longestRow + 1:
            fail(
                .unclosedQuote,
                "A quote in this line is not closed within \(options.longestRow / 1024) KiB. Reading went on with the next line.",
                at: start + options.longestRow)
        case .needsMore:
            return false
        case .ended(let offset):
            if scan.hasStrayQuote {
                cells.problems.append(
                    FileProblem(
                        line: line, code: .strayQuote, words: "A cell of this row has a quote that should be doubled."))
            }
            let end = start + offset
            line += Self.lineEnds(in: buffer.span.extracting(start..<end))
            passLineEnd(at: end)
        case .failed(let offset):
            fail(
                .unclosedQuote, "A quote in this line is not closed. Reading went on with the next line.",
                at: start + offset)
        }
        self.scan = nil
        return true
    }

    /// Gives the first line of the row out as one with a problem, and goes on after it.
    private mutating func fail(_ code: FileProblem.Code, _ words: String, at place: Int) {
        scan = nil
        linesUntil = max(linesUntil, place)
        var end = start
        while end < buffer.count, buffer[end] != 10, buffer[end] != 13 { end += 1 }
        cells.begin(line: line)
        let kept = min(end - start, options.longestCell)
        let bytes = buffer
        cells.append(bytes.span.extracting(start..<(start + kept)))
        cells.endCell(next: false)
        reject(code, words)
        isSkipping = true
        advance(to: end)
    }

    /// Drops bytes up to the end of the line; `false` when that is not there yet.
    private mutating func skipLine() -> Bool {
        var end = start
        while end < buffer.count, buffer[end] != 10, buffer[end] != 13 { end += 1 }
        advance(to: end)
        guard end < buffer.count else { return false }
        isSkipping = false
        passLineEnd(at: end)
        return true
    }

    /// Goes behind the line end at `end`, of one byte or two.
    private mutating func passLineEnd(at end: Int) {
        line += 1
        guard end < buffer.count else { return advance(to: end) }
        guard buffer[end] == 13 else { return advance(to: end + 1) }
        if end + 1 == buffer.count { skipsLineFeed = true }
        advance(to: end + 1 < buffer.count && buffer[end + 1] == 10 ? end + 2 : end + 1)
    }

    private mutating func advance(to place: Int) {
        start = place
        searched = place
    }

    private mutating func dropTakenBytes() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        searched = max(0, searched - start)
        linesUntil = max(0, linesUntil - start)
        start = 0
    }

    private static func lineEnds(in bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in bytes.indices {
            if bytes[index] == 10 { count += 1 }
            if bytes[index] == 13, index + 1 == bytes.count || bytes[index + 1] != 10 { count += 1 }
        }
        return count
    }
}
