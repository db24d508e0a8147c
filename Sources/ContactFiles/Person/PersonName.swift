/// Takes a full name apart.
package enum PersonName {
    private static let particles: Set<String> = [
        "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "du", "la", "le", "ter", "ten",
        "bin",
        "ibn", "al", "el", "st.", "mc", "zu", "zur", "af", "av",
    ]
    private static let suffixes: Set<String> = [
        "jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "md", "m.d.", "phd", "esq", "esq.", "inc", "inc.", "llc", "ltd",
        "ltd.",
    ]

    /// First and last name: `Last, First`, else the last word with what belongs to it (`van der Berg`, `Smith Jr.`); one word alone is
    /// the first name.
    package static func split(_ name: String) -> (first: String, last: String) {
        let name = FileProblem.trimmed(name)
        if let comma = name.firstIndex(of: ",") {
            let before = FileProblem.trimmed(String(name[..<comma]))
            let after = FileProblem.trimmed(String(name[name.index(after: comma)...]))
            if !suffixes.contains(after.lowercased()) { return (after, before) }
            let parts = split(before)
            return parts.last.isEmpty ? (name, "") : (parts.first, parts.last + ", " + after)
        }
        let words = name.split { $0.isWhitespace }
        guard words.count > 1 else { return (name, "") }
        var start = words.count - 1
        if start > 1, suffixes.contains(words[start].lowercased()) { start -= 1 }
        while start > 1, particles.contains(words[start - 1].lowercased()) { start -= 1 }
        return (words[..<start].joined(separator: " "), words[start...].joined(separator: " "))
    }
}
