import Accounts
import CRM
import Core
import Dispatch
import Guarding
import Identity
import Logging
import SecurityEvents
import ServiceLifecycle
import Sessions
import Storage
import Work

/// What has to be done now and then while the server runs.
struct Maintenance: Service {
    /// At most this stale is the stored activity of a session.
    private static let interval: Duration = .seconds(15)
    private static let roundsBetweenSettling = 4
    private static let roundsBetweenPruning = 240

    let installation: Installation

    func run() async throws {
        // Beside the rounds: with a million clients it takes minutes.
        async let renewal: Void = renewSearch()
        async let pairs: Void = findPairs()
        await makeRounds()
        await renewal
        await pairs
    }

    /// Once at the start: after an upgrade clients may have to be found by more than they were.
    private func renewSearch() async {
        await attend("clients not found by all of their names and numbers") {
            try await installation.book.renewSearch { Task.isShuttingDownGracefully || Task.isCancelled }
        }
    }

    /// Each minute who of those that were written may be one person with somebody; of a million clients that takes minutes the first time.
    private func findPairs() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await attend("likely pairs of clients not found") {
                try await installation.book.findPairs { Task.isShuttingDownGracefully || Task.isCancelled }
            }
            try? await cancelWhenGracefulShutdown {
                try await Task.sleep(for: Self.interval * Self.roundsBetweenSettling)
            }
        }
    }

    private func makeRounds() async {
        var round = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
            if Task.isShuttingDownGracefully || Task.isCancelled { break }
            round += 1
            await writeActivity()
            await readFilesAgain()
            await attend("rules for alerts not read") {
                try await installation.gate.alertRules.reload(from: installation.database)
            }
            await attend("keys not read") {
                try await installation.gate.ring.reload()
                try await installation.gate.accessTokens.reloadKeys()
            }
            if round % Self.roundsBetweenSettling == 0 {
                await attend("sessions not counted") { try await installation.gate.sessionFigures.settle() }
            }
            if round % Self.roundsBetweenPruning == 0 {
                await attend("clients not counted") { try await installation.book.care() }
                await attend("trash not emptied") { try await installation.book.purgeTrash() }
                await attend("bulk changes not pruned") {
                    try await BulkChanges(book: installation.book, recorder: installation.gate.recorder).prune()
                }
                await attend("deliveries of webhooks not pruned") { try await installation.webhooks.prune() }
                await attend("files not removed") { try await installation.files.removeForgotten() }
                await attend("imports not tidied") { try await installation.imports.purge() }
                await attend("months of the security log not made") {
                    try await installation.gate.audit.months.prepare()
                }
                await attend("security log not pruned") {
                    try await installation.gate.audit.retention(life: installation.configuration.audit.retention)
                        .prune()
                }
                await attend("guards not pruned") {
                    _ = try await installation.gate.guardian.prune(
                        installation.database, now: installation.world.now())
                    try await installation.gate.limiter.prune()
                    try await installation.gate.pruneWhatRanOut()
                    try await SignInDetection.prune(installation.database, at: installation.world.now())
                    try await installation.outbox.prune()
                    try await installation.gate.sessionFigures.prune()
                    try await EventRollup().prune(installation.database, now: installation.world.now())
                }
            }
        }
        await writeActivity()
    }

    private func writeActivity() async {
        let (gate, database) = (installation.gate, installation.database)
        await attend("activity not written") { try await gate.activity.flush(to: database) }
        await attend("uses of API keys not written") { try await gate.keyUses.flush(to: database) }
    }

    /// Takes over the operator's files that were replaced; says so once when one cannot be used, and goes on with the one before.
    private func readFilesAgain() async {
        for file in installation.watchedFiles {
            let known = file.problem
            let outcome = await withCheckedContinuation { continuation in
                // Reads a file of some tens of megabytes when it has changed.
                DispatchQueue.global().async { continuation.resume(returning: file.reload()) }
            }
            switch outcome {
            case .unchanged: break
            case .reloaded: installation.logger.notice("file read again", metadata: ["file": .string(file.label)])
            case .kept(let reason) where reason != known:
                installation.logger.warning(
                    "file not usable", metadata: ["file": .string(file.label), "reason": .string(reason)])
            case .kept: break
            }
        }
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
