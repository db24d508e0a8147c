/// Reads one row that has quotes, in as many pieces as it comes.
///
/// RFC 4180, and what programs write that never read it: spaces beside the quotes, and quotes inside of quotes that are not doubled.
/// The latter stay as they are as long as the row is on one line. Once a line end was inside of quotes, a quote that neither ends the
/// cell nor is doubled proves that the first one was alone: everything since is other rows.
struct QuotedRowScan {
    private enum State {
        /// At the start of a cell, or at spaces there.
        case start
        case plain
        case quoted
        /// After a quote inside of quotes, and spaces behind it.
        case closing
    }

    /// What came of the bytes so far.
    enum Outcome: Equatable {
        case needsMore
        /// The row ends before the line end at this offset.
        case ended(Int)
        /// The quotes do not add up; known at this offset.
        case failed(Int)
    }

    private var state = State.start
    /// The offset of the byte to look at next, from the row's first one.
    private(set) var offset = 0
    /// Where the bytes begin that are not copied yet.
    private var pending = 0
    private var hasLineEnd = false
    private(set) var hasStrayQuote = false
    private let delimiter: UInt8

    init(delimiter: UInt8) { self.delimiter = delimiter }

    /// Goes on with the row, whose bytes `row` has from its first one on. Line ends inside of quotes are only taken from `linesFrom` on.
    mutating func scan(_ row: Span<UInt8>, linesFrom: Int, isOver: Bool, into cells: inout CSVRow) -> Outcome {
        while offset < row.count {
            let byte = row[offset]
            switch state {
            case .start, .plain:
                if byte == delimiter {
                    endCell(row, next: true, into: &cells)
                } else if byte == 10 || byte == 13 {
                    endCell(row, next: false, into: &cells)
                    return .ended(offset - 1)
                } else if state == .start, byte == UInt8(ascii: "\"") {
                    pending = offset + 1
                    state = .quoted
                    offset += 1
                } else {
                    if byte != 32 { state = .plain }
                    offset += 1
                }
            case .quoted:
                if let failure = scanQuoted(row, linesFrom: linesFrom, into: &cells) { return failure }
            case .closing:
                if let outcome = scanClosing(row, byte, into: &cells) { return outcome }
            }
        }
        guard isOver else { return .needsMore }
        if state == .quoted { return .failed(offset) }
        if state != .closing { cells.append(row.extracting(pending..<offset)) }
        cells.endCell(next: false)
        return .ended(offset)
    }

    private mutating func endCell(_ row: Span<UInt8>, next: Bool, into cells: inout CSVRow) {
        cells.append(row.extracting(pending..<offset))
        cells.endCell(next: next)
        offset += 1
        pending = offset
        state = .start
    }

    private mutating func scanQuoted(_ row: Span<UInt8>, linesFrom: Int, into cells: inout CSVRow) -> Outcome? {
        offset = ByteSearch.first(of: UInt8(ascii: "\""), 10, 13, in: row, from: offset)
        guard offset < row.count else { return nil }
        if row[offset] == UInt8(ascii: "\"") {
            cells.append(row.extracting(pending..<offset))
            pending = offset
            state = .closing
        } else if hasStrayQuote || offset < linesFrom {
            return .failed(offset)
        } else {
            hasLineEnd = true
        }
        offset += 1
        return nil
    }

    private mutating func scanClosing(_ row: Span<UInt8>, _ byte: UInt8, into cells: inout CSVRow) -> Outcome? {
        switch byte {
        case UInt8(ascii: "\"") where offset == pending + 1:
            // Doubled: the second one stands for both.
            pending = offset
            state = .quoted
            offset += 1
        case delimiter:
            pending = offset
            endCell(row, next: true, into: &cells)
        case 10, 13:
            pending = offset
            endCell(row, next: false, into: &cells)
            return .ended(offset - 1)
        case 32:
            offset += 1
        default:
            if hasLineEnd { return .failed(offset) }
            // The quote that was taken for the end belongs to the text, from `pending` on.
            hasStrayQuote = true
            state = .quoted
        }
        return nil
    }
}
