@testable import ContactFiles

/// A whole file, as it was read.
struct ReadCSV: Equatable {
    var header: [String]?
    var rows: [[String]] = []
    var lines: [Int] = []
    var codes: [[FileProblem.Code]] = []
    var rejected: [Int] = []
    var refusal: FileProblem.Code?
    var encoding: TextEncoding?
    var rowsRead = 0
    var words: [String] = []

    /// Reads the bytes in the pieces that `cuts` make of them.
    init(_ bytes: [UInt8], cuts: [Int] = [], options: CSVOptions = CSVOptions()) {
        var reader = CSVReader(options: options)
        var last = 0
        for cut in cuts + [bytes.count] {
            reader.feed(Array(bytes[last..<cut]))
            take(&reader)
            last = cut
        }
        reader.finish()
        take(&reader)
        header = reader.header
        refusal = reader.refusal?.code
        encoding = reader.encoding
        rowsRead = reader.rowsRead
    }

    init(_ text: String, options: CSVOptions = CSVOptions()) { self.init(Array(text.utf8), options: options) }

    private mutating func take(_ reader: inout CSVReader) {
        while let row = reader.next() {
            if row.isRejected { rejected.append(rows.count) }
            rows.append(row.cells)
            lines.append(row.line)
            codes.append(row.problems.map(\.code))
            words += row.problems.map(\.words)
        }
    }
}
