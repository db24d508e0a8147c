import Dispatch
import Storage
import Synchronization

import class GRDB.DatabaseQueue

/// One connection that reads. Only the thread that has taken it may use it.
///
/// `@unchecked Sendable`: it is taken and given back under the lock of ``ReaderLanes``.
final class ReaderLane: @unchecked Sendable {
    /// Where jobs run that may take long.
    fileprivate let queue: DispatchQueue
    private let open: @Sendable () throws -> DatabaseQueue
    private let queryTimeout: Duration
    private var opened: (database: DatabaseQueue, connection: SQLiteConnection)?

    fileprivate init(
        number: Int, queryTimeout: Duration, _ open: @escaping @Sendable () throws -> DatabaseQueue
    ) {
        queue = DispatchQueue(label: "gatehouse.sqlite.reader.\(number)")
        self.open = open
        self.queryTimeout = queryTimeout
    }

    /// The connection, opened when it is first needed.
    func connection() throws -> SQLiteConnection {
        if let opened { return opened.connection }
        do {
            let database = try open()
            // GRDB opens and closes; in between nobody but us uses the connection, so its queue need not be asked again.
            let connection = try database.unsafeRead { try SQLiteConnection($0, queryTimeout: queryTimeout) }
            opened = (database, connection)
            return connection
        } catch {
            throw StorageError(error)
        }
    }

    fileprivate func close() {
        opened?.connection.finish()
        try? opened?.database.close()
        opened = nil
    }
}

/// The pool of connections that read, each with a dispatch queue (a lane).
///
/// A short read takes a free lane and stays on the caller's thread (``take()``). A job that may take long goes to the queue of a free lane, or
/// waits for the first that becomes free. So a long read delays a short one only when all lanes are taken.
final class ReaderLanes: Sendable {
    typealias Job = @Sendable (ReaderLane) -> Void

    /// How many there are.
    static let count = 8

    private struct State {
        /// Those before the index `taken` have left; removing each from the front of the array would move all others.
        var waiting: [Job?] = []
        var taken = 0
        /// The last one used is used next, so that no more connections are opened than are needed at once.
        var free: [ReaderLane]

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

    private let lanes: [ReaderLane]
    private let state: Mutex<State>

    init(_ file: SQLiteFile, queryTimeout: Duration) {
        lanes = (1...Self.count).map { number in
            ReaderLane(number: number, queryTimeout: queryTimeout) { try file.reader() }
        }
        state = Mutex(State(free: lanes.reversed()))
    }

    /// How many are taken, and how many jobs wait for one.
    var load: (inUse: Int, waiting: Int) {
        state.withLock { (Self.count - $0.free.count, $0.waiting.count - $0.taken) }
    }

    /// A free lane, if there is one; must be given back.
    func take() -> ReaderLane? { state.withLock { $0.free.popLast() } }

    /// Ends what began with ``take()``.
    func giveBack(_ lane: ReaderLane) {
        guard let job = next(freeing: lane) else { return }
        lane.queue.async { self.run(job, on: lane) }
    }

    /// Has `job` run as soon as a lane is free.
    func submit(_ job: @escaping Job) {
        let lane = state.withLock { state in
            let lane = state.free.popLast()
            if lane == nil { state.waiting.append(job) }
            return lane
        }
        guard let lane else { return }
        lane.queue.async { self.run(job, on: lane) }
    }

    /// Closes the connections, which nobody may be using any more.
    func close() {
        for lane in lanes { lane.close() }
    }

    private func run(_ job: Job, on lane: ReaderLane) {
        job(lane)
        while let next = next(freeing: lane) { next(lane) }
    }

    private func next(freeing lane: ReaderLane) -> Job? {
        state.withLock { state in
            let job = state.next()
            if job == nil { state.free.append(lane) }
            return job
        }
    }
}
