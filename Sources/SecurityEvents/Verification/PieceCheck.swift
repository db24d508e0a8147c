import Core
import Storage

/// What was found in one piece of the log.
struct PieceOutcome: Sendable {
    /// Sealed events that are there.
    var events = 0
    var findings: [AuditFinding] = []
}

/// A seal as it stands in the database.
struct StoredSeal: Sendable {
    let sequence: Int64
    let event: EventID
    /// `nil` when what is stored is no code at all.
    let mac: Fingerprint?
    let remnant: SealRemnant?
}

/// Looks at the events under some checkpoints, which are genuine and follow each other. Pieces do not depend on each other, so several are looked
/// at at once.
struct PieceCheck: Sendable {
    let database: any Database
    let keys: AuditKeys
    let checkpoints: [Checkpoint]

    /// Looks twice before it says that something is wrong: retention and erasure may have worked between the two queries.
    func outcome(_ personKeys: [AccountID: [UInt8]]) async throws -> PieceOutcome {
        let first = try await look(personKeys)
        guard !first.findings.isEmpty else { return first }
        let log = try await SealedLog.read(from: database)
        let kept = checkpoints.filter { $0.firstSequence >= log.firstSequence }
        return try await PieceCheck(database: database, keys: keys, checkpoints: kept)
            .look(try await PersonKeys.all(database))
    }

    private func look(_ personKeys: [AccountID: [UInt8]]) async throws -> PieceOutcome {
        guard let from = checkpoints.first?.firstSequence, let through = checkpoints.last?.lastSequence else {
            return PieceOutcome()
        }
        let seals = try await database.reduce(
            """
            SELECT sequence, event_id, mac, remnant FROM security_seal
            WHERE sequence BETWEEN \(from) AND \(through) ORDER BY sequence
            """, into: [StoredSeal]()
        ) { seals, row in
            seals.append(
                StoredSeal(
                    sequence: try row.integer(0), event: try row.identifier(1), mac: try row.fingerprint(2),
                    remnant: row.isNull(3) ? nil : SealRemnant(try row.bytes(3))))
        }
        let leaves = try await EventLeaves(of: seals, personKeys).read(from: database)
        var (outcome, rest) = (PieceOutcome(), seals[...])
        for checkpoint in checkpoints {
            guard let key = keys.named(checkpoint.keyID) else { continue }
            let batch = rest.prefix { $0.sequence <= checkpoint.lastSequence }
            rest = rest.dropFirst(batch.count)
            var chain = ChainCheck(checkpoint, code: SealCode(key))
            for seal in batch { chain.meet(seal, leaf: leaves[seal.event]) }
            chain.finish()
            outcome.events += chain.events
            outcome.findings += chain.findings
        }
        return outcome
    }
}
