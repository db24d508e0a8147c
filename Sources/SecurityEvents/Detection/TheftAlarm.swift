package import Core
package import Storage

/// Finds out whether an alarm of theft was likely false: the token was not stolen, but its own client has used it twice. For the count of
/// false alarms.
///
/// An alarm is *likely false* when two things hold. The reused token was presented from the same network and with the same browser as the exchange that
/// had used it up: with a thief elsewhere the two would differ. And within ``span`` somebody signs in from there, with all that a sign-in asks for:
/// a thief who has nothing but a token cannot. It is a figure for the operator and changes nothing about
/// what an alarm does: a thief in the same office with the same browser looks like this too.
package enum TheftAlarm {
    /// How soon after the alarm a sign-in tells something about it.
    package static let span: Duration = .minutes(30)

    /// Whether the exchange that the event `exchange` tells of came from the network and browser of `source`. `false` when the log does not
    /// know.
    package static func isOneClient(
        _ exchange: EventID?, and source: RequestSource, in sql: any SQLSession
    ) throws -> Bool {
        guard let exchange else { return false }
        let row = try sql.row("SELECT ip, user_agent FROM security_event WHERE id = \(exchange)")
        return try row.map { try isOneClient($0, source) } ?? false
    }

    /// The alarm about `account` that a sign-in from `source` at `now` shows to be likely false; `nil` when there is none, or when it was told
    /// already. The caller holds the account, so of two sign-ins only one is told.
    package static func likelyFalse(
        about account: AccountID, signedInFrom source: RequestSource, at now: Timestamp, in sql: any SQLSession
    ) throws -> EventID? {
        // Identities are in the order of time, so the index leads to the last half hour of this person alone.
        let earliest = EventID(at: now - span, random: [])
        let rows = try sql.rows(
            """
            SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail FROM security_event
            WHERE user_id = \(account) AND id >= \(earliest)
                AND type IN (\(EventType.tokenTheftDetected.rawValue), \(EventType.tokenTheftLikelyFalse.rawValue))
            ORDER BY id DESC LIMIT 1
            """)
        guard let row = rows.first else { return nil }
        let last = try RecordedEvent(row)
        guard last.type == EventType.tokenTheftDetected.rawValue, last.detail["sameClient"] == "true",
            try isOneClient(row, source)
        else { return nil }
        return last.id
    }

    private static func isOneClient(_ row: Row, _ source: RequestSource) throws -> Bool {
        guard let text: String = try row.optional("ip"), let network = IPAddress(text)?.subscriber else { return false }
        return try network == source.ip?.subscriber && row.get("user_agent", as: String.self) == source.userAgent
    }
}
