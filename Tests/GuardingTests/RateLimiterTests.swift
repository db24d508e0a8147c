import Accounts
import Core
import Guarding
import Storage
import TestSupport
import Testing

@Suite struct `rate limits` {
    private static func hit(_ limiter: RateLimiter, _ subject: String = "192.0.2.7") async throws -> RateVerdict {
        try #require(try await limiter.hit(.login, subject: subject))
    }

    private static func limits(_ maximum: Int, _ window: Duration) -> RateLimits {
        var limits = RateLimits()
        limits[.login] = RateLimit(.login, maximum: maximum, window: window)
        return limits
    }

    /// The same test in memory and through each database.
    private static func withLimiter(
        _ place: Place, _ limits: RateLimits = RateLimits(),
        _ body: (RateLimiter, TestWorld) async throws -> Void
    ) async throws {
        let time = TestWorld()
        guard let kind = place.kind else {
            return try await body(RateLimiter(limits: limits, world: time.world, shared: nil), time)
        }
        try await withDatabase(kind) { database in
            _ = try await GateSchema.migrator.migrate(database, now: time.now)
            try await body(RateLimiter(limits: limits, world: time.world, shared: database), time)
        }
    }

    /// Where the hits are counted.
    struct Place: Sendable, CustomTestStringConvertible {
        let kind: DatabaseKind?

        static var all: [Place] { [Place(kind: nil)] + DatabaseKind.available.map { Place(kind: $0) } }

        var testDescription: String { kind?.rawValue ?? "memory" }
    }

    @Test(arguments: Place.all)
    func `the thirty-first of thirty is refused`(place: Place) async throws {
        try await Self.withLimiter(place) { (limiter, _) async throws -> Void in
            for number in 1...30 {
                let verdict = try await Self.hit(limiter)
                #expect(verdict.isAllowed)
                #expect(verdict.limit == 30)
                #expect(verdict.remaining == 30 - number)
            }
            #expect(try await !Self.hit(limiter).isAllowed)
            #expect(try await Self.hit(limiter).remaining == 0)
            #expect(try await Self.hit(limiter, "192.0.2.8").isAllowed)
        }
    }

