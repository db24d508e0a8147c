/// The CSV in which rows that were not imported go back to whoever sent them, to be mended and sent again: their own columns, behind two of
/// ours. A cell that a spreadsheet would compute has an apostrophe in front, which is taken off when the file comes again.
package enum ReturnedRows {
    private static let columns = ["Import Row", "Import Problem"]

    /// The header, for a file that had the columns `names`.
    package static func header(_ names: [String]) -> [String] {
        isReturned(names) ? names : columns + names
    }

    /// The cells of a line, for a writer that puts an apostrophe before formulas itself (`CSVWriter`).
    package static func line(row: Int, problem: String, cells: [String], header: [String]) -> [String] {
        // Of a file that came back before, our columns are the first two cells.
        let theirs = isReturned(header) ? Array(cells.dropFirst(2)) : cells
        return [String(row), problem] + theirs.map { FormulaGuard.looksGuarded($0) ? "'" + $0 : $0 }
    }

    /// Whether a file with this header is one of these.
    package static func isReturned(_ header: [String]) -> Bool { header.starts(with: columns) }

    /// The columns of `header` that came from whoever sent the file.
    package static func original(_ header: [String]) -> [String] {
        isReturned(header) ? Array(header.dropFirst(columns.count)) : header
    }
}
