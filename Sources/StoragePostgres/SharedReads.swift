import Core
import Storage

/// Short `SELECT`s of different callers that travel together: one message to the server, one answer, and one waking of a thread on either
/// side for all of them.
///
/// Each sees what is committed when its turn comes, as it would alone. When one fails the server passes over those behind it; then each
/// runs by itself, and only the one at fault fails.
final class SharedReads: Sendable {
    /// One `SELECT`.
    struct Job: Sendable {
        let statement: SQL
        /// Tells the caller, once.
        let finish: @Sendable (Result<PostgresResult, any Error>) -> Void
    }

    /// Much longer than a group of short ones takes.
    private static let patience: Duration = .milliseconds(20)

    private let lanes: Lanes<Job>

    /// Sends at most `groupLimit` statements together, on at most `lanes` connections at once.
    init(lanes: Int, groupLimit: Int = 32, world: World) {
        self.lanes = Lanes(lanes, groupLimit: groupLimit, patience: Self.patience, world: world)
    }

    /// Adds `job` to the queue. Whether the caller must now have ``drain(_:alone:)`` called on a thread of its own.
    func enqueue(_ job: Job) -> Bool { lanes.enqueue(job) }

    /// Runs what waits until nothing does. `alone` has a job run by itself, on another thread.
    func drain(_ pool: ConnectionPool, alone: (Job) -> Void) {
        while let group = lanes.next() {
            var rest = group[...]
            do {
                try PostgresTransaction(pool: pool).tryingAgain { connection in
                    // Whoever has an answer need not wait for those behind.
                    _ = try connection.exchange(rest.map(\.statement)) { rest.popFirst()?.finish(.success($0.result)) }
                }
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
}
