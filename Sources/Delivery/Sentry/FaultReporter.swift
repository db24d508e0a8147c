package import Core
import Storage

/// Reports faults to Sentry, off the path of the request that met one: to report is to put a value into a queue.
///
/// The queue is short. In a storm of faults the oldest reports are dropped: the log has all of them, and a server in trouble must
/// not spend itself on telling so. A share of the faults is enough (`SENTRY_SAMPLE_RATE`).
package final class FaultReporter: Sendable {
    private static let longestQueue = 64

    private let sampleRate: Double
    private let world: World
    private let reports: AsyncStream<SentryReport>
    private let queue: AsyncStream<SentryReport>.Continuation

    /// Keeps the share `sampleRate` of what is reported, 0 to 1.
    package init(sampleRate: Double, world: World) {
        self.sampleRate = sampleRate
        self.world = world
        (reports, queue) = AsyncStream.makeStream(
            of: SentryReport.self, bufferingPolicy: .bufferingNewest(Self.longestQueue))
    }

    /// Notes a fault: of which kind, on which route, and the identity under which the log has it.
    package func note(kind: String, method: String, route: String, errorID: String) {
        let roll = world.randomBytes(2).reduce(0) { $0 << 8 | Int($1) }
        guard Double(roll) / 65_536 < sampleRate else { return }
        let id: Identifier<OutboxEntity> = world.identifier()
        queue.yield(
            SentryReport(
                id: SentrySender.digits(id.description), at: world.now(), level: "error",
                message: "\(kind) in \(method) \(route)", kind: "\(kind) \(method) \(route)",
                tags: ["error_id": errorID, "method": method, "route": route, "error": kind]))
    }

    /// Sends what is noted, one after the other, until the task is cancelled or ``finish()`` is called. What cannot be sent is dropped.
    package func run(to sender: SentrySender, onFailure: (DeliveryFailure) -> Void = { _ in }) async {
        for await report in reports {
            do throws(DeliveryFailure) {
                try await sender.send(report)
            } catch {
                onFailure(error)
            }
        }
    }

    /// Ends ``run(to:onFailure:)`` after what is noted.
    package func finish() { queue.finish() }
}
