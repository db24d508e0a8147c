import Core
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where passwords are hashed: a few real threads with a bounded queue before them.
///
/// A flood of sign-ins meets three walls. The number of threads bounds the memory in use (each hash takes 19 MiB). The
/// queue bounds what may wait; past it the answer is 503 at once, never an unbounded pile. And the threads run at the
/// lowest priority, so that the cores serve every other request first.
package final class HashingPool: Sendable {
    /// The queue is full.
    package struct Full: Overload {}

    private let threads: NIOThreadPool
    private let capacity: Int
    private let underWay = Atomic<Int>(0)
    private let finished = Atomic<Int>(0)
    private let turnedAway = Atomic<Int>(0)

    /// A pool of `threads` threads before which at most `queue` jobs wait.
    package init(threads count: Int, queue: Int) {
        threads = NIOThreadPool(numberOfThreads: max(1, count))
        capacity = max(1, count) + queue
        threads.start()
    }

    /// Runs `work` on one of the threads and returns what it returns. Throws ``Full`` at once when too much waits.
    package func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= capacity else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            turnedAway.wrappingAdd(1, ordering: .relaxed)
            throw Full()
        }
        defer {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            finished.wrappingAdd(1, ordering: .relaxed)
        }
        return try await threads.runIfActive {
            Self.yieldToEverybodyElse()
            return try work()
        }
    }

    /// How many jobs are done since the start.
    package var done: Int { finished.load(ordering: .relaxed) }

    /// How many jobs were refused since the start, because as many ran or waited as may.
    package var refused: Int { turnedAway.load(ordering: .relaxed) }

    /// How many jobs run or wait.
    package var depth: Int { underWay.load(ordering: .relaxed) }

    /// Ends the threads after the jobs that wait.
    package func shutDown() async {
        try? await threads.shutdownGracefully()
    }

    /// On Linux a thread has a niceness of its own; elsewhere the whole process would be meant, so nothing is done.
    private static func yieldToEverybodyElse() {
        #if os(Linux)
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        #endif
    }
}
