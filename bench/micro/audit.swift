import Core
import Crypto
import Foundation
import SecurityEvents
import Storage
import StorageSQLite

/// Measures `audit verify` over a log of `count` events in a file of SQLite, and prints nanoseconds an event.
func measureAuditVerification(events count: Int) async throws {
    let world = World.live
    let name: Identifier<AuditKey> = world.identifier()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(name).db").path
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let database = try SQLiteDatabase(path: path, queryTimeout: .seconds(120))
    _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: world.now())
    let key = AuditKey(id: "bench", key: SymmetricKey(size: .bits256))
    let audit = AuditTrail(
        database: database, world: world, keys: AuditKeys(active: { key }, named: { _ in key }),
        recorder: EventRecorder())
    let people: [AccountID] = (0..<200).map { _ in world.identifier() }
    let source = RequestSource(
        ip: IPAddress("192.0.2.7"), userAgent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
        requestID: "0198a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    let sealer = audit.sealer()
    for start in stride(from: 0, to: count, by: 1000) {
        try await database.transaction { sql in
            for number in start..<min(start + 1000, count) {
                let event = Event(
                    .tokenRefresh, in: world, user: people[number % people.count], session: world.identifier(),
                    from: source, detail: ["reason": "none"])
                try EventRecorder().record(event, in: sql)
            }
        }
        _ = try await sealer.seal()
    }
    var best = Double.infinity
    for _ in 1...3 {
        let began = ContinuousClock.now
        let report = try await audit.verification.verify()
        guard report.isWhole, report.events == count else { fatalError("the log is not whole") }
        let taken = ContinuousClock.now - began
        best = min(best, (Double(taken.components.seconds) * 1e9 + Double(taken.components.attoseconds) / 1e9))
    }
    await database.close()
    print("audit verify, an event of \(count)\t\(best / Double(count))\t2000")
}
