package import Core

/// Items that are dealt with inside the database alone, such as one that becomes several others: in the transaction that does
/// so, without a lease.
extension Outbox {
    /// Whether an item of `kind` is due.
    package static func hasWaiting(
        _ kind: String, at now: Timestamp, in database: any Database
    ) async throws -> Bool {
        try await !database.rows(
            "SELECT id FROM outbox WHERE state = 'waiting' AND kind = \(kind) AND due_at <= \(now) LIMIT 1"
        ).isEmpty
    }

    /// Up to `limit` items of `kind` that are due, the oldest first. Whoever asks sees to it that nobody else does at the same time.
    package static func waiting(
        _ limit: Int, of kind: String, at now: Timestamp, in sql: any SQLSession
    ) throws -> [OutboxItem] {
        try sql.rows(
            """
            SELECT \(OutboxItem.columns) FROM outbox WHERE state = 'waiting' AND kind = \(kind) AND due_at <= \(now)
            ORDER BY due_at, id LIMIT \(limit)
            """
        ).map(OutboxItem.init)
    }

    /// The item is done with, if and only if the transaction behind `sql` is committed.
    package static func settle(_ id: OutboxID, at now: Timestamp, in sql: any SQLSession) throws {
        try sql.run(
            """
            UPDATE outbox SET state = 'sent', payload = NULL, settled_at = \(now), leased_until = NULL, last_error = NULL
            WHERE id = \(id)
            """)
    }
}
