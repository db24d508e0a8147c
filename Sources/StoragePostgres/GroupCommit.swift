import Storage
import Synchronization

/// The queue of batches that may share a round trip and a commit. Those that wait together go together: one message to the server, one
/// flush of its log, one answer.
///
/// A group locks its rows in one order, that of ``Job/row``, so that two groups, here or on another node, cannot wait for each other in a
/// circle. When one batch fails, the server undoes all; then each runs alone, and only the one at fault fails.
final class GroupCommit: Sendable {
    /// One batch.
    struct Job: Sendable {
        let statements: [SQL]
        /// What tells the one row apart that the batch locks.
        let row: [UInt8]
        /// Tells the caller, once.
        let finish: @Sendable (Result<[[Row]], any Error>) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var lanes = 0
    }

    private let state = Mutex(State())
    private let lanes: Int
    private let groupLimit: Int

    /// Sends at most `groupLimit` batches together, on at most `lanes` connections at once. Few lanes make large groups.
    init(lanes: Int, groupLimit: Int = 64) {
        self.lanes = lanes
        self.groupLimit = groupLimit
    }

    /// Adds `job` to the queue. Whether the caller must now have ``drain(_:)`` called on a thread of its own.
    func enqueue(_ job: Job) -> Bool {
        state.withLock { state in
            state.waiting.append(job)
            guard state.lanes < lanes else { return false }
            state.lanes += 1
            return true
        }
    }

    /// Runs what waits until nothing does.
    func drain(_ pool: ConnectionPool) {
        while let group = nextGroup() { run(group, PostgresTransaction(pool: pool)) }
    }

    /// Tells all that wait that nothing runs any more.
    func fail(_ error: StorageError) {
        while let group = nextGroup() { group.forEach { $0.finish(.failure(error)) } }
    }

    private func nextGroup() -> [Job]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.lanes -= 1
                return nil
            }
            let group = state.waiting.prefix(groupLimit)
            state.waiting.removeFirst(group.count)
            return group.sorted { $0.row.lexicographicallyPrecedes($1.row) }
        }
    }

    private func run(_ group: [Job], _ transaction: PostgresTransaction) {
        let answers = Result {
            try transaction.tryingAgain { connection in try connection.batch(group.flatMap(\.statements)) }
        }
        switch answers {
        case .success(let answers):
            var rest = answers[...]
            for job in group {
                job.finish(.success(Array(rest.prefix(job.statements.count))))
                rest = rest.dropFirst(job.statements.count)
            }
        // Nobody knows whether the server has committed, so nothing is sent again.
        case .failure(StorageError.unavailable(let reason)):
            for job in group { job.finish(.failure(StorageError.unavailable(reason))) }
        case .failure(let error):
            if group.count == 1 { return group.forEach { $0.finish(.failure(error)) } }
            for job in group { run([job], transaction) }
        }
    }
}
