import Core
import Storage

/// The ends of the log, read in one unchanging picture, and whether they fit each other.
struct LogFrame: Sendable {
    let log: SealedLog
    private let lastCheckpoint: Checkpoint?
    private let strayAfter: [(sequence: Int64, event: EventID)]
    private let strayBefore: [(sequence: Int64, event: EventID)]
    /// Every event with a smaller identity has its seal, or was inserted.
    let insertedBefore: EventID
    /// How many sealed events are not older than that.
    let sealedAfterBound: Int

    static func read(from database: any Database) async throws -> LogFrame {
        try await database.read { sql in
            let log = try SealedLog.standing(in: sql)
            let last = try sql.row(
                "SELECT \(Checkpoint.columns) FROM security_checkpoint ORDER BY last_sequence DESC LIMIT 1")
            let horizon = log.sealedAt - Sealer.patience
            let bound = EventID(at: max(horizon, Timestamp(milliseconds: 0)), random: [])
            let young: Int =
                try sql.row(
                    """
                    SELECT COUNT(*) AS n FROM security_seal s JOIN security_event e ON e.id = s.event_id
                    WHERE s.event_id >= \(bound) AND s.sequence BETWEEN \(log.firstSequence) AND \(log.sequence)
                    """
                )?.get("n") ?? 0
            return LogFrame(
                log: log, lastCheckpoint: try last.map(Checkpoint.init),
                strayAfter: try strays("sequence > \(log.sequence)", in: sql),
                // Those without an event are what retention has still to sweep up.
                strayBefore: try strays(
                    """
                    sequence < \(log.firstSequence)
                    AND EXISTS (SELECT 1 FROM security_event e WHERE e.id = security_seal.event_id)
                    """, in: sql),
                insertedBefore: bound,
                sealedAfterBound: young)
        }
    }

    private static func strays(_ condition: SQL, in sql: any SQLSession) throws -> [(sequence: Int64, event: EventID)] {
        try sql.rows("SELECT sequence, event_id FROM security_seal WHERE \(condition) ORDER BY sequence LIMIT 100").map
        {
            (try $0.get("sequence"), try $0.get("event_id"))
        }
    }

    func findings(keys: AuditKeys) -> [AuditFinding] {
        var findings: [AuditFinding] = []
        if !beginsRightly(keys) { findings.append(.beginningCutOff(first: log.firstSequence)) }
        findings += (strayBefore + strayAfter).map { .inserted(event: $0.event, sequence: $0.sequence) }
        let reached = lastCheckpoint?.lastSequence ?? log.firstSequence - 1
        if reached != log.sequence {
            findings.append(.cutOff(after: min(reached, log.sequence), expected: max(reached, log.sequence)))
        } else if let lastCheckpoint, lastCheckpoint.headMAC != log.mac {
            findings.append(.checkpointChanged(last: log.sequence))
        }
        return findings
    }

    private func beginsRightly(_ keys: AuditKeys) -> Bool {
        guard let id = log.firstKeyID, let mac = log.firstMAC else { return log.firstSequence == 1 }
        guard let key = keys.named(id) else { return false }
        var code = SealCode(key)
        return code.start(log.firstSequence) == mac
    }
}
