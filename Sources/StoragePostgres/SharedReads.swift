import Core
import Storage

/// Short `SELECT`s of different callers that are sent in one pipeline: one message to the server, and one thread woken on either side for all of
/// them. See `docs/round-trips.md`.
///
/// Each has a snapshot of its own, as if it ran by itself. One that is slow delays those behind it for ``longest`` at most: then the server
/// breaks it off, and it and those behind it run by themselves. When one fails, the server skips those behind it, and these run by themselves.
final class SharedReads: Sendable {
    /// One `SELECT`.
    struct Job: Sendable {
        let statement: SQL
        /// How long it may run by itself, where that is less than any statement may: the rest of its time, after it ran in a group.
        fileprivate(set) var timeLeft: Duration?
        /// Tells the caller, once.
        let finish: @Sendable (Result<PostgresResult, any Error>) -> Void

        init(statement: SQL, finish: @escaping @Sendable (Result<PostgresResult, any Error>) -> Void) {
            self.statement = statement
            self.finish = finish
        }

        /// Runs it by itself.
        func run(on connection: PostgresConnection) throws -> PostgresResult {
            guard let timeLeft else { return try connection.execute(PostgresConnection.Call(statement)).result }
            let answers = try connection.exchange([SharedReads.limit(timeLeft), statement]).answers
            guard let answer = answers.last else { throw connection.lastFailure() }
            return answer.result
        }
    }

    /// After how long without a group being sent something is done about those that wait. Much longer than a group of short reads takes.
    private static let patience: Duration = .milliseconds(20)
    /// How long one statement may run while others wait behind it.
    private static let longest: Duration = .milliseconds(250)

    private let lanes: Lanes<Job>
    /// How long one statement of a group may run.
    private let limit: Duration
    /// How long one that was broken off after ``limit`` may run by itself; `nil` when that was all of its time.
    private let timeLeft: Duration?

    /// Sends at most `groupLimit` statements together, on at most `lanes` connections at once, whose statements may run for `queryTimeout`;
    /// zero for ever.
    init(lanes: Int, groupLimit: Int = 32, queryTimeout: Duration) {
        self.lanes = Lanes(lanes, groupLimit: groupLimit, opensAtOnce: false)
        let isUnlimited = queryTimeout <= .zero
        limit = isUnlimited ? Self.longest : min(queryTimeout, Self.longest)
        timeLeft = isUnlimited ? .zero : limit < queryTimeout ? queryTimeout - limit : nil
    }

    /// Gives each statement up to the synchronisation point the time `limit`; zero for ever. Not SET LOCAL, of which the server would warn:
    /// what goes up to such a point is a transaction, but has no BEGIN.
    private static func limit(_ limit: Duration) -> SQL {
        "SELECT set_config('statement_timeout', \("\(limit.milliseconds)"), true)"
    }

    /// How many reads have not been sent yet.
    var waiting: Int { lanes.waiting }

    /// Adds `job` to the queue. `drain` is called if a lane is to be opened, and must call ``drain(_:alone:)`` on a thread of the driver; `alone`
    /// runs a job by itself.
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

    /// Sends group after group until the queue is empty. `alone` runs a job by itself, on another thread.
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

    /// Answers all in the queue with `error`: the database is closed.
    func fail(_ error: StorageError) {
        while let group = lanes.next() { group.forEach { $0.finish(.failure(error)) } }
    }

    /// Answers each as its rows arrive, so that nobody waits for those behind it, and takes it off `jobs`.
    private func run(_ jobs: inout ArraySlice<Job>, on connection: PostgresConnection) throws {
        // One that is alone delays nobody, so it has the time of any statement.
        var isLimitSet = jobs.count == 1
        let isShared = !isLimitSet
        do {
            _ = try connection.exchange((isShared ? [Self.limit(limit)] : []) + jobs.map(\.statement)) { answer in
                if isLimitSet { jobs.popFirst()?.finish(.success(answer.result)) } else { isLimitSet = true }
            }
        } catch let failure as PostgresFailure {
            // Answers come in order, so the first that has none is at fault. If it was broken off for the sake of the others, it runs again
            // for the rest of its time.
            if isLimitSet, !failure.isBroken, !failure.asksForAnotherTry {
                if isShared, failure.isBrokenOff, let timeLeft, var late = jobs.first {
                    late.timeLeft = timeLeft
                    jobs[jobs.startIndex] = late
                } else {
                    jobs.popFirst()?.finish(.failure(failure.storageError))
                }
            }
            throw failure
        }
    }
}
