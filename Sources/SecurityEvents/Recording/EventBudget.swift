import Core
import Storage

/// How many events of one type are written one by one for one source, in a while. What comes past that is counted, and becomes one
/// event with a `count` when the while is over: a flood by strangers is told, and does not bury what else happened.
///
/// The counts lie in the database, so that nodes share them, they survive a crash, and they are kept or lost together with what they count.
/// Every event that is counted costs the same two statements, whoever it is about and whether it is written: so the work tells
/// nobody which addresses have accounts. No decision about a sign-in ever looks here.
package struct EventBudget: Sendable, Hashable {
    /// How many of one type and source are written one by one.
    package var perSource = 20
    /// How long a budget lasts.
    package var span: Duration = .minutes(10)

    package init(perSource: Int = 20, span: Duration = .minutes(10)) {
        self.perSource = perSource
        self.span = span
    }

    /// Whether `event` counts: strangers can cause it, and it came over the network.
    func covers(_ event: Event) -> Bool { event.type.facts.reach != .insiders && event.source.ip != nil }

    /// Whether `event` is written however many there were.
    func alwaysWrites(_ event: Event) -> Bool { event.type.facts.reach == .guarded && event.userID != nil }

    /// When the budget of `moment` ends; the same on every node.
    func end(of moment: Timestamp) -> Timestamp {
        let span = max(span.milliseconds, 1)
        let into = moment.milliseconds % span
        return moment + .milliseconds(span - into)
    }

    /// Whose budget it is: one household or office, however many addresses it has.
    func source(of event: Event) -> String { event.source.ip?.subscriber.description ?? "" }

    /// Counts `event`.
    func charge(_ event: Event) -> SQL {
        let isFolded: SQL = alwaysWrites(event) ? "0 = 1" : "security_event_budget.total >= \(perSource)"
        return """
            INSERT INTO security_event_budget (ends_at, source, type, total, folded)
            VALUES (\(end(of: event.at)), \(source(of: event)), \(event.type.rawValue), 1, 0)
            ON CONFLICT (ends_at, source, type) DO UPDATE SET
                total = security_event_budget.total + 1,
                folded = security_event_budget.folded + CASE WHEN \(isFolded) THEN 1 ELSE 0 END,
                first_folded_at = CASE WHEN \(isFolded) AND security_event_budget.folded = 0 THEN \(event.at)
                    ELSE security_event_budget.first_folded_at END,
                last_folded_at = CASE WHEN \(isFolded) THEN \(event.at) ELSE security_event_budget.last_folded_at END
            """
    }

    /// The row of the budget, if `event` may be written.
    func permission(_ event: Event) -> SQL {
        let isWithin: SQL = alwaysWrites(event) ? "total > 0" : "total <= \(perSource)"
        return """
            FROM security_event_budget WHERE ends_at = \(end(of: event.at)) AND source = \(source(of: event))
                AND type = \(event.type.rawValue) AND \(isWithin)
            """
    }
}
