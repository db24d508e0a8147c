package import Core
package import Storage

/// Takes what names a person out of the log and leaves the log provable (GDPR article 17).
///
/// Address, user agent and detail of every sealed event about them are blanked; type, moment and the account's identity, which is random,
/// stay. The seal keeps the commitment to what was there, and the person's key, without which nobody can try guesses against that
/// commitment, is replaced: no event is taken out, and the chain still holds. Copies elsewhere (an anchor holds none; a log that was shipped
/// does) are not reached.
package struct PersonErasure: Sendable {
    private static let batch = 200

    private let database: any Database
    private let world: World
    private let keys: AuditKeys
    private let recorder: EventRecorder

    package init(database: any Database, world: World, keys: AuditKeys, recorder: EventRecorder) {
        self.database = database
        self.world = world
        self.keys = keys
        self.recorder = recorder
    }

    /// Erases what the sealed log holds about `person`; how many events that were. What was not sealed yet stays: seal first.
    package func erase(_ person: AccountID, from source: RequestSource = .commandLine) async throws -> Int {
        var (total, after) = (0, Int64(0))
        while true {
            let from = after
            let (count, last) = try await database.transaction { [self] sql in
                try eraseBatch(of: person, after: from, in: sql)
            }
            guard let last else { break }
            total += count
            after = last
        }
        let (erased, key, recorder) = (total, world.randomBytes(32), recorder)
        let event = Event(
            .personErased, in: world, from: source,
            detail: ["account": person.description, "events": String(erased)])
        try await database.transaction { sql in
            // In one with the last word on it: from here on nothing opens the commitments any more.
            try sql.run("UPDATE security_person_key SET key = \(key) WHERE user_id = \(person)")
            try recorder.record(event, in: sql)
        }
        return total
    }

    private func eraseBatch(
        of person: AccountID, after: Int64, in sql: any SQLSession
    ) throws -> (Int, last: Int64?) {
        _ = try SealedLog.held(in: sql)
        let rows = try sql.rows(
            """
            SELECT \(EventCanon.columns), s.sequence, c.key_id, p.key FROM security_event e
            JOIN security_seal s ON s.event_id = e.id
            JOIN security_checkpoint c ON c.last_sequence =
                (SELECT MIN(last_sequence) FROM security_checkpoint WHERE last_sequence >= s.sequence)
            JOIN security_person_key p ON p.user_id = e.user_id
            WHERE e.user_id = \(person) AND s.sequence > \(after) AND s.remnant IS NULL
            ORDER BY s.sequence LIMIT \(Self.batch)
            """)
        var (canon, last) = (EventCanon(), Int64?.none)
        try SealedLog.opened(for: .erasure, in: sql) {
            for row in rows {
                guard let key = keys.named(try row.get("key_id")) else {
                    throw StorageError.failed("the key of a batch is not in the key ring")
                }
                var code = SealCode(key)
                let sequence: Int64 = try row.get("sequence")
                let commitment = try canon.commitment(row, key: try row.get("key"))
                let remnant = SealRemnant(.erased, of: sequence, kept: commitment, code: &code)
                try sql.run("UPDATE security_seal SET remnant = \(remnant.bytes) WHERE sequence = \(sequence)")
                try sql.run(
                    """
                    UPDATE security_event SET ip = NULL, user_agent = '', detail = '{}'
                    WHERE id = \(try row.get("id", as: EventID.self))
                    """)
                last = sequence
            }
        }
        return (rows.count, last)
    }
}
