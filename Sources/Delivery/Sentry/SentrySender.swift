package import Accounts
import Core
import SecurityEvents
package import Storage

/// Reports to Sentry, through the envelope endpoint: critical events as items of the outbox, faults as they come.
package struct SentrySender: OutboxSender {
    /// The `kind` of its items.
    package static let outboxKind = "sentry"

    private let dsn: SentryDSN
    private let environment: String
    private let seal: OutboxSeal
    private let post: GuardedPost

    package init(dsn: SentryDSN, environment: String, seal: OutboxSeal, post: GuardedPost) {
        self.dsn = dsn
        self.environment = environment
        self.seal = seal
        self.post = post
    }

    /// Critical events.
    package var kind: String { Self.outboxKind }

    /// Each may take a quarter of a minute of a name server and a Sentry that hang.
    package var batch: Int { 8 }

    /// Reports a critical event: its type and when it was, and neither who nor from where.
    package func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool {
        guard let notice = try seal.notice(of: item) else { return false }
        let count = notice.count > 1 ? " (\(notice.count) more)" : ""
        try await send(
            SentryReport(
                id: Self.digits(item.id.description), at: item.createdAt, level: "fatal",
                message: "\(notice.type)\(count)", kind: notice.type,
                tags: ["event": notice.type, "event_id": notice.event, "severity": notice.severity]))
        return true
    }

    /// Sends a report now.
    package func send(_ report: SentryReport) async throws(DeliveryFailure) {
        let authorization = "Sentry sentry_version=7, sentry_client=gatehouse/1.0, sentry_key=\(dsn.key.exposed)"
        try await post.post(
            report.envelope(environment: environment), to: dsn.endpoint,
            headers: [("Content-Type", "application/x-sentry-envelope"), ("X-Sentry-Auth", authorization)])
    }

    static func digits(_ identity: String) -> String { identity.filter { $0 != "-" } }
}
