/// One row of a CSV file, as UTF-8: where it stands, its cells, and what is wrong with it.
package struct CSVRow: Sendable {
    /// The line of the file on which it begins, counted from 1.
    package internal(set) var line = 0
    /// What is wrong with it. A row that ``isRejected`` has its first line as its only cell.
    package internal(set) var problems: [FileProblem] = []
    /// The cells one after the other, with one byte between two.
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    package init() {}

    /// How many cells it has.
    package var count: Int { ends.count }

    /// Whether a problem keeps it from being imported.
    package var isRejected: Bool { problems.contains { $0.isRejection } }

    /// The cells in order.
    package var cells: [String] { (0..<count).map { text(at: $0) } }

    /// The text of a cell; empty for one that the row does not have.
    package func text(at column: Int) -> String {
        String(decoding: bytes[range(of: column)], as: UTF8.self)
    }

    /// The same without the spaces around it.
    package func trimmedText(at column: Int) -> String {
        var range = range(of: column)
        while let first = range.first, Self.isSpace(bytes[first]) { range = (first + 1)..<range.upperBound }
        while let last = range.last, Self.isSpace(bytes[last]) { range = range.lowerBound..<last }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether a cell has no bytes.
    package func isEmpty(at column: Int) -> Bool { range(of: column).isEmpty }

    /// The bytes of a cell, as UTF-8.
    package func withCell<Result>(at column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        body(bytes.span.extracting(range(of: column)))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private func range(of column: Int) -> Range<Int> {
        guard column >= 0, column < ends.count else { return 0..<0 }
        return (column == 0 ? 0 : ends[column - 1] + 1)..<ends[column]
    }

    // MARK: Building

    mutating func begin(line: Int) {
        self.line = line
        problems.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    mutating func append(_ piece: Span<UInt8>) { bytes.append(span: piece) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Ends the cell to which was appended; `next` begins another one.
    mutating func endCell(next: Bool) {
        ends.append(bytes.count)
        if next { bytes.append(0x2C) }
    }

    /// Takes a whole row without a quote.
    mutating func split(_ row: Span<UInt8>, delimiter: UInt8) {
        bytes.append(span: row)
        for index in row.indices where row[index] == delimiter { ends.append(index) }
        ends.append(row.count)
    }

    /// Drops the empty cells at the end beyond `count`; says whether others are left there.
    mutating func dropEmptyCells(beyond count: Int) -> Bool {
        while ends.count > max(1, count), range(of: ends.count - 1).isEmpty {
            ends.removeLast()
            bytes.removeLast(bytes.count - (ends.last ?? 0))
        }
        return ends.count > count
    }

    /// Whether nothing stands in any cell but spaces.
    var isBlank: Bool { ends.indices.allSatisfy { column in bytes[range(of: column)].allSatisfy(Self.isSpace) } }

    /// The longest cell's bytes.
    var longestCell: Int { ends.indices.map { range(of: $0).count }.max() ?? 0 }

    /// Rewrites each cell.
    mutating func rewrite(_ body: (ArraySlice<UInt8>) -> [UInt8]) {
        var (newBytes, newEnds): ([UInt8], [Int]) = ([], [])
        for column in ends.indices {
            if column > 0 { newBytes.append(0x2C) }
            newBytes += body(bytes[range(of: column)])
            newEnds.append(newBytes.count)
        }
        (bytes, ends) = (newBytes, newEnds)
    }
}
