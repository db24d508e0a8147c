import Storage
import Synchronization
import TestSupport
import Testing

@testable import SecurityEvents

@Suite struct `the live log` {
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (LiveEvents) async throws -> Void
    ) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(3)
            try await log.seal()
            try await body(
                LiveEvents(reader: SealedEvents(database: log.database), pause: { await Task.yield() }))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps a bounded number of rounds for who takes none, cuts it off, and goes on for the others`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { live in
            let cutOffs = Mutex(0)
            let lazy = try await live.join { cutOffs.withLock { $0 += 1 } }
            let keen = try await live.join { Issue.record("cut off though it took every round") }
            for await _ in keen.batches where cutOffs.withLock({ $0 }) > 0 { break }
            #expect(live.count == 1)
            var kept = 0
            for await _ in lazy.batches { kept += 1 }
            #expect(kept == LiveEvents.patience)
            #expect(cutOffs.withLock { $0 } == 1)
            #expect(keen.position == 3)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has room for so many, and for one more when one has left`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { live in
            var all: [LiveSubscription] = []
            for _ in 0..<LiveEvents.capacity {
                // Takes its rounds until it is let go.
                let subscription = try await live.join()
                all.append(subscription)
                let batches = subscription.batches
                Task { for await _ in batches {} }
            }
            await #expect(throws: LiveEvents.Full.self) { _ = try await live.join() }
            all.removeLast().end()
            #expect(live.count == LiveEvents.capacity - 1)
            all.append(try await live.join())
            for subscription in all { subscription.end() }
        }
    }
}
