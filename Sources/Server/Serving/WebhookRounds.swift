import Core
import Delivery
import Identity
import Logging
import ServiceLifecycle
import Work

extension Installation {
    private var webhookSecrets: WebhookSecrets { WebhookSecrets(secret: secret, world: world) }

    /// The webhooks of the brokerage.
    var webhooks: Webhooks {
        Webhooks(
            database: database, world: world, cursorKey: Self.cursorKey(secret), secrets: webhookSecrets,
            allowsPrivate: configuration.alerts.places.allowsPrivate)
    }

    /// What tells webhooks what has happened.
    var webhookRounds: WebhookRounds {
        let allowsPrivate = configuration.alerts.places.allowsPrivate
        let attempts = WebhookAttempts(
            database: database, world: world, secrets: webhookSecrets, mailbox: gate.mailbox)
        return WebhookRounds(
            dispatch: WebhookDispatch(database: database, world: world),
            couriers: WebhookCouriers(outbox: outbox, attempts: attempts, logger: logger, world: world) {
                GuardedPost(allowsPrivate: allowsPrivate)
            }, logger: logger)
    }
}

/// Tells webhooks what has happened, while the server runs.
struct WebhookRounds: Service {
    /// How soon something is told after it happened.
    private static let interval: Duration = .seconds(1)

    let dispatch: WebhookDispatch
    let couriers: WebhookCouriers
    let logger: Logger

    func run() async throws {
        let (couriers, logger) = (couriers, logger)
        await withDiscardingTaskGroup { group in
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                do {
                    while try await dispatch.dispatchDue() > 0, !Task.isShuttingDownGracefully {}
                    for kind in try await couriers.claimDue() {
                        group.addTask {
                            do {
                                _ = try await couriers.carry(kind)
                            } catch {
                                logger.warning("webhook not told", metadata: ["error": .string("\(error)")])
                            }
                        }
                    }
                } catch {
                    logger.warning("webhooks not told", metadata: ["error": .string("\(error)")])
                }
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            }
        }
    }
}
