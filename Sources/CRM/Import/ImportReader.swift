import ContactFiles
import Core
import FileStorage
import Synchronization

/// A row of a file, with what it was made of.
struct FileRow: Sendable {
    /// Counted from 1; the header is none.
    let number: Int64
    let row: ImportedRow
    /// What is given back to be mended; `nil` for a vCard, of which the person is.
    let line: CSVRow?
    /// How many bytes of the file it is, about.
    let size: Int
}

/// Reads the rows of a file one after the other, in constant memory: a chunk and what was asked for.
final class ImportReader: Sendable {
    private static let chunk = 256 * 1024

    private struct State {
        var csv: CSVReader?
        var cards: VCardReader?
        var people: PersonReader?
        /// The row that came with the header.
        var held: CSVRow?
        var isOver = false
        var number: Int64 = 0
    }

    private let file: OpenFile
    private let state: Mutex<State>

    /// The rows of `file` from the first on.
    init(_ file: OpenFile, _ kind: ContactFileKind, dates: DateReading) {
        self.file = file
        switch kind {
        case .csv: state = Mutex(State(csv: CSVReader()))
        case .vCard: state = Mutex(State(cards: VCardReader(dates: dates)))
        }
    }

    /// Reads as far as the first row. What a CSV has said of itself by then, and why nothing of the file can be read.
    func begin() throws -> (header: [String], encoding: TextEncoding?, delimiter: UInt8?, refusal: FileProblem?) {
        try state.withLock { state in
            while state.csv?.header == nil, state.csv?.refusal == nil, state.held == nil {
                if let row = state.csv?.next() { state.held = row }
                if state.csv == nil || state.isOver || state.held != nil { break }
                try feed(&state)
            }
            // A file of nothing says so only when it is asked once more.
            if state.isOver, state.held == nil, state.csv?.header == nil { state.held = state.csv?.next() }
            let csv = state.csv
            return (csv?.header ?? [], csv?.encoding, csv?.delimiter, csv?.refusal ?? state.cards?.refusal)
        }
    }

    /// Says how to make people of the rows of a CSV.
    func read(with people: PersonReader) { state.withLock { $0.people = people } }

    /// What the file is written in, as far as its rows have told.
    var encoding: TextEncoding? { state.withLock { $0.csv?.encoding } }

    /// Why nothing of the file can be read.
    var refusal: FileProblem? { state.withLock { $0.csv?.refusal ?? $0.cards?.refusal } }

    /// Passes the next rows to `look`, at most `count`, without making people of them. Returns how many there were; fewer only at the end.
    func skip(_ count: Int64, _ look: (CSVRow) -> Void = { _ in }) throws -> Int64 {
        try state.withLock { state in
            var (passed, row): (Int64, CSVRow) = (0, CSVRow())
            while passed < count {
                if let held = state.held.take() {
                    look(held)
                } else if state.csv?.next(into: &row) == true {
                    look(row)
                } else if state.cards?.next() == nil {
                    guard !state.isOver else { break }
                    try feed(&state)
                    continue
                }
                passed += 1
            }
            state.number += passed
            return passed
        }
    }

    /// The next rows: at most `count` and about `size` bytes; none at the end.
    func rows(_ count: Int, upTo size: Int) throws -> [FileRow] {
        try state.withLock { state in
            var (rows, taken): ([FileRow], Int) = ([], 0)
            while rows.count < count, taken < size {
                guard let next = Self.next(&state) else {
                    guard !state.isOver else { break }
                    try feed(&state)
                    continue
                }
                taken += next.size
                rows.append(next)
            }
            return rows
        }
    }

    private static func next(_ state: inout State) -> FileRow? {
        if let line = state.held.take() ?? state.csv?.next() {
            state.number += 1
            let row = state.people?.read(line) ?? ImportedRow(line: line.line, problems: line.problems)
            return FileRow(number: state.number, row: row, line: line, size: line.size)
        }
        guard let card = state.cards?.next() else { return nil }
        state.number += 1
        return FileRow(number: state.number, row: card, line: nil, size: card.person.size)
    }

    private func feed(_ state: inout State) throws {
        let bytes = try file.read(upTo: Self.chunk)
        guard bytes.isEmpty else {
            state.csv?.feed(bytes)
            state.cards?.feed(bytes)
            return
        }
        state.csv?.finish()
        state.cards?.finish()
        state.isOver = true
    }
}

extension CSVRow {
    fileprivate var size: Int { (0..<count).reduce(count) { sum, column in sum + withCell(at: column) { $0.count } } }
}

extension ImportedPerson {
    /// What is long in a person who is.
    fileprivate var size: Int {
        256 + background.utf8.count + tags.count * 32 + (emails.count + phones.count + addresses.count) * 64
    }
}
