/// Several values in one cell, so that each comes back as it was: entries with `; ` between them, their parts with `|`, and a backslash
/// before any of these that belongs to a value.
package enum PackedList {
    /// The cell of a list of entries of one part each.
    package static func pack(_ entries: [String]) -> String {
        var cell = ""
        for (index, entry) in entries.enumerated() {
            if index > 0 { cell += "; " }
            cell += escaped(entry)
        }
        return cell
    }

    /// The cell of a list of entries.
    package static func pack(_ entries: [[String]]) -> String {
        entries.map { parts in parts.map(escaped).joined(separator: "|") }.joined(separator: "; ")
    }

    /// The entries of a cell; none for an empty one.
    package static func unpack(_ cell: String) -> [[String]] {
        if cell.isEmpty { return [] }
        var (entries, parts, part): ([[String]], [String], String) = ([], [], "")
        var (isEscaped, isStart) = (false, false)
        for scalar in cell.unicodeScalars {
            if isEscaped {
                part.unicodeScalars.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "|" {
                parts.append(part)
                part = ""
            } else if scalar == ";" {
                entries.append(parts + [part])
                (parts, part, isStart) = ([], "", true)
                continue
            } else if !isStart || scalar != " " {
                part.unicodeScalars.append(scalar)
            }
            // One space behind the semicolon belongs to it.
            isStart = false
        }
        return entries + [parts + [part]]
    }

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "|")
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: isSign) || text.utf8.first == 32 else { return text }
        var result = text.utf8.first == 32 ? "\\" : ""
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar == ";" || scalar == "|" { result.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}
