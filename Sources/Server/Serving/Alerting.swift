import Accounts
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
            database: gate.database, world: gate.world, rules: gate.alertRules, geography: gate.places,
            mailbox: gate.mailbox, textbox: gate.textbox, seal: OutboxSeal(secret: secret, world: world),
            places: configuration.alerts.places)
    }

    /// The senders of the channels of alerts that are set up, but for mail and SMS, which have their own.
    func alertSenders() -> [any OutboxSender] {
        let (seal, places) = (OutboxSeal(secret: secret, world: world), configuration.alerts.places)
        // Each has its own: a name server that hangs for the one must not hold up the other.
        func post() -> GuardedPost { GuardedPost(allowsPrivate: places.allowsPrivate) }
        var senders: [any OutboxSender] = []
        if let url = places.slack { senders.append(SlackSender(url: url, seal: seal, post: post())) }
        if let url = places.webhook {
            senders.append(
                WebhookSender(url: url, signer: configuration.alerts.signer, seal: seal, post: post(), world: world))
        }
        if let sentry = sentrySender { senders.append(sentry) }
        return senders
    }

    /// What takes the items of `sender` to it. An alert that is given up is an event: somebody should know that nobody was told.
    func delivery(_ sender: any OutboxSender) -> OutboxDelivery {
        let gate = gate
        return OutboxDelivery(outbox: outbox, sender: sender, logger: logger, world: world) { item, sql in
            let isAlert =
                item.subject == "alert" || [SlackSender.outboxKind, WebhookSender.outboxKind].contains(item.kind)
            guard isAlert else { return }
            let event = Event(
                .alertDeliveryFailed, in: gate.world, from: .server,
                detail: ["channel": item.kind, "item": item.id.description, "subject": item.subject])
            try gate.recorder.record(event, in: sql)
        }
    }

    /// What reports to Sentry, if that is set up.
    var sentrySender: SentrySender? {
        let alerts = configuration.alerts
        return alerts.sentry.map { dsn in
            SentrySender(
                dsn: dsn, environment: alerts.sentryEnvironment, seal: OutboxSeal(secret: secret, world: world),
                post: GuardedPost(allowsPrivate: alerts.places.allowsPrivate))
        }
    }

    /// Has the rule for `type` tried: what each channel comes to, in a sentence.
    package func rehearseAlert(_ type: EventType) async throws -> [(channel: AlertChannel, report: String)] {
        let begun = world.now()
        let outcomes = try await alertDispatch.rehearse(type)
        for sender in try senders() {
            let delivery = delivery(sender)
            while try await delivery.deliverDue() > 0 {}
        }
        let items = try await outbox.list(nil, limit: 1000).filter { $0.createdAt >= begun }
        return AlertChannel.allCases.compactMap { channel in
            switch outcomes[channel] {
            case nil: nil
            case .off: (channel, "off: it has not been set up, or has nobody to go to")
            case .posted: (channel, Self.report(items.filter { $0.kind == channel.rawValue }))
            }
        }
    }

    /// What became of the messages of one channel.
    private static func report(_ items: [OutboxItem]) -> String {
        if let failed = items.first(where: { $0.lastError != nil }) {
            return "\(failed.state == .dead ? "given up" : "not sent yet"): \(failed.lastError ?? "")"
        }
        let sent = items.count { $0.state == .sent }
        return sent == items.count ? "sent (\(sent))" : "on its way from the running server"
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

/// Sends what the reporter has noted while the server runs.
struct FaultReports: Service {
    let reporter: FaultReporter
    let sender: SentrySender
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await reporter.run(to: sender) { failure in
                logger.warning("fault not reported", metadata: ["reason": "\(failure)"])
            }
        }
    }
}
