package import Core
package import Storage
import Synchronization

/// Gives every event its place in a chain that only the holder of a key can make.
///
/// An event is written by whoever has something to tell, at the cost of one insert, and sealed here a moment later. From then on to
/// change it, remove it, move it or put another beside it breaks the chain where it was done. What is written into the table
/// in the seconds before is taken for an event: the seal protects the past, not the moment.
///
/// Any number of nodes may run one. They take turns at the row of ``SealedLog``, and each event is sealed exactly once.
package final class Sealer: Sendable {
    /// The most events in one transaction and checkpoint.
    package static let batch = 1000
    /// How long after its own moment an event may still be committed and get its place. One that comes later counts as inserted.
    package static let patience: Duration = .minutes(15)
    /// How far most rounds look back. The others look back all of ``patience``.
    private static let glance: Duration = .seconds(30)
    private static let roundsBetweenLongLooks = 60

    private struct Memory {
        var round = 0
        var last: (sequence: Int64, mac: Fingerprint)?
    }

    private let database: any Database
    private let world: World
    private let keys: AuditKeys
    private let recorder: EventRecorder
    private let sealFollowers: [any SealFollower]
    private let memory = Mutex(Memory())

    /// A sealer. `sealFollowers` are shown every event once, in the transaction that seals it.
    package init(
        database: any Database, world: World, keys: AuditKeys, recorder: EventRecorder = EventRecorder(),
        sealFollowers: [any SealFollower] = []
    ) {
        self.database = database
        self.world = world
        self.keys = keys
        self.recorder = recorder
        self.sealFollowers = sealFollowers
    }

    /// What came of one round.
    package struct Round: Sendable, Hashable {
        /// How many events were sealed; as many as ``Sealer/batch`` means that more may wait.
        package let sealed: Int
        /// Whether the end of the log is not where this node has left it: it was cut off or replaced meanwhile.
        package let foundLogSetBack: Bool
    }

    /// Seals what waits, at most a batch. Throws a fault of the database, and then nothing was sealed and nothing is lost.
    package func seal() async throws -> Round {
        let (round, last) = memory.withLock { memory in
            defer { memory.round += 1 }
            return (memory.round, memory.last)
        }
        guard let key = keys.active() else {
            throw StorageError.failed("there is no key to seal the security log with")
        }
        let lookback = round % Self.roundsBetweenLongLooks == 0 ? Self.patience : Self.glance
        // Asked outside first: most rounds find nothing, and need no transaction.
        let known = try await SealedLog.read(from: database)
        let isSetBack = last.map {
            known.sequence < $0.sequence || known.sequence == $0.sequence && known.mac != $0.mac
        }
        if isSetBack == true { try await tellOfSetBack(known, expected: last) }
        let bound = horizon(known, lookback)
        guard try await !database.rows(UnsealedEvents.first(from: bound), isShort: true).isEmpty else {
            memory.withLock { $0.last = (known.sequence, known.mac) }
            return Round(sealed: 0, foundLogSetBack: isSetBack ?? false)
        }
        let (sealed, log) = try await database.transaction { [self] sql in
            let log = try SealedLog.held(in: sql)
            return try sealBatch(log, under: key, after: horizon(log, lookback), in: sql)
        }
        memory.withLock { $0.last = log }
        return Round(sealed: sealed, foundLogSetBack: isSetBack ?? false)
    }

    /// From which event on is looked: an event that is not sealed yet cannot have begun long before the last sealing, nor before now.
    private func horizon(_ log: SealedLog, _ lookback: Duration) -> EventID {
        EventID(at: max(min(log.sealedAt, world.now()) - lookback, Timestamp(milliseconds: 0)), random: [])
    }

    private func sealBatch(
        _ log: SealedLog, under key: AuditKey, after bound: EventID, in sql: any SQLSession
    ) throws -> (Int, (sequence: Int64, mac: Fingerprint)) {
        let (waiting, sealed) = try UnsealedEvents.next(Self.batch, from: bound, in: sql)
        try UnsealedEvents.remove(waiting + sealed, in: sql)
        let rows = try UnsealedEvents.rows(of: waiting, in: sql)
        guard !rows.isEmpty else { return (0, (log.sequence, log.mac)) }
        let people = Set(try rows.compactMap { try $0.optional("user_id", as: AccountID.self) })
        let personKeys = try PersonKeys.keys(of: people, in: sql, world)
        let now = world.now()
        var (canon, code, tree) = (EventCanon(), SealCode(key), MerkleTree())
        var (sequence, mac) = (log.sequence, log.mac)
        var seals: [SQL] = []
        var events: [SealedEvent] = []
        for row in rows {
            let event = try RecordedEvent(row)
            let personKey = event.userID.flatMap { personKeys[$0] } ?? PersonKeys.nobody
            let leaf = try canon.leaf(row, commitment: try canon.commitment(row, key: personKey))
            sequence += 1
            mac = code.link(sequence, after: mac, leaf: leaf)
            tree.add(leaf)
            seals.append("(\(sequence), \(event.id), \(mac))")
            events.append(SealedEvent(sequence: sequence, event: event))
        }
        for start in stride(from: 0, to: seals.count, by: 200) {
            let piece = seals[start..<min(start + 200, seals.count)].joined(separator: ", ")
            try sql.run("INSERT INTO security_seal (sequence, event_id, mac) VALUES \(piece)")
        }
        let checkpoint = Checkpoint(
            firstSequence: log.sequence + 1, lastSequence: sequence, previousMAC: log.mac, headMAC: mac,
            root: tree.root(), keyID: key.id, sealedAt: now, code: &code)
        try sql.run(checkpoint.insertion)
        // A full batch may leave more behind, however old: then the next looks on from where this one has come to, and not from now.
        let isLast = waiting.count + sealed.count < Self.batch
        let reached = isLast ? now : min(now, events.last?.event.id.moment ?? now)
        try sql.run("UPDATE security_log SET sequence = \(sequence), mac = \(mac), sealed_at = \(reached) WHERE id = 1")
        for follower in sealFollowers { try follower.follow(events, in: sql) }
        return (rows.count, (sequence, mac))
    }

    /// Without an anchor elsewhere, the memory of a running node is what a cut-off tail can be told from.
    private func tellOfSetBack(_ found: SealedLog, expected: (sequence: Int64, mac: Fingerprint)?) async throws {
        let event = Event(
            .auditTampering, in: world, from: .commandLine,
            detail: [
                "finding": "the end of the log was set back", "sealedUpTo": String(found.sequence),
                "expected": String(expected?.sequence ?? 0),
            ])
        let recorder = recorder
        try await database.transaction { sql in try recorder.record(event, in: sql) }
    }
}
