import Core
import Delivery
import Logging
import ServiceLifecycle

/// Sends what waits in the outbox of one kind while the server runs. Each kind has its own: one whose other side hangs holds up
/// no other.
struct Deliveries: Service {
    /// How soon an item is looked for after its transaction.
    private static let interval: Duration = .seconds(1)

    let delivery: OutboxDelivery
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                // As long as there is something to send there is no pause.
                if try await delivery.deliverDue() > 0 { continue }
            } catch {
                logger.warning("outbox not read", metadata: ["kind": "\(delivery.kind)", "error": .string("\(error)")])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }
}
