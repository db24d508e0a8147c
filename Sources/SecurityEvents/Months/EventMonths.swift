package import Core
package import Storage

/// Makes the monthly partitions of the security log on PostgreSQL in advance, so that old events can be dropped a month at a time. SQLite has
/// one table and needs none of it.
///
/// Nothing fails when it is late: an event without a partition for its month is kept in the default partition, and is moved when its month is made.
package struct EventMonths: Sendable {
    /// How many months after the present one are ready.
    package static let ahead = 3
    /// How long to wait for a lock on the table, in milliseconds: whoever comes later waits behind it. The next round tries again.
    static let patience: SQL = "SET LOCAL lock_timeout = 1000"

    private let database: any Database
    private let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// Makes the months that are missing; how many those were. Safe when several nodes do so at once.
    ///
    /// Throws ``StorageError/timedOut`` when somebody holds the table for long; then the months made before that stay.
    @discardableResult package func prepare() async throws -> Int {
        guard database.dialect == .postgres else { return 0 }
        let wanted = EventMonth(of: world.now()).andNext(Self.ahead)
        let parts = try await database.rows(EventPart.query).map(EventPart.init)
        var made = 0
        for month in wanted where !parts.contains(where: { $0.covers(month) }) {
            let isMade = try await database.transaction { sql in try Self.make(month, in: sql) }
            if isMade { made += 1 }
        }
        return made
    }

    private static func make(_ month: EventMonth, in sql: any SQLSession) throws -> Bool {
        // Whoever holds this row is the only one who makes or drops parts. Nobody waits behind us yet, so there is no hurry.
        _ = try SealedLog.held(in: sql)
        try sql.run(patience)
        let parts = try sql.rows(EventPart.query).map(EventPart.init)
        guard !parts.contains(where: { $0.covers(month) }) else { return false }
        // Opened because rows leave the part for the rest, though never the log.
        try SealedLog.opened(for: .pruning, in: sql) {
            _ = try sql.rows("SELECT security_event_add_part(\(month.partName), \(month.lowest), \(month.next.lowest))")
        }
        return true
    }
}
