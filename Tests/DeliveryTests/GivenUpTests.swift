import Core
import Delivery
import Identity
import Logging
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `a message that is given up` {
    /// Refuses everything.
    private struct Refusing: OutboxSender {
        let failure: DeliveryFailure
        var kind: String { "slack" }
        var batch: Int { 8 }

        func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool { throw failure }
    }

    private func deliver(
        _ kind: DatabaseKind, _ failure: DeliveryFailure, after wait: Duration = .zero
    ) async throws -> (state: OutboxItem.State?, givenUp: Int64) {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            let fixture = try await AlertFixture.open(database, time)
            try await fixture.happen(.tokenTheftDetected)
            _ = try await fixture.dispatch(slack: "https://hooks.example.com/x").dispatchDue()
            time.advance(by: wait)
            var log = Logger(label: "test")
            log.logLevel = .critical
            let delivery = OutboxDelivery(
                outbox: Outbox(database: database, world: time.world), sender: Refusing(failure: failure), logger: log,
                world: time.world
            ) { item, sql in
                try fixture.gate.recorder.record(
                    Event(.alertDeliveryFailed, in: time.world, from: .server, detail: ["channel": item.kind]), in: sql)
            }
            _ = try await delivery.deliverDue()
            let events = try await database.rows(
                "SELECT COUNT(*) AS n FROM security_event WHERE type = \(EventType.alertDeliveryFailed.rawValue)")
            return (try await fixture.items("slack").first?.state, try events.first?.get("n") ?? -1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `says so in the log, together with its end`(kind: DatabaseKind) async throws {
        let refused = try await deliver(kind, .permanent("no"))
        #expect(refused.state == .dead && refused.givenUp == 1)
        let tooOld = try await deliver(kind, .temporary("later"), after: .days(4))
        #expect(tooOld.state == .dead && tooOld.givenUp == 1)
        let early = try await deliver(kind, .temporary("later"))
        #expect(early.state == .waiting && early.givenUp == 0)
    }
}
