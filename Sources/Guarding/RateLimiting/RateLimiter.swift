package import Core
package import Storage
import Synchronization

/// Refuses requests that come too often.
///
/// Counts in memory. With PostgreSQL, where there may be several nodes, the limits on guessing and on what is sent to people are counted
/// for all nodes together, so that ten nodes do not allow ten times the guesses; see ``SharedCounts``.
package final class RateLimiter: Sendable {
    /// At most this many subjects are counted per limit; past it, those that count for nothing are dropped, and then those with the
    /// fewest hits. A botnet can neither fill the memory nor wash out whoever has used up a limit.
    private static let mostSubjects = 100_000

    private struct Counters {
        var windows: [String: SlidingWindow] = [:]
    }

    /// The limits in force.
    package let limits: RateLimits
    private let world: World
    private let shared: (any Database)?
    private let sharedCounts: SharedCounts?
    private let counters: [RateLimit.Name: Mutex<Counters>.Box]

    /// A limiter; `shared` is the database that several nodes have in common, if they do.
    package init(limits: RateLimits, world: World, shared: (any Database)?) {
        self.limits = limits
        self.world = world
        self.shared = shared
        sharedCounts = shared.map { SharedCounts(database: $0, world: world) }
        counters = Dictionary(
            RateLimit.Name.allCases.map { ($0, Mutex<Counters>.Box(Counters())) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Counts a request of `subject` (an address, a user) against the limit; `nil` when the limit is switched off.
    package func hit(_ name: RateLimit.Name, subject: String) async throws -> RateVerdict? {
        let limit = limits[name]
        guard limit.maximum > 0 else { return nil }
        if let sharedCounts, name.isShared { return try await sharedCounts.hit(limit, subject) }
        return hit(limit, subject)
    }

    private func hit(_ limit: RateLimit, _ subject: String) -> RateVerdict? {
        let now = world.now()
        return counters[limit.name]?.mutex.withLock { counters in
            if counters.windows.count >= Self.mostSubjects, counters.windows[subject] == nil {
                Self.makeRoom(in: &counters.windows, at: now, limit)
            }
            return counters.windows[subject, default: SlidingWindow(index: SlidingWindow.index(at: now, limit))]
                .hit(at: now, limit)
        }
    }

    /// Frees half of the room at least, so that the work is not done again for the next subject.
    private static func makeRoom(in windows: inout [String: SlidingWindow], at now: Timestamp, _ limit: RateLimit) {
        windows = windows.filter { !$0.value.isStale(at: now, limit) }
        var fewest = 1
        while windows.count > mostSubjects / 2 {
            windows = windows.filter { $0.value.weighted(at: now, limit) > fewest }
            fewest *= 2
        }
    }

    /// How many subjects are counted in memory against the limit.
    package func subjects(_ name: RateLimit.Name) -> Int {
        counters[name]?.mutex.withLock { $0.windows.count } ?? 0
    }

    /// Drops the shared counters that count no more.
    package func prune() async throws {
        guard let shared else { return }
        let now = world.now()
        for limit in RateLimit.Name.allCases.map({ limits[$0] }) where limit.name.isShared {
            let horizon = SlidingWindow.index(at: now, limit) - 1
            _ = try await shared.batch([
                "DELETE FROM rate_window WHERE name = \(limit.name.rawValue) AND window_start < \(horizon)"
            ])
        }
    }
}

extension Mutex where Value: Sendable & Copyable {
    /// A mutex that can lie in a dictionary.
    fileprivate final class Box: Sendable {
        let mutex: Mutex<Value>

        init(_ value: Value) {
            mutex = Mutex(value)
        }
    }
}
