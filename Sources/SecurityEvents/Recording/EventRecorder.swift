import Core
package import Storage

/// Writes events, always in the transaction of the change that they tell of: there is no event without its change and
/// no change without its event, whatever crashes in between.
package struct EventRecorder: Sendable {
    private let isEnabled: Bool
    private let followers: [any EventFollower]
    private let budget: EventBudget?

    /// A recorder; one that is not enabled (`ENABLE_SECURITY_EVENT_LOGGING=false`) writes nothing. `followers` act on every event
    /// that is written. `budget` says how many events that strangers cause are written one by one; without it all are.
    package init(isEnabled: Bool = true, followers: [any EventFollower] = [], budget: EventBudget? = nil) {
        self.isEnabled = isEnabled
        self.followers = followers
        self.budget = budget
    }

    /// Writes `event` in the transaction behind `session`, or counts it when the ``EventBudget`` of its source, or of all of them, is used up.
    package func record(_ event: Event, in session: any SQLSession) throws {
        guard isEnabled else { return }
        guard let budget, budget.covers(event) else { return try recordUncounted(event, in: session) }
        for charge in budget.charges(event) { try session.run(charge) }
        // Always asked, so that an event costs the same three statements whether it is written or not.
        let isWritten =
            try session.changes(
                Self.insertion + "SELECT \(Self.values(event, user: "\(event.userID)")) \(budget.permission(event))")
            > 0
        guard isWritten else { return }
        for follower in followers { try follower.follow(event, in: session) }
    }

    /// Writes `event` whatever its source has done before.
    func recordUncounted(_ event: Event, in session: any SQLSession) throws {
        guard isEnabled else { return }
        try session.run(Self.insertion + "VALUES (\(Self.values(event, user: "\(event.userID)")))")
        for follower in followers { try follower.follow(event, in: session) }
    }

    /// The statements that write `event` once for the row of `table` that fulfils `condition`, about the user whom that row names
    /// in its column `user_id`, and what follows it.
    ///
    /// For a batch, where an earlier statement decides whether the thing happened at all: no row, no event. Empty when events are
    /// switched off.
    package func statements(_ event: Event, from table: SQL, where condition: SQL) -> [SQL] {
        guard isEnabled else { return [] }
        return [
            Self.insertion
                + "SELECT \(Self.values(event, user: "\(table).user_id")) FROM \(table) WHERE \(condition)"
        ] + followers.flatMap { $0.statements(following: event) }
    }

    private static let insertion: SQL = """
        INSERT INTO security_event
            (id, type, at, user_id, session_id, ip, user_agent, request_id, detail)

        """

    private static func values(_ event: Event, user: SQL) -> SQL {
        """
        \(event.id), \(event.type.rawValue), \(event.at), \(user), \(event.sessionID),
        \(event.source.ip?.description), \(event.source.userAgent), \(event.source.requestID), \(event.detailJSON)
        """
    }
}
