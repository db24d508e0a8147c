import CRM
import Identity
import Logging
import ServiceLifecycle
import Work

/// Does in the background what people have set going: at once when it was on this node, and every now and then what another node, or this one
/// before it ended, has left behind.
struct BackgroundWork: Service {
    private static let interval: Duration = .seconds(15)

    /// Tells that something waits.
    let signal: WorkSignal
    let logger: Logger
    /// What the log says of a round that failed; the next one tries again.
    let failure: Logger.Message
    /// Does all that waits, until it is told to stop.
    let work: @Sendable (_ shouldStop: @escaping @Sendable () -> Bool) async throws -> Void

    func run() async throws {
        let signal = signal
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    signal.notify()
                    try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
                }
            }
            for await _ in signal.signals.cancelOnGracefulShutdown() {
                do {
                    try await work { Task.isShuttingDownGracefully || Task.isCancelled }
                } catch {
                    logger.warning(failure, metadata: ["error": .string("\(error)")])
                }
            }
            group.cancelAll()
        }
    }
}

extension Installation {
    /// Bulk changes, imports, reminders and plans, each beside the other.
    var backgroundWork: [BackgroundWork] {
        let (imports, logger) = (imports, logger)
        let changes = BulkChanges(book: book, recorder: gate.recorder)
        let tasks = TaskReminders(database: database, world: world, mailbox: gate.mailbox)
        let appointments = AppointmentReminders(database: database, world: world, mailbox: gate.mailbox)
        let settings = UserSettings(database: database, world: world, standard: configuration.work.timeZone)
        let plans = PlanRounds(
            plans: ActionPlans(database: database, world: world, settings: settings), book: book,
            mailbox: gate.mailbox,
            links: unsubscribeLinks, quiet: configuration.work.quietHours)
        return [
            BackgroundWork(signal: WorkSignal(), logger: logger, failure: "plans not continued") {
                _ = try await plans.work(until: $0) { id, error in
                    logger.warning("plan not continued", metadata: ["enrolment": "\(id)", "error": "\(error)"])
                }
            },
            BackgroundWork(signal: book.backgroundWork, logger: logger, failure: "bulk change not continued") {
                try await changes.work(until: $0)
            },
            BackgroundWork(signal: imports.backgroundWork, logger: logger, failure: "imports not looked for") {
                shouldStop in
                while try await imports.workOnNext(
                    until: shouldStop,
                    report: { id, error in
                        logger.warning("import interrupted", metadata: ["import": "\(id)", "error": "\(error)"])
                    })
                {
                    if shouldStop() { return }
                }
            },
            BackgroundWork(signal: WorkSignal(), logger: logger, failure: "reminders not written") { shouldStop in
                try await tasks.post(until: shouldStop)
                try await appointments.post(until: shouldStop)
            },
        ]
    }
}
