package import Logging
package import Storage

/// Takes the items of one kind from the outbox to their sender, and notes what became of them.
///
/// Nothing is open while an item is on its way: it was leased before and is settled after. A crash in between repeats it,
/// with the same identity, once the lease is over.
package struct OutboxDelivery: Sendable {
    private let outbox: Outbox
    private let sender: any OutboxSender
    private let logger: Logger

    package init(outbox: Outbox, sender: any OutboxSender, logger: Logger) {
        self.outbox = outbox
        self.sender = sender
        self.logger = logger
    }

    /// The `kind` of its items.
    package var kind: String { sender.kind }

    /// Sends what is due now, and returns how many items that were, delivered or not.
    package func deliverDue() async throws -> Int {
        let items = try await outbox.take(sender.batch, of: sender.kind)
        // One after the other: a server is asked for one thing at a time, and a burst is not taken for an attack.
        for item in items { try await deliver(item) }
        return items.count
    }

    private func deliver(_ item: OutboxItem) async throws {
        let isSent: Bool
        do throws(DeliveryFailure) {
            isSent = try await sender.send(item)
        } catch {
            return try await note(error, item)
        }
        try await outbox.settle(item)
        if isSent { logger.info("sent", metadata: metadata(item)) }
    }

    private func note(_ failure: DeliveryFailure, _ item: OutboxItem) async throws {
        let (reason, isHopeless) =
            switch failure {
            case .temporary(let text): (text, false)
            case .permanent(let text): (text, true)
            }
        try await outbox.fail(item, because: reason, isHopeless: isHopeless)
        logger.warning("not sent", metadata: metadata(item).merging(["reason": .string(reason)]) { given, _ in given })
    }

    private func metadata(_ item: OutboxItem) -> Logger.Metadata {
        ["kind": "\(sender.kind)", "item": "\(item.id)", "subject": "\(item.subject)"]
    }
}
