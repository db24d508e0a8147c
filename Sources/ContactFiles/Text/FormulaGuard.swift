/// The apostrophe with which a CSV of ours keeps a spreadsheet from computing a cell, put on and taken off so that each text comes back.
///
/// The writer of the file puts it before what begins like a formula. A text that begins with apostrophes and goes on like a formula would
/// look the same, so it gets one more here; and of whatever looks guarded, exactly one is taken off.
enum FormulaGuard {
    /// The text that a cell of ours stands for.
    static func unguarded(_ text: String) -> String {
        looksGuarded(text) ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// Whether a text is one to which an apostrophe is added before it is handed to the writer, which guards formulas itself.
    static func looksGuarded(_ text: String) -> Bool {
        guard text.utf8.first == UInt8(ascii: "'"), let sign = text.utf8.first(where: { $0 != UInt8(ascii: "'") })
        else { return false }
        return "=+-@\t\r".utf8.contains(sign)
    }
}
