package import Core
package import Storage

/// All that is done with the sealed log, over one database and its keys.
package struct AuditTrail: Sendable {
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

    /// What proves the log.
    package var verification: AuditVerification {
        AuditVerification(database: database, world: world, keys: keys, recorder: recorder)
    }

    /// What takes a person out of the log.
    package var erasure: PersonErasure {
        PersonErasure(database: database, world: world, keys: keys, recorder: recorder)
    }

    /// What writes the events that stand for many.
    package var folding: FoldedEvents { FoldedEvents(database: database, world: world, recorder: recorder) }

    /// A sealer; one for the life of a process, because it remembers where it left the log.
    package func sealer(sealFollowers: [any SealFollower] = []) -> Sealer {
        Sealer(database: database, world: world, keys: keys, recorder: recorder, sealFollowers: sealFollowers)
    }

    /// What forgets the old; ordinary events live for `life`.
    package func retention(life: Duration) -> LogRetention {
        LogRetention(database: database, world: world, keys: keys, life: life)
    }

    /// What keeps the months of the log ready, where the log has months.
    package var months: EventMonths { EventMonths(database: database, world: world) }

    /// What hands the sealed log, or its checkpoints, to somewhere else; with `startsNow` what is there already is left out.
    package func shipment<Cargo>(
        _ name: String, of cargo: Cargo.Type, startsNow: Bool = false
    ) -> Shipment<Cargo> {
        Shipment(name: name, database: database, world: world, startsNow: startsNow)
    }
}

extension AuditTrail {
    /// Where the log stands, for the dashboard.
    package struct Status: Sendable {
        /// The oldest place whose seal is kept, and the last sealed one.
        package let firstSequence: Int64
        package let sealedUpTo: Int64
        package let lastCheckpoint: Checkpoint?
        /// When the log was last proven, how far, and how much was found wrong.
        package let verifiedAt: Timestamp?
        package let verifiedUpTo: Int64?
        package let findings: Int64?

        /// How many places are kept.
        package var events: Int64 { sealedUpTo - firstSequence + 1 }
    }

    /// Reads where the log stands.
    package func status() async throws -> Status {
        try await database.read { sql in
            let row = try sql.row(
                """
                SELECT first_sequence, sequence, verified_at, verified_sequence, findings FROM security_log WHERE id = 1
                """)
            guard let row else { throw StorageError.unexpectedColumn("security_log") }
            let last = try sql.row(
                "SELECT \(Checkpoint.columns) FROM security_checkpoint ORDER BY last_sequence DESC LIMIT 1")
            return Status(
                firstSequence: try row.get("first_sequence"), sealedUpTo: try row.get("sequence"),
                lastCheckpoint: try last.map(Checkpoint.init), verifiedAt: try row.optional("verified_at"),
                verifiedUpTo: try row.optional("verified_sequence"), findings: try row.optional("findings"))
        }
    }
}
