import Accounts
import Core
import Dispatch
import Guarding
import Storage
import Synchronization
import TestSupport
import Testing

/// Lets one thread wait until so many tasks have come; once.
private final class Arrivals: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isOver = Atomic(false)

    func note() { semaphore.signal() }

    func wait(for count: Int) {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        // Gives up after a while: a machine with one thread for tasks would wait for ever.
        for _ in 0..<count where semaphore.wait(timeout: .now() + 2) == .timedOut { return }
    }
}

@Suite struct `a limit that all nodes share` {
    private static let window: Duration = .minutes(15)

    private static func limits(_ maximum: Int, _ window: Duration = window) -> RateLimits {
        var limits = RateLimits()
        limits[.login] = RateLimit(.login, maximum: maximum, window: window)
        return limits
    }

    /// Nodes on one database, which counts what they ask of it.
    private static func withNodes(
        _ count: Int, _ kind: DatabaseKind, _ limits: RateLimits,
        _ body: ([RateLimiter], WatchedDatabase, TestWorld) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            _ = try await GateSchema.migrator.migrate(database, now: time.now)
            let watched = WatchedDatabase(database)
            let nodes = (0..<count).map { _ in RateLimiter(limits: limits, world: time.world, shared: watched) }
            try await body(nodes, watched, time)
        }
    }

    private static func isAllowed(_ node: RateLimiter, _ subject: String = "192.0.2.7") async throws -> Bool {
        try #require(try await node.hit(.login, subject: subject)).isAllowed
    }

    /// The bound of the sliding window, over all nodes: in a stretch of length d (at most one window) maximum × (1 + d / window).
    @Test(arguments: DatabaseKind.available, UInt64(1)...4)
    func `lets no more through than one node would, whoever is asked when`(kind: DatabaseKind, seed: UInt64)
        async throws
    {
        var dice = Dice(seed: seed &+ 900)
        let maximum = dice.number(1...60)
        try await Self.withNodes(3, kind, Self.limits(maximum, .seconds(90))) { (nodes, _, time) async throws -> Void in
            let length: Int64 = 90_000
            var log: [Int64] = []
            for _ in 0..<120 {
                if dice.happens(percent: 60) { time.advance(by: .milliseconds(dice.number(0...9_000))) }
                if dice.happens(percent: 2) { time.advance(by: .seconds(90)) }
                let hits = (0..<dice.number(1...12)).map { _ in nodes[dice.number(0...2)] }
                let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for node in hits { group.addTask { try await Self.isAllowed(node) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                log += Array(repeating: time.now.milliseconds, count: allowed)
            }
            var worst = 0.0
            for (first, start) in log.enumerated() {
                for last in first..<log.count where log[last] - start <= length {
                    let bound = Double(maximum) * (1 + Double(log[last] - start) / Double(length))
                    worst = max(worst, Double(last - first + 1) - bound)
                }
            }
            #expect(!log.isEmpty)
            #expect(worst <= 0.000_001)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `grants nothing that a node which died had reserved`(kind: DatabaseKind) async throws {
        try await Self.withNodes(2, kind, Self.limits(80)) { (nodes, _, _) async throws -> Void in
            for _ in 1...5 { #expect(try await Self.isAllowed(nodes[0])) }
            // The first is gone, with three that it had reserved ahead.
            var others = 0
            while try await Self.isAllowed(nodes[1]) { others += 1 }
            #expect(others < 75)
            #expect(others >= 70)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `holds nothing back from other nodes when little is left`(kind: DatabaseKind) async throws {
        try await Self.withNodes(2, kind, Self.limits(8)) { (nodes, _, _) async throws -> Void in
            var allowed = 0
            for turn in 0..<8 where try await Self.isAllowed(nodes[turn % 2]) { allowed += 1 }
            #expect(allowed == 8)
            #expect(try await !Self.isAllowed(nodes[0]))
            #expect(try await !Self.isAllowed(nodes[1]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asks the database seldom on behalf of whoever comes often`(kind: DatabaseKind) async throws {
        try await Self.withNodes(1, kind, Self.limits(10_000)) { (nodes, database, _) async throws -> Void in
            for _ in 1...1_000 { #expect(try await Self.isAllowed(nodes[0])) }
            #expect(database.roundTrips < 20)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses without asking again while the answer cannot be another`(kind: DatabaseKind) async throws {
        try await Self.withNodes(1, kind, Self.limits(3)) { (nodes, database, time) async throws -> Void in
            for _ in 1...3 { #expect(try await Self.isAllowed(nodes[0])) }
            #expect(try await !Self.isAllowed(nodes[0]))
            let asked = database.roundTrips
            for _ in 1...200 { #expect(try await !Self.isAllowed(nodes[0])) }
            #expect(database.roundTrips == asked)
            let refusal = try #require(try await nodes[0].hit(.login, subject: "192.0.2.7"))
            time.advance(by: refusal.reset - .milliseconds(1))
            #expect(try await !Self.isAllowed(nodes[0]))
            time.advance(by: .milliseconds(1))
            #expect(try await Self.isAllowed(nodes[0]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lets a crowd behind one address through together, not one after the other`(kind: DatabaseKind) async throws {
        try await Self.withNodes(1, kind, Self.limits(10_000)) { (nodes, database, _) async throws -> Void in
            // The first question is not asked before all are there.
            let crowd = 64
            let arrived = Arrivals()
            database.whenBatching { arrived.wait(for: crowd) }
            let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<crowd {
                    group.addTask {
                        arrived.note()
                        return try await Self.isAllowed(nodes[0])
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(allowed == crowd)
            #expect(database.batches.count < crowd / 4)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells all that wait when the database fails, and goes on when it is back`(kind: DatabaseKind) async throws {
        struct Lost: Error {}
        try await Self.withNodes(1, kind, Self.limits(30)) { (nodes, database, _) async throws -> Void in
            database.whenBatching { throw Lost() }
            await #expect(throws: Lost.self) { _ = try await Self.isAllowed(nodes[0]) }
            database.whenBatching(nil)
            for _ in 1...30 { #expect(try await Self.isAllowed(nodes[0])) }
            #expect(try await !Self.isAllowed(nodes[0]))
        }
    }

    @Test(arguments: DatabaseKind.available, [RateLimit.Name.refresh, .api, .health])
    func `is none of those that cost no query`(kind: DatabaseKind, name: RateLimit.Name) async throws {
        try await Self.withNodes(1, kind, RateLimits()) { (nodes, database, _) async throws -> Void in
            for _ in 1...10 { _ = try await nodes[0].hit(name, subject: "192.0.2.7") }
            #expect(database.roundTrips == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `reserves nothing for the next window`(kind: DatabaseKind) async throws {
        try await Self.withNodes(1, kind, Self.limits(100)) { (nodes, database, time) async throws -> Void in
            for _ in 1...9 { #expect(try await Self.isAllowed(nodes[0])) }
            let asked = database.roundTrips
            time.advance(by: Self.window)
            #expect(try await Self.isAllowed(nodes[0]))
            #expect(database.roundTrips == asked + 1)
        }
    }
}
