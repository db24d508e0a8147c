import Core
import Crypto
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

/// A journal with what seals and proves it.
struct SealedJournal: Sendable {
    let journal: Journal
    let keys: TestKeys
    let audit: AuditTrail

    var database: any Database { journal.database }
    var time: TestWorld { journal.time }

    /// A ring that can be rotated.
    final class TestKeys: Sendable {
        private let active = Mutex(1)

        func rotate() { active.withLock { $0 += 1 } }

        static func key(_ number: Int) -> AuditKey {
            AuditKey(id: "audit-\(number)", key: SymmetricKey(data: Array("key \(number)".utf8)))
        }

        var keys: AuditKeys {
            AuditKeys(
                active: { [self] in Self.key(active.withLock { $0 }) },
                named: { [self] id in
                    let known = active.withLock { $0 }
                    return (1...known).map(Self.key).first { $0.id == id }
                })
        }
    }

    static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (SealedJournal) async throws -> Void
    ) async throws {
        try await Journal.open(kind) { journal in
            try await EventMonths(database: journal.database, world: journal.time.world).prepare()
            let keys = TestKeys()
            let audit = AuditTrail(
                database: journal.database, world: journal.time.world, keys: keys.keys, recorder: EventRecorder())
            try await body(SealedJournal(journal: journal, keys: keys, audit: audit))
        }
    }

    /// Writes `count` events about Ana, and a stranger's after each third.
    func record(_ count: Int) async throws {
        try await journal.record(
            (1...count).map { ($0 % 3 == 0 ? .loginFailed : .logout, $0 % 3 == 0 ? nil : Journal.ana) })
    }

    /// Seals everything that waits; how many events that were.
    @discardableResult func seal() async throws -> Int {
        let sealer = audit.sealer()
        var total = 0
        while true {
            let sealed = try await sealer.seal().sealed
            total += sealed
            if sealed < Sealer.batch { return total }
        }
    }

    func findings(anchor: [AnchorLine] = []) async throws -> [AuditFinding] {
        try await audit.verification.verify(anchor: anchor).findings
    }

    /// The identity of the event at `sequence`.
    func event(_ sequence: Int) async throws -> EventID {
        try #require(
            try await database.rows("SELECT event_id FROM security_seal WHERE sequence = \(sequence)").first
        ).get("event_id")
    }

    /// Does something to the database that the triggers would refuse, as somebody does who owns it.
    func attack(_ statements: SQL...) async throws {
        let erasure: [SQL] = ["UPDATE security_log SET open_for = 2"]
        let pruning: [SQL] = ["UPDATE security_log SET open_for = 1"]
        let closing: [SQL] = ["UPDATE security_log SET open_for = 0"]
        let all = statements.flatMap { statement in
            let isDeletion = statement.rendered(for: .sqlite).text.hasPrefix("DELETE")
            return (isDeletion ? pruning : erasure) + [statement]
        }
        _ = try await database.batch(all + closing)
    }

    func count(_ table: SQL) async throws -> Int {
        try #require(try await database.rows("SELECT COUNT(*) AS n FROM \(table)").first).get("n")
    }
}
