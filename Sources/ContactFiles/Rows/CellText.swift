/// Reads the several values that one cell may hold.
package enum CellText {
    /// The addresses of a cell: `a@x.com; b@x.com`, `a@x.com ::: b@x.com`, `Ann <a@x.com>`. What is no address stays as it is, so that
    /// whoever checks it can name it.
    static func emails(_ cell: String) -> [String] {
        if !cell.utf8.contains(where: { maySeparate($0) || $0 == 0x3C || $0 == 0x20 || $0 == 9 }) {
            return cell.isEmpty ? [] : [cell]
        }
        return split(joined(cell), at: ";,\n").flatMap { piece -> [String] in
            let words = piece.split { $0.isWhitespace }
            let addresses = words.filter { $0.contains("@") && $0.first != "@" && $0.last != "@" }
            guard words.count > 1, !addresses.isEmpty else { return [bare(Substring(piece))] }
            return addresses.map(bare)
        }
    }

    /// The numbers of a cell. It is only taken apart where each part could be dialled: `202 555 0143 x5` and `;ext=12` are one number.
    static func phones(_ cell: String) -> [String] {
        if cell.isEmpty { return [] }
        if !cell.utf8.contains(where: { maySeparate($0) }) { return [cell] }
        return cell.split(separator: ":::").flatMap { piece -> [String] in
            let whole = FileProblem.trimmed(String(piece))
            let parts = split(whole, at: ";,/\n|")
            let areNumbers = parts.count > 1 && parts.allSatisfy { $0.utf8.count { (48...57).contains($0) } >= 7 }
            return areNumbers ? parts : whole.isEmpty ? [] : [whole]
        }
    }

    private static func maySeparate(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x3B, 0x2C, 0x2F, 0x0A, 0x0D, 0x7C, 0x3A: true
        default: byte >= 0x80
        }
    }

    /// The tags of a cell. Google marks its own groups with `* `: they are none of the person's.
    static func tags(_ cell: String, in dialect: Dialect) -> [String] {
        if cell.isEmpty { return [] }
        if dialect == .google {
            return split(joined(cell), at: ";").map { $0 }.filter { !$0.hasPrefix("* ") }
        }
        let separators = dialect.tagSeparators
        return cell.split { separators.contains($0) }.map { FileProblem.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// Yes or no, in the words of programs and people; `nil` for anything else.
    package static func choice(_ cell: String) -> Bool? {
        switch cell.lowercased() {
        case "yes", "y", "true", "t", "1", "x", "on", "checked", "ja", "sí", "si", "oui": true
        case "no", "n", "false", "f", "0", "off", "unchecked", "nein", "non": false
        default: nil
        }
    }

    /// The text on one line.
    static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 10 || $0 == 13 }) else { return text }
        return split(text, at: "\n").joined(separator: ", ")
    }

    private static func joined(_ cell: String) -> String {
        cell.split(separator: ":::").joined(separator: ";")
    }

    private static func split(_ text: String, at separators: String) -> [String] {
        text.split { separators.contains($0) || (separators.contains("\n") && $0.isNewline) }
            .map { FileProblem.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    private static func bare(_ text: Substring) -> String {
        guard let open = text.lastIndex(of: "<") else { return String(text) }
        return FileProblem.trimmed(String(text[text.index(after: open)...].prefix { $0 != ">" }))
    }
}
