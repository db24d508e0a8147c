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

/// How long an event is kept, measured by `SECURITY_LOG_RETENTION_DAYS`, which no event outlives.
package enum RetentionClass: String, Sendable, CaseIterable {
    /// All of that time.
    case ordinary
    /// A third of it: what happens by the thousand on a quiet day, and tells little a month later.
    case routine

    /// How much of the whole time it is.
    func life(of whole: Duration) -> Duration {
        switch self {
        case .ordinary: whole
        case .routine: whole / 3
        }
    }
}

/// Who can bring an event about.
package enum EventReach: String, Sendable, CaseIterable {
    /// Whoever has signed in, or shown a credential; or the server itself.
    case insiders
    /// Anybody on the Internet, as often as they like: counted against the budgets of ``EventBudget``.
    case anybody
    /// Anybody, but about one account only as often as the gate lets them: what is about an account is always written, and
    /// only what is about no account is counted against the budget.
    case guarded
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
    package let retention: RetentionClass
    package let reach: EventReach

    init(
        _ severity: EventSeverity, _ category: EventCategory, _ owaspName: String, _ visibility: EventVisibility,
        _ summary: String, kept retention: RetentionClass = .ordinary, by reach: EventReach = .insiders
    ) {
        self.severity = severity
        self.category = category
        self.owaspName = owaspName
        self.visibility = visibility
        self.summary = summary
        self.retention = retention
        self.reach = reach
    }
}
