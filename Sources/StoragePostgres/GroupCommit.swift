import Storage

/// The queue of batches that may share a round trip and a commit. Those that wait together go together: one message to the server, one
/// flush of its log, one answer.
///
/// A group locks its rows in one order, that of ``Job/row``, so that two groups, here or on another node, cannot wait for each other in a
/// circle; and it waits for a lock only for a moment, so that one row that somebody holds does not hold up those of everybody. When one
/// batch fails, the server undoes all; then each runs by itself, elsewhere, and only the one at fault fails or waits.
final class GroupCommit: Sendable {
    /// One batch.
    struct Job: Sendable {
        let statements: [SQL]
        /// What tells the one row apart that the batch locks.
        let row: [UInt8]
        /// Tells the caller, once.
        let finish: @Sendable (Result<[[Row]], any Error>) -> Void
    }

    /// Shorter than the second after which PostgreSQL looks for circles of locks.
    private static let patience: SQL = "SET LOCAL lock_timeout = 250"

    private let lanes: Lanes<Job>

    /// Sends at most `groupLimit` batches together, on at most `lanes` connections at once.
    init(lanes: Int, groupLimit: Int = 64) {
        // One lane fills while the other waits for the disk.
        self.lanes = Lanes(lanes, groupLimit: groupLimit, opensAtOnce: true)
    }

    /// How many have not gone yet.
    var waiting: Int { lanes.waiting }

    /// Adds `job` to the queue. `drain` has ``drain(_:alone:)`` called on a thread of its own.
    func enqueue(_ job: Job, drain: () -> Void) {
        if case .drain = lanes.enqueue(job) { drain() }
    }

    /// Runs what waits until nothing does. `alone` has a job run by itself, on another thread.
    func drain(_ pool: ConnectionPool, alone: (Job) -> Void) {
        while let group = nextGroup() { run(group, PostgresTransaction(pool: pool), alone) }
    }

    /// Tells all that wait that nothing runs any more.
    func fail(_ error: StorageError) {
        while let group = nextGroup() { group.forEach { $0.finish(.failure(error)) } }
    }

    private func nextGroup() -> [Job]? {
        lanes.next()?.sorted { $0.row.lexicographicallyPrecedes($1.row) }
    }

    private func run(_ group: [Job], _ transaction: PostgresTransaction, _ alone: (Job) -> Void) {
        do {
            let answers = try transaction.tryingAgain { connection in try Self.exchange(group, on: connection) }
            for (job, answer) in zip(group, answers) { job.finish(answer) }
        } catch StorageError.unavailable(let reason) {
            // Nobody knows whether the server has committed, so nothing is sent again.
            for job in group { job.finish(.failure(StorageError.unavailable(reason))) }
        } catch {
            for job in group { alone(job) }
        }
    }

    /// Throws when nothing was kept. What is wrong with an answer is its job's alone: the rest was committed with it.
    private static func exchange(_ group: [Job], on connection: PostgresConnection) throws -> [Result<
        [[Row]], any Error
    >] {
        let sent = [patience] + group.flatMap(\.statements)
        do {
            let (answers, tag) = try connection.exchange(sent, opening: "BEGIN", closing: "COMMIT")
            guard tag == "COMMIT" else { throw PostgresFailure(message: "PostgreSQL rolled the transaction back") }
            var rest = answers.dropFirst()
            return group.map { job in
                defer { rest = rest.dropFirst(job.statements.count) }
                return Result { try rest.prefix(job.statements.count).map { try connection.rows($0.result, $0.entry) } }
            }
        } catch {
            if !connection.isBroken { _ = try? connection.command("ROLLBACK") }
            throw error
        }
    }
}
