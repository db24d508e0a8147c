import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
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

    /// Makes the table of seals where the sealer has not, and gives every event that has none its place.
    func giveSeals() async throws {
        try await gate.database.transaction { sql in
            try sql.run(
                """
                CREATE TABLE IF NOT EXISTS security_seal (
                    sequence BIGINT PRIMARY KEY, event_id \(.identifier) NOT NULL UNIQUE, mac \(.bytes) NOT NULL)
                """)
            let last: Int64 = try sql.row("SELECT MAX(sequence) AS last FROM security_seal")?.optional("last") ?? 0
            let rows = try sql.rows(
                """
                SELECT id FROM security_event
                WHERE NOT EXISTS (SELECT 1 FROM security_seal WHERE event_id = id) ORDER BY id
                """)
            for (index, row) in rows.enumerated() {
                let id: EventID = try row.get("id")
                try sql.run(
                    """
                    INSERT INTO security_seal (sequence, event_id, mac)
                    VALUES (\(last + Int64(index) + 1), \(id), \([UInt8](repeating: 0, count: 32)))
                    """)
            }
        }
    }
}
