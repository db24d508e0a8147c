import Core
import Delivery
import Identity
import Logging
import SecurityEvents
import ServiceLifecycle

/// Seals the security log while the server runs, hands it on, and proves it once a day.
struct Sealing: Service {
    /// How long an event waits for its seal, and a seal to be handed on.
    private static let interval: Duration = .seconds(1)
    private static let intervalOfFolding: Duration = .seconds(30)
    private static let intervalOfVerification: Duration = .hours(24)

    let installation: Installation
    /// What counts the events as they are sealed.
    var sealFollowers: [any SealFollower] = []

    func run() async throws {
        let (audit, settings) = (installation.gate.audit, installation.configuration.audit)
        let sealer = audit.sealer(sealFollowers: sealFollowers)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await repeated("events not sealed", every: Self.interval) { try await seal(sealer) } }
                group.addTask {
                    await repeated("events not folded", every: Self.intervalOfFolding) {
                        try await audit.folding.write()
                    }
                }
                group.addTask {
                    await repeated("log not proven", every: Self.intervalOfVerification) { try await prove(audit) }
                }
                if let anchor = settings.anchor {
                    group.addTask { await ship(anchor, of: audit) }
                }
                if let sink = settings.sink {
                    group.addTask { await ship(sink, of: audit) }
                }
            }
        }
    }

    private func seal(_ sealer: Sealer) async throws {
        while true {
            // A long backlog must not hold up the end of the server: the next start goes on with it.
            try Task.checkCancellation()
            let round = try await sealer.seal()
            if round.foundLogSetBack { installation.logger.critical("the end of the security log was set back") }
            if round.sealed < Sealer.batch { return }
        }
    }

    private func prove(_ audit: AuditTrail) async throws {
        // The first round comes when the server starts, and has nothing to do with what happened since.
        let last = try await audit.status().verifiedAt
        guard last.map({ installation.world.now() - $0 >= Self.intervalOfVerification }) ?? true else { return }
        let report = try await audit.verification.verify()
        for finding in report.findings.prefix(10) {
            installation.logger.critical("security log", metadata: ["finding": .string(finding.description)])
        }
    }

    private func ship(_ anchor: AuditSettings.Anchor, of audit: AuditTrail) async {
        let shipment = audit.shipment("anchor", of: Checkpoint.self)
        await repeated("checkpoints not anchored", every: Self.interval) {
            switch anchor {
            case .file(let path): try await drain(shipment, to: AnchorFile(path: path))
            case .webhook(let url): try await drain(shipment, to: AnchorWebhook(url: url, client: installation.http))
            }
        }
    }

    private func ship(_ sink: AuditSettings.Sink, of audit: AuditTrail) async {
        let shipment =
            sink == .log
            ? audit.shipment("log", of: SealedEvent.self, startsNow: true)
            : audit.shipment("sink", of: SealedEvent.self)
        await repeated("events not handed on", every: Self.interval) {
            switch sink {
            case .log: try await drain(shipment, to: SecurityEventLines(logger: installation.logger))
            case .stdout: try await drain(shipment, to: EventLineFile(path: nil))
            case .file(let path): try await drain(shipment, to: EventLineFile(path: path))
            case .syslog(let host, let port, let transport):
                try await drain(shipment, to: SyslogReceiver(host: host, port: port, transport: transport))
            }
        }
    }

    private func drain<Cargo>(_ shipment: Shipment<Cargo>, to receiver: some LogReceiver<Cargo>) async throws {
        while try await shipment.ship(to: receiver) > 0 { try Task.checkCancellation() }
    }

    /// A round that fails is told once, tried again in the next, and told again when it works.
    private func repeated(_ failure: Logger.Message, every interval: Duration, _ work: () async throws -> Void) async {
        var isFailing = false
        while !Task.isCancelled {
            do {
                try await work()
                if isFailing { installation.logger.notice("works again", metadata: ["what": "\(failure)"]) }
                isFailing = false
            } catch is CancellationError {
                return
            } catch {
                if !isFailing { installation.logger.error(failure, metadata: ["error": .string("\(error)")]) }
                isFailing = true
            }
            try? await Task.sleep(for: interval)
        }
    }
}