    @Test(arguments: Place.all)
    func `the first refusal is marked and the next are not`(place: Place) async throws {
        try await Self.withLimiter(place) { (limiter, _) async throws -> Void in
            for _ in 1...30 { #expect(try await !Self.hit(limiter).isFirstRefusal) }
            #expect(try await Self.hit(limiter).isFirstRefusal)
            for _ in 1...40 { #expect(try await !Self.hit(limiter).isFirstRefusal) }
        }
    }

    @Test(arguments: Place.all)
    func `the reset says when the next is allowed`(place: Place) async throws {
        try await Self.withLimiter(place) { (limiter, time) async throws -> Void in
            time.advance(by: .minutes(4))
            for _ in 1...30 { _ = try await Self.hit(limiter) }
            let refusal = try await Self.hit(limiter)
            #expect(!refusal.isAllowed)
            #expect(refusal.reset > .zero)
            #expect(refusal.reset <= .minutes(30))
            time.advance(by: refusal.reset)
            #expect(try await Self.hit(limiter).isAllowed)
        }
    }

    @Test(arguments: Place.all)
    func `whoever keeps trying is let in as soon as whoever waits`(place: Place) async throws {
        try await Self.withLimiter(place) { (limiter, time) async throws -> Void in
            for _ in 1...30 { _ = try await Self.hit(limiter) }
            var minutes = 0
            while minutes < 240, try await !Self.hit(limiter).isAllowed {
                time.advance(by: .seconds(10))
                minutes += 1
            }
            // Thirty hits at once weigh less than thirty half a minute into the next window.
            #expect(minutes <= 6 * 16)
        }
    }

    @Test(arguments: Place.all)
    func `a maximum of nought switches a limit off`(place: Place) async throws {
        try await Self.withLimiter(place, Self.limits(0, .minutes(1))) { (limiter, _) async throws -> Void in
            for _ in 1...50 { #expect(try await limiter.hit(.login, subject: "x") == nil) }
        }
    }

    @Test(arguments: Place.all)
    func `a window opens no door for twice as many`(place: Place) async throws {
        try await Self.withLimiter(place) { (limiter, time) async throws -> Void in
            let window: Int64 = 15 * 60_000
            time.advance(by: .milliseconds(window - time.now.milliseconds % window - 1))
            for _ in 1...30 { #expect(try await Self.hit(limiter).isAllowed) }
            time.advance(by: .milliseconds(2))
            #expect(try await !Self.hit(limiter).isAllowed)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `two nodes count together`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            _ = try await GateSchema.migrator.migrate(database, now: time.now)
            let nodes = (0..<2).map { _ in
                RateLimiter(limits: RateLimits(), world: time.world, shared: database)
            }
            let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask { try await Self.hit(nodes[number % 2]).isAllowed }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(allowed == 30)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what counts no more is pruned`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            _ = try await GateSchema.migrator.migrate(database, now: time.now)
            let limiter = RateLimiter(limits: RateLimits(), world: time.world, shared: database)
            _ = try await Self.hit(limiter)
            time.advance(by: .minutes(15))
            try await limiter.prune()
            #expect(try await database.rows("SELECT hits FROM rate_window").count == 1)
            time.advance(by: .minutes(15))
            try await limiter.prune()
            #expect(try await database.rows("SELECT hits FROM rate_window").isEmpty)
        }
    }

    @Test func `a crowd of addresses neither fills the memory nor frees anybody from a limit`() async throws {
        let limiter = RateLimiter(limits: RateLimits(), world: TestWorld().world, shared: nil)
        for _ in 1...31 { _ = try await Self.hit(limiter) }
        for number in 0..<100_050 { _ = try await Self.hit(limiter, "crowd \(number)") }
        #expect(try await !Self.hit(limiter).isAllowed)
        #expect(limiter.subjects(.login) <= 100_000)
    }
}

@Suite struct `sliding window` {
    private static let limit = RateLimit(.login, maximum: 30, window: .minutes(15))
    private static let window = Self.limit.window.milliseconds

    /// The approximation counts a past window as if its hits had been spread evenly. So in any stretch of time of length
    /// d (at most one window) it admits at most maximum × (1 + d / window): exactly the maximum in a burst, never quite
    /// twice as many in a whole window.
    @Test(arguments: UInt64(1)...30)
    func `admits in any stretch no more than the approximation allows`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let limit = RateLimit(.login, maximum: dice.number(1...40), window: .seconds(dice.number(1...900)))
        let length = limit.window.milliseconds
        var window = SlidingWindow()
        var now = TestWorld.start
        var log: [Int64] = []
        for _ in 0..<1_500 {
            if dice.happens(percent: 60) { now = now + .milliseconds(dice.number(0...Int(length / 12 + 1))) }
            if dice.happens(percent: 2) { now = now + limit.window }
            if window.hit(at: now, limit).isAllowed { log.append(now.milliseconds) }
        }
        var worst = 0.0
        for (first, start) in log.enumerated() {
            for last in first..<log.count where log[last] - start <= length {
                let count = Double(last - first + 1)
                let allowed = Double(limit.maximum) * (1 + Double(log[last] - start) / Double(length))
                worst = max(worst, count - allowed)
            }
        }
        #expect(worst <= 0.000_001)
    }

    @Test(arguments: UInt64(1)...20)
    func `says to the millisecond when there is room again`(seed: UInt64) {
        var dice = Dice(seed: seed &+ 50)
        let limit = RateLimit(.login, maximum: dice.number(1...40), window: .milliseconds(dice.number(50...900_000)))
        var window = SlidingWindow()
        var now = TestWorld.start
        for _ in 0..<400 {
            now = now + .milliseconds(dice.number(0...Int(limit.window.milliseconds / 10 + 1)))
            var verdict = window.hit(at: now, limit)
            for _ in 0..<dice.number(0...50) where verdict.isAllowed { verdict = window.hit(at: now, limit) }
            guard !verdict.isAllowed else { continue }
            var early = window
            #expect(!early.hit(at: now + verdict.reset - .milliseconds(1), limit).isAllowed)
            var late = window
            #expect(late.hit(at: now + verdict.reset, limit).isAllowed)
        }
    }

    @Test func `forgets after two windows`() {
        var window = SlidingWindow()
        for _ in 1...30 { _ = window.hit(at: TestWorld.start, Self.limit) }
        #expect(!window.isStale(at: TestWorld.start + Self.limit.window, Self.limit))
        #expect(window.isStale(at: TestWorld.start + Self.limit.window + Self.limit.window, Self.limit))
        for _ in 1...30 {
            #expect(window.hit(at: TestWorld.start + .minutes(30), Self.limit).isAllowed)
        }
    }

    @Test func `a clock that jumps back is no way to start afresh`() {
        var window = SlidingWindow()
        for _ in 1...30 { _ = window.hit(at: TestWorld.start, Self.limit) }
        #expect(!window.hit(at: TestWorld.start - .hours(1), Self.limit).isAllowed)
    }

    @Test func `a clock that is set back lets the window slide on from there`() {
        var window = SlidingWindow()
        for _ in 1...30 { _ = window.hit(at: TestWorld.start + .hours(24), Self.limit) }
        #expect(!window.hit(at: TestWorld.start, Self.limit).isAllowed)
        #expect(window.hit(at: TestWorld.start + .minutes(30), Self.limit).isAllowed)
    }
}
