import Accounts
import Credentials
import Synchronization
import TestSupport
import Testing

@Suite struct `hashing pool` {
    @Test func `a full queue refuses at once`() async throws {
        let pool = HashingPool(threads: 1, queue: 2)
        let stopper = ThreadStopper()
        let jobs = (0..<3).map { number in
            Task {
                try await pool.run {
                    stopper.block()
                    return number
                }
            }
        }
        await stopper.started()
        while pool.depth < 3 { await Task.yield() }
        for _ in 1...5 { await #expect(throws: HashingPool.Full.self) { try await pool.run {} } }
        #expect(pool.depth == 3)
        #expect(pool.refused == 5)
        for _ in 0..<3 { stopper.release() }
        var results: [Int] = []
        for job in jobs { results.append(try await job.value) }
        #expect(results == [0, 1, 2])
        #expect(pool.depth == 0)
        #expect(try await pool.run { 7 } == 7)
        await pool.shutDown()
    }

    @Test(arguments: [1, 2, 3])
    func `never more run at once than there are threads`(threads: Int) async throws {
        let pool = HashingPool(threads: threads, queue: 100)
        let counter = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.run {
                        counter.enter()
                        // Long enough to meet the others, were there more threads.
                        for _ in 0..<20_000 { _ = counter.most }
                        counter.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counter.most <= threads)
        #expect(pool.depth == 0)
        await pool.shutDown()
    }

    @Test func `what fails frees its place`() async throws {
        struct Failure: Error {}
        let pool = HashingPool(threads: 1, queue: 0)
        for _ in 1...5 { await #expect(throws: Failure.self) { try await pool.run { throw Failure() } } }
        #expect(pool.depth == 0)
        await pool.shutDown()
    }

    @Test func `a job whose caller has gone away frees its place`() async throws {
        let pool = HashingPool(threads: 1, queue: 1)
        let stopper = ThreadStopper()
        let first = Task { try await pool.run { stopper.block() } }
        await stopper.started()
        let second = Task { try await pool.run { true } }
        while pool.depth < 2 { await Task.yield() }
        second.cancel()
        stopper.release()
        try await first.value
        _ = try? await second.value
        #expect(pool.depth == 0)
        await pool.shutDown()
    }
}

/// How many are inside, and how many ever were at once.
private final class Counter: Sendable {
    private let counts = Mutex((running: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock { counts in
            counts.running += 1
            counts.most = max(counts.most, counts.running)
        }
    }

    func leave() { counts.withLock { $0.running -= 1 } }
}
