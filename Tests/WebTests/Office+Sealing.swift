import Core
import Identity
import SecurityEvents
import Storage

extension Office {
    /// Seals what was recorded since the last time, as the sealer does: in the order of writing, in one transaction.
    func seal() async throws {
        try await gate.database.transaction { sql in
            let counted: Int64 = try sql.row("SELECT sequence FROM event_rollup WHERE id = 1")?.get("sequence") ?? 0
            let rows = try sql.rows(
                """
                SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail FROM security_event
                ORDER BY id
                """)
            let events = try rows.enumerated().map { index, row in
                SealedEvent(sequence: Int64(index) + 1, event: try RecordedEvent(row))
            }
            try EventRollup().follow(events.filter { $0.sequence > counted }, in: sql)
        }
    }
}
