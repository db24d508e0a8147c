import Core
import Identity
import Logging
import ServiceLifecycle
import Sessions

/// Keeps this node's knowledge of ended sessions fresh while the server runs; see ``RevocationFeed``.
struct Revocations: Service {
    let installation: Installation

    func run() async throws {
        let (feed, logger) = (installation.gate.revocationFeed, installation.logger)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await feed.listen { error in
                        logger.warning("revocations not read", metadata: ["error": .string("\(error)")])
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        do {
                            try await Task.sleep(for: RevocationFeed.interval)
                            try await feed.look()
                        } catch is CancellationError {
                            return
                        } catch {
                            logger.warning("revocations not read", metadata: ["error": .string("\(error)")])
                        }
                    }
                }
            }
        }
    }
}
