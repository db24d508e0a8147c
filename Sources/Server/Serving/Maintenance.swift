import Core
import Identity
import Logging
import ServiceLifecycle

/// What has to be done now and then while the server runs.
struct Maintenance: Service {
    /// At most this stale is the stored activity of a session.
    private static let interval: Duration = .seconds(15)
    private static let roundsBetweenPruning = 240

    let installation: Installation

    func run() async throws {
        var round = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            if Task.isShuttingDownGracefully || Task.isCancelled { break }
            round += 1
            await attend("activity not written") {
                try await installation.gate.activity.flush(to: installation.database)
            }
            await attend("keys not read") {
                try await installation.gate.ring.reload()
                try await installation.gate.accessTokens.reloadKeys()
            }
            if round % Self.roundsBetweenPruning == 0 {
                await attend("guards not pruned") {
                    _ = try await installation.gate.guardian.prune(
                        installation.database, now: installation.world.now())
                    try await installation.gate.limiter.prune()
                }
            }
        }
        await attend("activity not written") { try await installation.gate.activity.flush(to: installation.database) }
    }

    /// A round that fails is told and tried again in the next; it never ends the server.
    private func attend(_ failure: Logger.Message, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            installation.logger.warning(failure, metadata: ["error": .string("\(error)")])
        }
    }
}
