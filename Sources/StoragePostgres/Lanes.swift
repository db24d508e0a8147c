import Synchronization

/// The queue in front of a few lanes: jobs that wait at the same time go together. A lone job waits for nobody, and groups grow with the load.
///
/// Few lanes make large groups, so a further one may be made to open only when it is needed: when a whole group waits, or when nothing
/// went from one look to the next. When nothing goes though all lanes are open, those that wait are let out to go by themselves.
final class Lanes<Job: Sendable>: Sendable {
    /// What the caller has to see to.
    enum Duty {
        case nothing
        /// A lane was opened: have ``next()`` called on a thread until that returns `nil`.
        case drain
        /// Call ``look()`` when a group has had time enough.
        case look
        /// Have these run without a lane.
        case alone([Job])
    }

    private struct State {
        var waiting: [Job] = []
        var taken = 0
        /// How many jobs have gone since the start.
        var gone = 0
        /// How many that were when the look was asked for that is still to come.
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

    /// At most `count` groups are under way at once, of at most `groupLimit` jobs each. When lanes open at once, whenever somebody comes,
    /// there are no looks.
    init(_ count: Int, groupLimit: Int, opensAtOnce: Bool) {
        self.count = count
        self.groupLimit = groupLimit
        self.opensAtOnce = opensAtOnce
    }

    /// How many jobs have not gone yet.
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

    /// Whether those that wait get on.
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

    /// Those that go together next, in the order in which they came; `nil` when nobody waits, and then the lane is given back.
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
