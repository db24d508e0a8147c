import Core
import Synchronization

/// The queue in front of a few lanes: jobs that wait at the same time go together. A lone job waits for nobody, and groups grow with the load.
///
/// Few lanes make large groups, so a further one opens only when it is needed: a whole group waits, or the last group that went is late,
/// which keeps one slow statement from holding up everybody.
final class Lanes<Job: Sendable>: Sendable {
    private struct State {
        var waiting: [Job] = []
        var taken = 0
        var lastWent = Timestamp(milliseconds: 0)
    }

    private let state = Mutex(State())
    private let count: Int
    private let groupLimit: Int
    private let patience: Duration
    private let world: World

    /// At most `count` groups are under way at once, of at most `groupLimit` jobs each. After `patience` a group is late; with none of it
    /// lanes open at once.
    init(_ count: Int, groupLimit: Int, patience: Duration, world: World) {
        self.count = count
        self.groupLimit = groupLimit
        self.patience = patience
        self.world = world
    }

    /// Adds `job` to the queue. Whether a lane was opened for it: then the caller must have ``next()`` called on a thread until that returns
    /// `nil`.
    func enqueue(_ job: Job) -> Bool {
        let now = world.now()
        return state.withLock { state in
            state.waiting.append(job)
            guard state.taken < count else { return false }
            guard state.taken == 0 || state.waiting.count >= groupLimit || now - state.lastWent >= patience else {
                return false
            }
            state.taken += 1
            // The lane is on its way: whoever comes next need not open another.
            state.lastWent = now
            return true
        }
    }

    /// Those that go together next, in the order in which they came; `nil` when nobody waits, and then the lane is given back.
    func next() -> [Job]? {
        let now = world.now()
        return state.withLock { state in
            if state.waiting.isEmpty {
                state.taken -= 1
                return nil
            }
            let group = Array(state.waiting.prefix(groupLimit))
            state.waiting.removeFirst(group.count)
            state.lastWent = now
            return group
        }
    }
}
