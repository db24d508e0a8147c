import Core
import Delivery
import Identity
import Logging
package import SecurityEvents
import ServiceLifecycle
import Storage

extension Installation {
    /// What turns alerts into messages.
    var alertDispatch: AlertDispatch {
        AlertDispatch(
            gate: gate, seal: OutboxSeal(secret: secret, world: world), places: configuration.alerts.places)
    }

    /// The senders of the channels of alerts that are set up, but for mail and SMS, which have their own.
    func alertSenders() -> [any OutboxSender] {
        let (seal, places) = (OutboxSeal(secret: secret, world: world), configuration.alerts.places)
        let post = GuardedPost(allowsPrivate: places.allowsPrivate)
        var senders: [any OutboxSender] = []
        if let url = places.slack { senders.append(SlackSender(url: url, seal: seal, post: post)) }
        if let url = places.webhook {
            senders.append(
                WebhookSender(url: url, signer: configuration.alerts.signer, seal: seal, post: post, world: world))
        }
        return senders
    }

    /// Has the rule for `type` tried: what each channel comes to, in a sentence.
    package func rehearseAlert(_ type: EventType) async throws -> [(channel: AlertChannel, report: String)] {
        let begun = world.now()
        let outcomes = try await alertDispatch.rehearse(type)
        var failures: [String: String] = [:]
        for sender in try senders() {
            let delivery = OutboxDelivery(outbox: outbox, sender: sender, logger: logger, world: world)
            while try await delivery.deliverDue() > 0 {}
            let newest = try await outbox.list(nil, limit: 200).filter {
                $0.kind == sender.kind && $0.lastError != nil && $0.createdAt >= begun
            }
            failures[sender.kind] = newest.first?.lastError
        }
        return AlertChannel.allCases.compactMap { channel in
            switch outcomes[channel] {
            case nil: nil
            case .off: (channel, "off: it has not been set up, or has nobody to go to")
            case .posted(let count):
                (channel, failures[channel.rawValue].map { "failed: \($0)" } ?? "sent, \(count) message(s)")
            }
        }
    }

    /// Every rule in force, changed or not.
    package func alertRules() async throws -> [AlertRule] {
        try await gate.alertRules.reload(from: database)
        return EventType.allCases.map(gate.alertRules.rule)
    }
}

/// Turns alerts into messages while the server runs.
struct AlertRounds: Service {
    /// How soon an alert is told after its event.
    private static let interval: Duration = .seconds(1)

    let dispatch: AlertDispatch
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                if try await dispatch.dispatchDue() > 0 { continue }
            } catch {
                logger.warning("alerts not told", metadata: ["error": .string("\(error)")])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }
}
