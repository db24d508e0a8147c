import Core
import Storage

/// Short `SELECT`s of different callers that travel together: one message to the server, one answer, and one waking of a thread on either
/// side for all of them.
///
/// Each sees what is committed when its turn comes, as it would alone. A slow one holds up those that came with it for a moment only: then
/// the server breaks it off, and it and those behind it run by themselves. When one fails the server passes over those behind it, and
/// these run by themselves.
final class SharedReads: Sendable {
    /// One `SELECT`.
    struct Job: Sendable {
        let statement: SQL
        /// Tells the caller, once.
        let finish: @Sendable (Result<PostgresResult, any Error>) -> Void
    }

    /// How long nothing may go before those that wait are let past. Much longer than a group of short ones takes.
    private static let patience: Duration = .milliseconds(20)
    /// How long one statement may run while others wait behind it.
    private static let longest: Duration = .milliseconds(250)

    private let lanes: Lanes<Job>
    private let limit: SQL

    /// Sends at most `groupLimit` statements together, on at most `lanes` connections at once, whose statements may run for `queryTimeout`;
    /// zero for ever.
    init(lanes: Int, groupLimit: Int = 32, queryTimeout: Duration) {
        self.lanes = Lanes(lanes, groupLimit: groupLimit, opensAtOnce: false)
        let longest = queryTimeout > .zero ? min(queryTimeout, Self.longest) : Self.longest
        // Not SET LOCAL, of which the server would warn: what goes up to one synchronisation point is a transaction, but has no BEGIN.
        limit = "SELECT set_config('statement_timeout', \("\(longest.milliseconds)"), true)"
    }

    /// How many have not gone yet.
    var waiting: Int { lanes.waiting }

    /// Adds `job` to the queue. `drain` has ``drain(_:alone:)`` called on a thread of its own; `alone` has a job run by itself.
    func enqueue(
        _ job: Job, alone: @escaping @Sendable (Job) -> Void, drain: @escaping @Sendable () -> Void
    ) {
        follow(lanes.enqueue(job), alone, drain)
    }

    private func follow(
        _ duty: Lanes<Job>.Duty, _ alone: @escaping @Sendable (Job) -> Void, _ drain: @escaping @Sendable () -> Void
    ) {
        switch duty {
        case .nothing: break
        case .drain: drain()
        case .alone(let jobs): for job in jobs { alone(job) }
        case .look:
            Task {
                try? await Task.sleep(for: Self.patience)
                follow(lanes.look(), alone, drain)
            }
        }
    }

    /// Runs what waits until nothing does. `alone` has a job run by itself, on another thread.
    func drain(_ pool: ConnectionPool, alone: (Job) -> Void) {
        while let group = lanes.next() {
            var rest = group[...]
            do {
                try PostgresTransaction(pool: pool).tryingAgain { connection in try run(&rest, on: connection) }
            } catch {
                // Nothing was written, so whatever it was, each may ask again.
                for job in rest { alone(job) }
            }
        }
    }

    /// Tells all that wait that nothing runs any more.
    func fail(_ error: StorageError) {
        while let group = lanes.next() { group.forEach { $0.finish(.failure(error)) } }
    }

    /// Tells each its answer as it comes, so that nobody waits for those behind, and takes it off `jobs`.
    private func run(_ jobs: inout ArraySlice<Job>, on connection: PostgresConnection) throws {
        // Nobody waits behind a lone one, which may take its time.
        var isLimitSet = jobs.count == 1
        let isShared = !isLimitSet
        do {
            _ = try connection.exchange((isShared ? [limit] : []) + jobs.map(\.statement)) { answer in
                if isLimitSet { jobs.popFirst()?.finish(.success(answer.result)) } else { isLimitSet = true }
            }
        } catch let failure as PostgresFailure {
            // Answers come in order, so the first that has none is at fault; unless it was broken off for the sake of the others.
            let isBrokenOff = isShared && failure.isTimeout
            if isLimitSet, !failure.isBroken, !failure.asksForAnotherTry, !isBrokenOff {
                jobs.popFirst()?.finish(.failure(failure.storageError))
            }
            throw failure
        }
    }
}
