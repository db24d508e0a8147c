import CRM
import Identity
import Logging
import ServiceLifecycle

/// Makes bulk changes in the background: at once when one is started on this node, and every now and then what another node has left behind.
struct BulkRounds: Service {
    private static let interval: Duration = .seconds(15)

    let installation: Installation

    func run() async throws {
        let (book, logger) = (installation.book, installation.logger)
        let changes = BulkChanges(book: book, recorder: installation.gate.recorder)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    book.backgroundWork.notify()
                    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
                }
            }
            for await _ in book.backgroundWork.signals.cancelOnGracefulShutdown() {
                do {
                    try await changes.work { Task.isShuttingDownGracefully || Task.isCancelled }
                } catch {
                    logger.warning("bulk change not continued", metadata: ["error": .string("\(error)")])
                }
            }
            group.cancelAll()
        }
    }
}
