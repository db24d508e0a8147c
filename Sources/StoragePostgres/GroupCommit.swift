import Storage

/// Group commit: batches that wait at the same moment are sent as one transaction, which is one message to the server, one flush of its
/// write-ahead log and one answer. See `docs/round-trips.md`.
///
/// A group locks its rows in the order of ``Job/row``, so that two groups, here or on another node, cannot deadlock. It waits for a lock for
/// ``patience`` at most, so that one row that is locked elsewhere does not delay all others. When one batch fails, the server rolls back the
/// whole group; then each batch runs by itself, on another thread, and only the one at fault fails or waits.
final class GroupCommit: Sendable {
    /// One batch.
    struct Job: Sendable {
        let statements: [SQL]
        /// The key of the one row that the batch locks.
        let row: [UInt8]
        /// Tells the caller, once.
        let finish: @Sendable (Result<[[Row]], any Error>) -> Void
    }

    /// In milliseconds. Shorter than the second after which PostgreSQL looks for deadlocks.
    private static let patience: SQL = "SET LOCAL lock_timeout = 250"

    private let lanes: Lanes<Job>

    /// Sends at most `groupLimit` batches together, on at most `lanes` connections at once.
    init(lanes: Int, groupLimit: Int = 64) {
        // The next group gathers in one lane while the other waits for the disk.
        self.lanes = Lanes(lanes, groupLimit: groupLimit, opensAtOnce: true)
    }

    /// How many batches have not been sent yet.
    var waiting: Int { lanes.waiting }

    /// Adds `job` to the queue. `drain` is called if a lane is to be opened for it, and must call ``drain(_:alone:)`` on a thread of the driver.
    func enqueue(_ job: Job, drain: () -> Void) {
        if case .drain = lanes.enqueue(job) { drain() }
    }

    /// Sends group after group until the queue is empty. `alone` runs a job by itself, on another thread.
    func drain(_ pool: ConnectionPool, alone: (Job) -> Void) {
        while let group = nextGroup() { run(group, PostgresTransaction(pool: pool), alone) }
    }

    /// Answers all in the queue with `error`: the database is closed.
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
            // The connection is lost, and whether the server has committed is unknown: nothing is sent again.
            for job in group { job.finish(.failure(StorageError.unavailable(reason))) }
        } catch {
            for job in group { alone(job) }
        }
    }

    /// Throws when nothing was committed. An answer that cannot be decoded is a failure of its job alone: all were committed.
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
