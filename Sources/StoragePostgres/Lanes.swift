import Synchronization

/// A queue whose jobs are sent in groups, on at most a few connections at once (the lanes). See `docs/round-trips.md`.
///
/// A job that finds no lane open is sent at once, without waiting for others to join it. While a group is under way further jobs gather, and
/// are the next group; so groups grow with the load. The fewer lanes, the larger the groups: where `opensAtOnce` is false, a second lane opens
/// only when a full group is waiting, or when no group was sent between two looks (``look()``). When all lanes are open and still no group
/// was sent, the jobs in the queue are handed back to run by themselves.
final class Lanes<Job: Sendable>: Sendable {
    /// What the caller has to do next.
    enum Duty {
        case nothing
        /// A lane was opened: have ``next()`` called on a thread until that returns `nil`.
        case drain
        /// Call ``look()`` after the time that a group should take at most.
        case look
        /// Run these by themselves, on connections that are no lane.
        case alone([Job])
    }

    private struct State {
        var waiting: [Job] = []
        /// How many lanes are open.
        var taken = 0
        /// How many jobs have left the queue since the start.
        var gone = 0
        /// What ``gone`` was when the next look was asked for; `nil` when none is to come.
        var watched: Int?

        mutating func watch() -> Duty {
            guard watched == nil else { return .nothing }
            watched = gone
            return .look
        }
    }

    private let state = Mutex(State())
    private let count: Int
    private let groupLimit: Int
    private let opensAtOnce: Bool

    /// At most `count` groups are under way at once, of at most `groupLimit` jobs each. With `opensAtOnce` every job opens a lane while there are
    /// any left, and no look is ever asked for.
    init(_ count: Int, groupLimit: Int, opensAtOnce: Bool) {
        self.count = count
        self.groupLimit = groupLimit
        self.opensAtOnce = opensAtOnce
    }

    /// How many jobs are in the queue.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Adds `job` to the queue.
    func enqueue(_ job: Job) -> Duty {
        state.withLock { state in
            state.waiting.append(job)
            if state.taken < count, opensAtOnce || state.taken == 0 || state.waiting.count >= groupLimit {
                state.taken += 1
                return .drain
            }
            return opensAtOnce ? .nothing : state.watch()
        }
    }

    /// Checks whether a group was sent since the look was asked for, and does something about it if none was.
    func look() -> Duty {
        state.withLock { state in
            let isStuck = state.watched == state.gone
            state.watched = nil
            if state.waiting.isEmpty { return .nothing }
            guard isStuck else { return state.watch() }
            if state.taken < count {
                state.taken += 1
                return .drain
            }
            defer { state.waiting = [] }
            state.gone += state.waiting.count
            return .alone(state.waiting)
        }
    }

    /// The next group, in the order in which the jobs came; `nil` when the queue is empty, and then the lane is closed.
    func next() -> [Job]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.taken -= 1
                return nil
            }
            let group = Array(state.waiting.prefix(groupLimit))
            state.waiting.removeFirst(group.count)
            state.gone += group.count
            return group
        }
    }
}
