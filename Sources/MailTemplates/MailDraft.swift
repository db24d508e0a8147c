/// A filled template, taken apart.
struct MailDraft {
    /// What is between two empty lines.
    enum Paragraph {
        case lines([String])
        /// Something to press.
        case link(label: String, url: String)

        /// As the frames name it.
        var fields: [String: Any] {
            switch self {
            case .lines(let lines): ["lines": lines]
            case .link(let label, let url): ["lines": [url], "label": label, "url": url]
            }
        }
    }

    private(set) var subject = ""
    private(set) var paragraphs: [Paragraph] = []

    /// Reads what a template became. No value holds a line break, so each line is the template's own.
    init(_ filled: String) {
        let lines = filled.split(separator: "\n", omittingEmptySubsequences: false).map(Self.trimmed)
        for lines in lines.split(separator: "") {
            if let first = lines.first, first.hasPrefix("Subject: ") {
                subject = String(first.dropFirst("Subject: ".count))
            } else if lines.count == 1, let first = lines.first, let link = Self.link(first) {
                paragraphs.append(link)
            } else {
                paragraphs.append(.lines(Array(lines)))
            }
        }
    }

    /// `[Label](address)`; the address only of the web, whoever made it.
    private static func link(_ line: String) -> Paragraph? {
        guard line.hasPrefix("["), line.hasSuffix(")") else { return nil }
        let label = line.dropFirst().prefix { $0 != "]" }
        let rest = line.dropFirst(label.count + 2)
        guard rest.hasPrefix("(https://") || rest.hasPrefix("(http://") else { return nil }
        return .link(label: String(label), url: String(rest.dropFirst().dropLast()))
    }

    private static func trimmed(_ line: Substring) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
