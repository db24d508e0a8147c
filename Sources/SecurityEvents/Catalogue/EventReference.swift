/// Writes the catalogue down for people: `docs/events.md`.
///
/// Made from the catalogue itself, so that no event can be added without being documented.
package enum EventReference {
    /// The page: a table for each category.
    package static var markdown: String {
        var lines = [
            "# Security events", "",
            "<!-- Generated from the source: GATEHOUSE_WRITE_DOCS=1 swift test --filter 'event reference'. -->", "",
            "Every event that the security log can hold. The list is closed: nothing else is ever written, and a name is never used for",
            "something else.", "",
            "- **OWASP**: the name in the OWASP Logging Vocabulary, for a reader that collects from many products.",
            "- **seen by**: owners and admins see everything; *the person* means that whoever it concerns sees it as well.",
            "- **kept**: `ordinary` for `SECURITY_LOG_RETENTION_DAYS`, `routine` for a third of that.",
            "- **folded**: strangers can cause it as often as they like, so many from one source, or very many from all, become one event with a",
            "  `count`; see [the audit log](audit.md).",
        ]
        for category in EventCategory.allCases {
            lines += ["", "## \(category.rawValue)", ""]
            lines += [
                "| type | severity | OWASP | seen by | kept | folded | what it tells |",
                "|---|---|---|---|---|---|---|",
            ]
            lines += EventType.allCases.filter { $0.category == category }.map(row)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ type: EventType) -> String {
        let facts = type.facts
        let cells = [
            "`\(type.rawValue)`", facts.severity.rawValue, "`\(facts.owaspName)`", facts.visibility.words,
            facts.retention.rawValue, facts.reach.words, facts.summary,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }
}

extension EventReach {
    fileprivate var words: String {
        switch self {
        case .insiders: ""
        case .anybody: "yes"
        case .guarded: "about strangers"
        }
    }
}

extension EventVisibility {
    fileprivate var words: String {
        switch self {
        case .concerned: "the person"
        case .administrators: "admins"
        }
    }
}
