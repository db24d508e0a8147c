/// How much of a CSV file is believed: what is over a bound becomes a problem and never memory.
package struct CSVOptions: Sendable, Hashable {
    /// What stands between cells; `nil` looks at the file.
    package var delimiter: UInt8?
    /// A row of more bytes is refused; a quote that is not closed within them was never one.
    package var longestRow = 1024 * 1024
    /// A cell of more bytes refuses its row.
    package var longestCell = 512 * 1024
    /// A file with more columns is refused.
    package var mostColumns = 500

    package init(delimiter: UInt8? = nil) { self.delimiter = delimiter }
}
