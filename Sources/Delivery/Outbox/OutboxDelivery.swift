package import Core
package import Logging
package import Storage
import Synchronization

/// Takes the items of one kind from the outbox to their sender, and notes what became of them.
///
/// No transaction is open while an item is being sent: it is leased in one before and settled in one after. After a crash in between it is sent
/// again, with the same identity, once the lease is over.
package struct OutboxDelivery: Sendable {
    private let outbox: Outbox
    private let sender: any OutboxSender
    private let logger: Logger
    private let world: World
    private let onGivingUp: GivingUp
    private let breaker = Breaker()

    /// What else happens when an item is given up, in the same transaction.
    package typealias GivingUp = @Sendable (OutboxItem, any SQLSession) throws -> Void

    package init(
        outbox: Outbox, sender: any OutboxSender, logger: Logger, world: World,
        onGivingUp: @escaping GivingUp = { _, _ in }
    ) {
        self.outbox = outbox
        self.sender = sender
        self.logger = logger
        self.world = world
        self.onGivingUp = onGivingUp
    }

    /// The `kind` of its items.
    package var kind: String { sender.kind }

    /// Sends what is due now, and returns how many items that were, delivered or not.
    package func deliverDue() async throws -> Int {
        let limit =
            switch breaker.state.withLock({ $0.admission(at: world.now()) }) {
            case .any: sender.batch
            case .one: 1
            case .none: 0
            }
        guard limit > 0 else { return 0 }
        let items = try await outbox.take(limit, of: sender.kind)
        // One after the other: a server is asked for one thing at a time, and a burst is not taken for an attack.
        for item in items { try await deliver(item) }
        return items.count
    }

    private func deliver(_ item: OutboxItem) async throws {
        let isSent: Bool
        do throws(DeliveryFailure) {
            isSent = try await sender.send(item)
            if isSent { breaker.state.withLock { $0.noteAnswer() } }
        } catch {
            return try await note(error, item)
        }
        try await outbox.settle(item)
        if isSent { logger.info("sent", metadata: metadata(item)) }
    }

    private func note(_ failure: DeliveryFailure, _ item: OutboxItem) async throws {
        let now = world.now()
        let (reason, isHopeless): (String, Bool)
        switch failure {
        case .temporary(let text):
            (reason, isHopeless) = (text, false)
            breaker.state.withLock { $0.noteFailure(at: now) }
        case .permanent(let text):
            (reason, isHopeless) = (text, true)
            breaker.state.withLock { $0.noteAnswer() }
        case .unsent(let text):
            // Nothing was sent, so the breaker learns nothing: a trial goes on.
            (reason, isHopeless) = (text, true)
        }
        try await outbox.fail(item, because: reason, isHopeless: isHopeless) { [onGivingUp] sql in
            try onGivingUp(item, sql)
        }
        logger.warning("not sent", metadata: metadata(item).merging(["reason": .string(reason)]) { given, _ in given })
    }

    private func metadata(_ item: OutboxItem) -> Logger.Metadata {
        ["kind": "\(sender.kind)", "item": "\(item.id)", "subject": "\(item.subject)"]
    }
}

/// The circuit breaker of one channel on this node, between one round and the next.
private final class Breaker: Sendable {
    let state = Mutex(CircuitBreaker())
}
