package import Core
package import Storage

/// How many sessions are open, and how long those lasted that have ended: for the dashboard, at a cost that does not grow with history.
///
/// A session that has ended is *settled* once: its length goes into the figures of the hour in which it ended, and it leaves the index of those
/// that may be open. So both figures are read from as many rows as there are open sessions, and hours in the window.
package struct SessionFigures: Sendable {
    /// How long after its end a session is settled: by then every node has written its activity down.
    package static let patience: Duration = .minutes(5)
    private static let sessionsPerTransaction = 1_000

    private let database: any Database
    private let world: World
    private let clocks: SessionClocks

    package init(database: any Database, world: World, clocks: SessionClocks) {
        self.database = database
        self.world = world
        self.clocks = clocks
    }

    /// What the dashboard says about sessions.
    package struct Reading: Sendable, Hashable {
        /// Open now.
        package let active: Int64
        /// From sign-in to the last request, of the sessions that ended in the span; `nil` when none did.
        package let averageSeconds: Int64?

        package init(active: Int64, averageSeconds: Int64?) {
            self.active = active
            self.averageSeconds = averageSeconds
        }
    }

    /// The sessions open now, and the length of those that ended not before `from` and before `to`, which are whole hours.
    package func read(from: Timestamp, to: Timestamp) async throws -> Reading {
        let (now, clocks) = (world.now(), clocks)
        return try await database.read { sql in
            let open = try sql.row(
                "SELECT COUNT(*) AS n FROM session WHERE settled_at IS NULL AND \(SessionTable.isOpen(at: now, clocks))"
            )
            let ended = try sql.row(
                """
                SELECT CAST(SUM(ended) AS BIGINT) AS ended, CAST(SUM(milliseconds) AS BIGINT) AS milliseconds
                FROM session_hour WHERE hour >= \(from) AND hour < \(to)
                """)
            let count: Int64 = try ended?.optional("ended") ?? 0
            let milliseconds: Int64 = try ended?.optional("milliseconds") ?? 0
            return Reading(
                active: try open?.get("n") ?? 0,
                averageSeconds: count > 0 ? (milliseconds / count + 500) / 1000 : nil)
        }
    }

    /// Settles the sessions that have ended since the last time, a thousand in a transaction; how many those were.
    ///
    /// Two nodes may do so at once: the conditional `UPDATE` gives each session to one of them.
    @discardableResult
    package func settle() async throws -> Int {
        let (now, clocks) = (world.now(), clocks)
        let past = now - Self.patience
        var settled = 0
        while true {
            let batch = try await database.transaction { sql in
                let rows = try sql.rows(
                    """
                    UPDATE session SET settled_at = \(now)
                    WHERE settled_at IS NULL AND id IN (
                        SELECT id FROM session
                        WHERE settled_at IS NULL AND (revoked_at <= \(past) OR absolute_expiry <= \(past)
                            OR refresh_expiry <= \(past) OR last_active_at <= \(clocks.idleCutoff(at: past)))
                        ORDER BY created_at LIMIT \(Self.sessionsPerTransaction))
                    RETURNING created_at, last_active_at, revoked_at, absolute_expiry, refresh_expiry
                    """)
                try Self.add(try rows.map { try Ended($0, clocks) }, in: sql)
                return rows.count
            }
            settled += batch
            if batch < Self.sessionsPerTransaction { return settled }
        }
    }

    /// Forgets hours that no dashboard looks back to.
    package func prune() async throws {
        let horizon = world.now() - .days(400)
        _ = try await database.batch(["DELETE FROM session_hour WHERE hour < \(horizon)"])
    }

    /// A session that is over.
    private struct Ended {
        let hour: Timestamp
        let milliseconds: Int64

        init(_ row: Row, _ clocks: SessionClocks) throws {
            let createdAt: Timestamp = try row.get("created_at")
            let lastActiveAt: Timestamp = try row.get("last_active_at")
            let ranOut: Timestamp = min(
                try row.get("absolute_expiry"), try row.get("refresh_expiry"),
                clocks.idle.map { lastActiveAt + $0 } ?? SessionClocks.never)
            // Ending one that had run out already changes nothing.
            let end = min(try row.optional("revoked_at") ?? ranOut, ranOut)
            hour = end.rounded(downTo: .hours(1))
            milliseconds = max(0, (lastActiveAt - createdAt).milliseconds)
        }
    }

    private static func add(_ sessions: [Ended], in sql: any SQLSession) throws {
        guard !sessions.isEmpty else { return }
        let hours = Dictionary(grouping: sessions, by: \.hour).sorted { $0.key < $1.key }
        let rows = hours.map { hour, ended in
            "(\(hour), \(ended.count), \(ended.reduce(0) { $0 + $1.milliseconds }))" as SQL
        }
        try sql.run(
            """
            INSERT INTO session_hour (hour, ended, milliseconds) VALUES \(rows.joined(separator: ", "))
            ON CONFLICT (hour) DO UPDATE SET
                ended = session_hour.ended + excluded.ended,
                milliseconds = session_hour.milliseconds + excluded.milliseconds
            """)
    }
}
