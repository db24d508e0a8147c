/// How loud an event is.
package enum EventSeverity: String, Sendable, CaseIterable {
    /// The ordinary course of a day.
    case info
    /// Worth a look when there are many.
    case warning
    /// Worth waking somebody.
    case critical
}

/// What an event is about.
package enum EventCategory: String, Sendable, CaseIterable {
    /// Somebody gets in, or does not.
    case authentication
    /// Sessions and their tokens.
    case session
    /// Accounts and the team.
    case account
    /// Passwords and second factors.
    case credentials
    /// Data that leaves.
    case data
    /// Requests as such.
    case traffic
    /// The watch itself.
    case monitoring
}

/// Who may see an event besides owner and admin, who see all.
package enum EventVisibility: String, Sendable, CaseIterable {
    /// The person whom it concerns.
    case concerned
    /// Nobody: it tells of strangers or of the server.
    case administrators
}

/// What the catalogue knows of a type of event.
package struct EventFacts: Sendable, Hashable {
    package let severity: EventSeverity
    package let category: EventCategory
    /// The name in the OWASP Logging Vocabulary.
    package let owaspName: String
    package let visibility: EventVisibility
    /// What it tells, in a sentence.
    package let summary: String

    init(
        _ severity: EventSeverity, _ category: EventCategory, _ owaspName: String, _ visibility: EventVisibility,
        _ summary: String
    ) {
        self.severity = severity
        self.category = category
        self.owaspName = owaspName
        self.visibility = visibility
        self.summary = summary
    }
}
