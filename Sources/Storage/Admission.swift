import Synchronization

/// How much work a driver takes on: at most so many jobs at once, and none after it was closed.
///
/// The bound is what turns a flood into a quick ``StorageError/overloaded`` instead of a pile of memory that grows until
/// everybody waits.
package final class Admission: Sendable {
    private struct State {
        var underWay = 0
        var refused = 0
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// Admits at most `capacity` jobs at once, those that wait included.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// Counts a job in; each must be followed by one ``leave()``.
    ///
    /// Throws ``StorageError/overloaded`` when too many are in, ``StorageError/unavailable(_:)`` after ``close()``.
    package func enter() throws {
        try state.withLock { state in
            guard !state.isClosed else { throw StorageError.unavailable("the database is closed") }
            guard state.underWay < capacity else {
                state.refused += 1
                throw StorageError.overloaded
            }
            state.underWay += 1
        }
    }

    /// How many jobs are in, and how many were refused since the start because too many were.
    package var count: (underWay: Int, refused: Int) { state.withLock { ($0.underWay, $0.refused) } }

    /// Counts a job out.
    package func leave() {
        let waiting = state.withLock { state in
            state.underWay -= 1
            guard state.underWay == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Admits nothing more, and returns when the last job has left.
    package func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.underWay > 0 { state.waiting.append(continuation) }
                return state.underWay == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
