package import Core
package import Storage
import Synchronization

/// Refuses requests that come too often.
///
/// Counts in memory. With PostgreSQL, where there may be several nodes, the limits that guard what can be guessed are counted in the database,
/// so that ten nodes do not allow ten times the guesses.
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
    private let counters: [RateLimit.Name: Mutex<Counters>.Box]

    /// A limiter; `shared` is the database that several nodes have in common, if they do.
    package init(limits: RateLimits, world: World, shared: (any Database)?) {
        self.limits = limits
        self.world = world
        self.shared = shared
        counters = Dictionary(
            RateLimit.Name.allCases.map { ($0, Mutex<Counters>.Box(Counters())) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Counts a request of `subject` (an address, a user) against the limit; `nil` when the limit is switched off.
    package func hit(_ name: RateLimit.Name, subject: String) async throws -> RateVerdict? {
        let limit = limits[name]
        guard limit.maximum > 0 else { return nil }
        if let shared, name.isShared { return try await hit(limit, subject, in: shared) }
        return hit(limit, subject)
    }

    private func hit(_ limit: RateLimit, _ subject: String) -> RateVerdict? {
        let now = world.now()
        return change(limit, subject, at: now) { $0.hit(at: now, limit) }
    }

    /// Changes the counter of `subject` in memory.
    private func change<T>(
        _ limit: RateLimit, _ subject: String, at now: Timestamp, _ body: (inout SlidingWindow) -> T
    ) -> T? {
        counters[limit.name]?.mutex.withLock { counters in
            if counters.windows.count >= Self.mostSubjects, counters.windows[subject] == nil {
                Self.makeRoom(in: &counters.windows, at: now, limit)
            }
            return body(&counters.windows[subject, default: SlidingWindow(index: SlidingWindow.index(at: now, limit))])
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

    /// One round trip: the hit is counted if there is room for it, as ``SlidingWindow`` weighs it, and both windows are told. Of many
    /// that come at once no more than there is room for get in, because each waits for the row and sees what the one before made of it.
    private func hit(_ limit: RateLimit, _ subject: String, in database: any Database) async throws -> RateVerdict {
        let now = world.now()
        let index = SlidingWindow.index(at: now, limit)
        let row: SQL = "name = \(limit.name.rawValue) AND subject = \(subject)"
        let (length, left) = SlidingWindow.length(at: now, limit)
        let results = try await database.batch([
            """
            INSERT INTO rate_window (name, subject, window_start, hits)
            VALUES (\(limit.name.rawValue), \(subject), \(index), 0) ON CONFLICT DO NOTHING
            """,
            """
            UPDATE rate_window SET hits = hits + 1
            WHERE \(row) AND window_start = \(index) AND \(limit.maximum) > hits + (\(length) - 1 + \(left) * COALESCE(
                (SELECT before.hits FROM rate_window AS before
                    WHERE before.name = \(limit.name.rawValue) AND before.subject = \(subject)
                        AND before.window_start = \(index - 1)), 0)) / \(length)
            RETURNING hits
            """,
            "SELECT window_start, hits FROM rate_window WHERE \(row) AND window_start >= \(index - 1)",
        ])
        var hits: [Int64: Int] = [:]
        for found in results.last ?? [] { hits[try found.get("window_start")] = try found.get("hits") }
        let window = SlidingWindow(index: index, current: hits[index] ?? 0, previous: hits[index - 1] ?? 0)
        let isAllowed = results.dropFirst().first?.isEmpty == false
        let isFirst = !isAllowed && isFirstRefusal(limit, subject, at: now)
        return window.verdict(isAllowed, at: now, limit, isFirstRefusal: isFirst)
    }

    /// Each node tells of the first refusal that it makes itself.
    private func isFirstRefusal(_ limit: RateLimit, _ subject: String, at now: Timestamp) -> Bool {
        change(limit, subject, at: now) { $0.refuse(at: now, limit) } ?? false
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
