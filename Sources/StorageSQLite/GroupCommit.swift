import Storage
import Synchronization

/// Group commit: transactions that wait at the same moment for the one connection that writes are committed together, with one `fsync`.
///
/// A transaction that fails is rolled back to its savepoint, and the others stay. Nobody is answered, not even with a failure, before the shared
/// commit is on disk: each has seen the changes of those before it.
final class GroupCommit: Sendable {
    private struct Waiting {
        var jobs: [WriteJob] = []
        var isDraining = false
    }

    private let waiting = Mutex(Waiting())
    private let groupLimit: Int

    /// Commits at most `groupLimit` transactions together, which bounds how long the first waits for the last.
    init(groupLimit: Int = 256) { self.groupLimit = groupLimit }

    /// Adds `job` to the queue. Whether the caller must now have ``drain(_:)`` called on the writing connection.
    func enqueue(_ job: WriteJob) -> Bool {
        waiting.withLock { waiting in
            waiting.jobs.append(job)
            defer { waiting.isDraining = true }
            return !waiting.isDraining
        }
    }

    /// Whether transactions are being run, and how many wait besides.
    var load: (isBusy: Bool, waiting: Int) { waiting.withLock { ($0.isDraining, $0.jobs.count) } }

    /// Runs group after group until the queue is empty.
    func drain(_ connection: SQLiteConnection) {
        while let group = nextGroup() { run(group, connection) }
    }

    /// Answers all in the queue with `error`: there is no connection to run them on.
    func fail(_ error: StorageError) {
        while let group = nextGroup() { group.finish(error) }
    }

    private func nextGroup() -> [WriteJob]? {
        waiting.withLock { waiting in
            if waiting.jobs.isEmpty {
                waiting.isDraining = false
                return nil
            }
            let group = Array(waiting.jobs.prefix(groupLimit))
            waiting.jobs.removeFirst(group.count)
            return group
        }
    }

    /// Ends, because every turn either settles the group or takes one job out of it.
    private func run(_ group: [WriteJob], _ connection: SQLiteConnection) {
        var group = group
        while !group.isEmpty {
            switch GroupTransaction(connection, group).run() {
            case .settled: return
            case .again(let others): group = others
            case .eachAlone:
                for job in group { run([job], connection) }
                return
            }
        }
    }
}

extension [WriteJob] {
    /// Tells all of them the same.
    func finish(_ error: (any Error)?) {
        for job in self { job.finish(error) }
    }
}
