import Dispatch
import Storage
import Synchronization

import class GRDB.DatabasePool

/// Where reads run: as many lanes as there are reading connections, each on a serial queue of its own.
///
/// A job goes to a lane that is free, else it waits for the first that becomes free, so a long read holds up no short one
/// while there is another lane. One change of thread per read: GRDB's own asynchronous reads take three, which costs more
/// than most queries.
final class ReaderLanes: Sendable {
    /// Reads on a connection, or learns why there is none.
    typealias Job = @Sendable (Result<GRDBDatabase, any Error>) -> Void

    private struct State {
        /// Those before `taken` have been taken: removing each from the front would move all others.
        var waiting: [Job?] = []
        var taken = 0
        var free: [DispatchQueue]

        mutating func next() -> Job? {
            guard taken < waiting.count else {
                waiting.removeAll(keepingCapacity: true)
                taken = 0
                return nil
            }
            let job = waiting[taken].take()
            taken += 1
            if taken > 1000, taken * 2 > waiting.count {
                waiting.removeFirst(taken)
                taken = 0
            }
            return job
        }
    }

    private let pool: DatabasePool
    private let state: Mutex<State>

    init(_ pool: DatabasePool) {
        self.pool = pool
        let lanes = 1...max(1, pool.configuration.maximumReaderCount)
        state = Mutex(State(free: lanes.map { DispatchQueue(label: "gatehouse.sqlite.reader.\($0)") }))
    }

    /// Has `job` run as soon as a lane is free.
    func submit(_ job: @escaping Job) {
        let lane = state.withLock { state in
            let lane = state.free.popLast()
            if lane == nil { state.waiting.append(job) }
            return lane
        }
        lane?.async { [self] in
            perform(job)
            while let next = next(freeing: lane) { perform(next) }
        }
    }

    private func perform(_ job: Job) {
        do {
            // "Unsafe" only in that it opens no transaction: a single SELECT is one picture by itself.
            try pool.unsafeRead { database in job(.success(database)) }
        } catch {
            job(.failure(error))
        }
    }

    private func next(freeing lane: DispatchQueue?) -> Job? {
        state.withLock { state in
            let job = state.next()
            if job == nil, let lane { state.free.append(lane) }
            return job
        }
    }
}
