import Core
package import Storage

/// Reads the log in the order of its seals, which has no gaps and never changes: what a reader needs to go on where it stopped.
package protocol SealedEventReader: Sendable {
    /// The oldest `limit` events whose place is after `sequence`, in order.
    func events(after sequence: Int64, limit: Int) async throws -> [SealedEvent]
    /// The place of the newest sealed event; 0 when there is none.
    func last() async throws -> Int64
}

/// The sealed log of the database. An event that retention has taken out is passed over.
package struct SealedEvents: SealedEventReader {
    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// One query along the key of the seals.
    package func events(after sequence: Int64, limit: Int) async throws -> [SealedEvent] {
        try await database.rows(
            """
            SELECT sequence, id, type, at, user_id, session_id, ip, user_agent, request_id, detail
            FROM security_seal JOIN security_event ON id = event_id
            WHERE sequence > \(sequence) ORDER BY sequence LIMIT \(limit)
            """
        ).map { row in SealedEvent(sequence: try row.get("sequence"), event: try RecordedEvent(row)) }
    }

    /// One look at the end of the key.
    package func last() async throws -> Int64 {
        try await database.rows("SELECT MAX(sequence) AS last FROM security_seal").first?.optional("last") ?? 0
    }
}
