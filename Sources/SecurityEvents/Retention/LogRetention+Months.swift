import Core
import Storage

/// Drops whole months on PostgreSQL: the space is free at once, and nobody waits while rows are deleted.
///
/// The same transaction says that the log begins after them. Their seals and checkpoints are of no use any more; they are
/// deleted afterwards in small transactions, now or after a restart.
extension LogRetention {
    /// The most events of other months that one transaction takes along: those that share a batch with the last of the month.
    private static var mostBeside: Int { 2_000 }
    /// How many seals are swept together.
    private static var sweep: Int64 { 5_000 }

    /// Drops the months that are wholly too old, the oldest first, and sweeps up after them. How many events went.
    func dropMonths(most: Int) async throws -> Int {
        var gone = 0
        if database.dialect == .postgres {
            let bound = EventMonth(of: horizon).lowest
            let parts = try await database.rows(EventPart.query).map(EventPart.init)
            for part in parts.prefix(while: { $0.past <= bound }) {
                guard let count = try await drop(part) else { break }
                gone += count
            }
        }
        for _ in 0..<most {
            let isMore = try await database.transaction { sql in try Self.sweepUp(in: sql) }
            if !isMore { break }
        }
        return gone
    }

    private func drop(_ part: EventPart) async throws -> Int? {
        do {
            return try await database.transaction { [self] sql in try drop(part, in: sql) }
        } catch StorageError.timedOut {
            // A long read holds the table. Waiting on would make all others wait behind us.
            return nil
        }
    }

    /// Drops `part` when all of it is sealed and every batch up to its last event is too old; how many events went. `nil` when it has to stay,
    /// and its batches go one by one as their time comes.
    private func drop(_ part: EventPart, in sql: any SQLSession) throws -> Int? {
        let log = try SealedLog.held(in: sql)
        try sql.run(EventMonths.patience)
        // It looks at each row, while only the sealing waits.
        try sql.run("SET LOCAL statement_timeout = 0")
        guard try sql.rows(EventPart.query).map(EventPart.init).first == part, let key = keys.active() else {
            return nil
        }
        // From here on nothing comes into the part that would not be seen below.
        _ = try sql.rows("SELECT security_event_hold_part(\(part.name))")
        let content = try sql.row(
            """
            SELECT COUNT(*) AS events, COUNT(s.sequence) AS sealed, MIN(s.sequence) AS first, MAX(s.sequence) AS last
            FROM security_event e LEFT JOIN security_seal s ON s.event_id = e.id WHERE \(part.holds("e.id"))
            """)
        guard let content else { return nil }
        let events: Int = try content.get("events")
        guard try content.get("sealed") == events else { return nil }
        var beside: [EventID] = []
        if let first: Int64 = try content.optional("first"), let last: Int64 = try content.optional("last") {
            guard first >= log.firstSequence, let end = try endOfOld(log, past: last, in: sql) else { return nil }
            beside = try Self.besides(part, upTo: end, log, in: sql)
            guard beside.count <= Self.mostBeside else { return nil }
            try SealedLog.begin(at: end + 1, under: key, in: sql)
        }
        try SealedLog.opened(for: .pruning, in: sql) {
            for start in stride(from: 0, to: beside.count, by: Self.batch) {
                let list = beside[start..<min(start + Self.batch, beside.count)].map { "\($0)" as SQL }
                try sql.run("DELETE FROM security_event WHERE id IN (\(list.joined(separator: ", ")))")
            }
            _ = try sql.rows("SELECT security_event_drop_part(\(part.name))")
        }
        return events + beside.count
    }

    /// The end of the batch that `last` lies in, if that and all before it are too old.
    private func endOfOld(_ log: SealedLog, past last: Int64, in sql: any SQLSession) throws -> Int64? {
        let end: Int64? = try sql.row(
            "SELECT MIN(last_sequence) AS n FROM security_checkpoint WHERE last_sequence >= \(last)")?.optional("n")
        guard let end else { return nil }
        let young = try sql.row(
            """
            SELECT 1 AS found FROM security_checkpoint
            WHERE sealed_at >= \(horizon) AND last_sequence BETWEEN \(log.firstSequence) AND \(end) LIMIT 1
            """)
        return young == nil ? end : nil
    }

    /// The events of other parts whose batches go as well.
    private static func besides(
        _ part: EventPart, upTo end: Int64, _ log: SealedLog, in sql: any SQLSession
    ) throws -> [EventID] {
        try sql.rows(
            """
            SELECT e.id FROM security_seal s JOIN security_event e ON e.id = s.event_id
            WHERE s.sequence BETWEEN \(log.firstSequence) AND \(end) AND NOT (\(part.holds("s.event_id")))
            LIMIT \(mostBeside + 1)
            """
        ).map { try $0.get("id") }
    }

    /// Deletes some of the seals and checkpoints before the beginning of the log; whether there may be more.
    private static func sweepUp(in sql: any SQLSession) throws -> Bool {
        let log = try SealedLog.held(in: sql)
        // A seal that has an event was put there by somebody, and stays for the verification to find.
        let oldest: Int64? = try sql.row(
            """
            SELECT s.sequence FROM security_seal s WHERE s.sequence < \(log.firstSequence)
                AND NOT EXISTS (SELECT 1 FROM security_event e WHERE e.id = s.event_id)
            ORDER BY s.sequence LIMIT 1
            """)?.get("sequence")
        guard let oldest else { return false }
        let through = min(oldest + sweep, log.firstSequence) - 1
        try SealedLog.opened(for: .pruning, in: sql) {
            try sql.run(
                """
                DELETE FROM security_seal WHERE sequence BETWEEN \(oldest) AND \(through)
                    AND NOT EXISTS (SELECT 1 FROM security_event e WHERE e.id = security_seal.event_id)
                """)
            try sql.run("DELETE FROM security_checkpoint WHERE last_sequence <= \(through)")
        }
        return through + 1 < log.firstSequence
    }
}
