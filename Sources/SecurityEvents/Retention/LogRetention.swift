package import Core
package import Storage

/// Forgets what is too old, and leaves the rest provable.
///
/// Only what is sealed is ever pruned, and by the moment of its sealing, which is authenticated. Routine events go first and leave their
/// leaf in their seal (``SealRemnant``). A batch that is wholly too old goes with its seals and its checkpoint, always the oldest first,
/// and the log says under its key where it begins now. On PostgreSQL a month that is wholly too old goes as one, before that.
package struct LogRetention: Sendable {
    /// The most events of one transaction: others wait no longer than for that.
    static let batch = 500

    let database: any Database
    let world: World
    let keys: AuditKeys
    /// How long the ordinary event is kept.
    let life: Duration

    /// What was sealed before this is too old.
    var horizon: Timestamp { world.now() - RetentionClass.ordinary.life(of: life) }

    package init(database: any Database, world: World, keys: AuditKeys, life: Duration) {
        self.database = database
        self.world = world
        self.keys = keys
        self.life = life
    }

    /// Prunes in small transactions until nothing is too old, or `most` of them are done. How many events went.
    @discardableResult package func prune(most: Int = 200) async throws -> Int {
        var gone = try await dropMonths(most: most)
        for _ in 0..<most {
            let (count, isMore) = try await database.transaction { [self] sql in try pruneBatch(in: sql) }
            gone += count
            if !isMore { break }
        }
        for _ in 0..<most {
            let (count, isMore) = try await database.transaction { [self] sql in try pruneRoutine(in: sql) }
            gone += count
            if !isMore { break }
        }
        return gone
    }

    /// The oldest batch, with all that belongs to it.
    private func pruneBatch(in sql: any SQLSession) throws -> (Int, isMore: Bool) {
        let log = try SealedLog.held(in: sql)
        let row = try sql.row(
            """
            SELECT \(Checkpoint.columns) FROM security_checkpoint
            WHERE last_sequence >= \(log.firstSequence) ORDER BY last_sequence LIMIT 1
            """)
        guard let oldest = try row.map(Checkpoint.init), oldest.sealedAt < horizon,
            oldest.firstSequence == log.firstSequence, let key = keys.active()
        else { return (0, false) }
        let range: SQL = "sequence BETWEEN \(oldest.firstSequence) AND \(oldest.lastSequence)"
        let gone = try SealedLog.opened(for: .pruning, in: sql) {
            let gone = try sql.changes(
                "DELETE FROM security_event WHERE id IN (SELECT event_id FROM security_seal WHERE \(range))")
            try sql.run("DELETE FROM security_seal WHERE \(range)")
            try sql.run("DELETE FROM security_checkpoint WHERE last_sequence = \(oldest.lastSequence)")
            return gone
        }
        try SealedLog.begin(at: oldest.lastSequence + 1, under: key, in: sql)
        return (gone, true)
    }

    /// The routine events of the next stretch, which leave their leaves.
    private func pruneRoutine(in sql: any SQLSession) throws -> (Int, isMore: Bool) {
        let log = try SealedLog.held(in: sql)
        let horizon = world.now() - RetentionClass.routine.life(of: life)
        let from = max(log.routineSequence + 1, log.firstSequence)
        let row = try sql.row(
            """
            SELECT \(Checkpoint.columns) FROM security_checkpoint
            WHERE last_sequence >= \(from) ORDER BY last_sequence LIMIT 1
            """)
        guard let checkpoint = try row.map(Checkpoint.init), checkpoint.sealedAt < horizon,
            let key = keys.named(checkpoint.keyID)
        else { return (0, false) }
        let through = min(checkpoint.lastSequence, from + Int64(Self.batch) - 1)
        let names = EventType.allCases.filter { $0.facts.retention == .routine }.map { "\($0.rawValue)" as SQL }
        let rows = try sql.rows(
            """
            SELECT \(EventCanon.columns), s.sequence, s.remnant, p.key FROM security_seal s
            JOIN security_event e ON e.id = s.event_id LEFT JOIN security_person_key p ON p.user_id = e.user_id
            WHERE s.sequence BETWEEN \(from) AND \(through) AND e.type IN (\(names.joined(separator: ", ")))
            ORDER BY s.sequence
            """)
        try SealedLog.opened(for: .pruning, in: sql) {
            var (canon, code) = (EventCanon(), SealCode(key))
            for row in rows {
                let sequence: Int64 = try row.get("sequence")
                let stored: [UInt8]? = try row.optional("remnant")
                let personKey: [UInt8] = try row.optional("key") ?? PersonKeys.nobody
                let erased = stored.flatMap(SealRemnant.init)?.kept
                let leaf = try canon.leaf(row, commitment: try erased ?? canon.commitment(row, key: personKey))
                let remnant = SealRemnant(.pruned, of: sequence, kept: leaf, code: &code)
                try sql.run("UPDATE security_seal SET remnant = \(remnant.bytes) WHERE sequence = \(sequence)")
                try sql.run("DELETE FROM security_event WHERE id = \(try row.get("id", as: EventID.self))")
            }
        }
        try sql.run("UPDATE security_log SET routine_sequence = \(through) WHERE id = 1")
        return (rows.count, true)
    }
}
