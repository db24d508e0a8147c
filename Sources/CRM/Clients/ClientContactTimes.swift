package import Accounts
package import Core
package import Storage

/// Since when, and when last, somebody of the brokerage spoke with a client, beside what else the client is sought by: whoever keeps the timelines tells
/// it. A client whom somebody has to speak with is found along an index of whose client it is.
package enum ClientContactTimes {
    /// Holds for every client. A statement has to say so to read ``migration``'s second index, which so never stands in for the narrower ones of lists.
    private static let isAny: SQL = "version > 0"

    static let migration = Migration(
        180, "contact with clients",
        [
            "ALTER TABLE client ADD COLUMN first_contact_at BIGINT",
            "ALTER TABLE client ADD COLUMN last_contact_at BIGINT",
            """
            CREATE INDEX client_waiting ON client (assigned_to, created_at, id)
                WHERE deleted_at IS NULL AND first_contact_at IS NULL
            """,
            """
            CREATE INDEX client_by_contact ON client (assigned_to, stage, COALESCE(last_contact_at, created_at), id)
                WHERE deleted_at IS NULL AND \(isAny)
            """,
        ])

    /// Somebody spoke with the client at `moment`. The version stays: nothing was changed that somebody else could be editing.
    package static func note(_ id: ClientID, at moment: Timestamp, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE client SET
                first_contact_at = CASE WHEN first_contact_at <= \(moment) THEN first_contact_at ELSE \(moment) END,
                last_contact_at = CASE WHEN last_contact_at >= \(moment) THEN last_contact_at ELSE \(moment) END
            WHERE id = \(id) AND (first_contact_at IS NULL OR first_contact_at > \(moment) OR last_contact_at < \(moment))
            """)
    }

    /// Writes both anew; `nil` where nobody spoke with the client.
    package static func write(
        _ id: ClientID, first: Timestamp?, last: Timestamp?, in session: any SQLSession
    ) throws {
        try session.run("UPDATE client SET first_contact_at = \(first), last_contact_at = \(last) WHERE id = \(id)")
    }

    /// The clients of `scope`'s own that came at `since` or later and with whom nobody spoke yet, the newest first.
    package static func waiting(_ scope: Scope, since: Timestamp, limit: Int) -> SQL {
        """
        SELECT id, first_name, last_name, stage, source, created_at FROM client
        WHERE assigned_to = \(scope.userID) AND deleted_at IS NULL AND first_contact_at IS NULL AND created_at >= \(since)
        ORDER BY created_at DESC, id DESC \(.limit(limit))
        """
    }

    /// The clients of `scope`'s own with whom nobody spoke for the interval of their stage, the longest first. Who was never spoken with counts from
    /// when they came. `nil` where no stage has an interval.
    package static func neglected(
        _ scope: Scope, _ intervals: [StageInterval], at now: Timestamp, limit: Int
    ) -> SQL? {
        guard !intervals.isEmpty else { return nil }
        let parts = intervals.map { interval in
            """
            SELECT * FROM (SELECT id, first_name, last_name, stage, last_contact_at,
                    COALESCE(last_contact_at, created_at) AS since
                FROM client WHERE assigned_to = \(scope.userID) AND stage = \(interval.stage) AND deleted_at IS NULL AND \(isAny)
                    AND COALESCE(last_contact_at, created_at) < \(now - .days(interval.days))
                ORDER BY COALESCE(last_contact_at, created_at), id \(.limit(limit))) AS part
            """ as SQL
        }
        return """
            SELECT * FROM (\(parts.joined(separator: " UNION ALL "))) AS neglected ORDER BY since, id \(.limit(limit))
            """
    }
}
