package import Core
package import Logging
package import Storage
package import Work

/// A courier for each webhook: one whose receiver hangs or fails holds up no other, and is left alone for a while by its own circuit breaker.
package actor WebhookCouriers {
    private let outbox: Outbox
    private let attempts: WebhookAttempts
    private let logger: Logger
    private let world: World
    private let makePost: @Sendable () -> GuardedPost
    private var deliveries: [String: OutboxDelivery] = [:]
    private var underWay: Set<String> = []

    /// `makePost` makes what posts for one webhook: each has its own, for a name server that hangs.
    package init(
        outbox: Outbox, attempts: WebhookAttempts, logger: Logger, world: World,
        makePost: @escaping @Sendable () -> GuardedPost
    ) {
        self.outbox = outbox
        self.attempts = attempts
        self.logger = logger
        self.world = world
        self.makePost = makePost
    }

    /// The kinds of which something is due and nobody here is under way; they are under way from now on, until ``carry(_:)`` has ended.
    package func claimDue() async throws -> [String] {
        let due = try await outbox.dueKinds(prefix: Webhook.outboxPrefix).filter { !underWay.contains($0) }
        underWay.formUnion(due)
        return due
    }

    /// Sends what is due of one kind; how many items that were, delivered or not.
    package func carry(_ kind: String) async throws -> Int {
        defer { underWay.remove(kind) }
        return try await delivery(kind).deliverDue()
    }

    /// Sends what is due to every webhook, to all of them at once.
    package func deliverDue() async throws -> Int {
        let due = try await claimDue()
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for kind in due { group.addTask { try await self.carry(kind) } }
            var sent = 0
            for try await count in group { sent += count }
            return sent
        }
    }

    private func delivery(_ kind: String) -> OutboxDelivery {
        if let known = deliveries[kind] { return known }
        let made = OutboxDelivery(
            outbox: outbox, sender: WebhookCourier(kind: kind, attempts: attempts, post: makePost(), world: world),
            logger: logger, world: world
        ) { item, session in try WebhookAttempts.giveUp(item, in: session) }
        deliveries[kind] = made
        return made
    }
}
