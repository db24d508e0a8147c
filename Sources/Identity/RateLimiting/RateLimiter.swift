package import Core
package import Storage
import Synchronization

/// Refuses requests that come too often.
///
/// Counts in memory. With PostgreSQL, where there may be several nodes, the limits that guard credentials are counted in the database,
/// so that ten nodes do not allow ten times the guesses.
package final class RateLimiter: Sendable {
    /// At most this many subjects are counted per limit; past it, those that count for nothing are dropped, and then the oldest. A
    /// botnet cannot fill the memory.
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
        if let shared, name.isAuthentication { return try await hit(limit, subject, in: shared) }
        return hit(limit, subject)
    }

    private func hit(_ limit: RateLimit, _ subject: String) -> RateVerdict? {
        let now = world.now()
        return counters[limit.name]?.mutex.withLock { counters in
            if counters.windows.count >= Self.mostSubjects, counters.windows[subject] == nil {
                counters.windows = counters.windows.filter { !$0.value.isStale(at: now, limit) }
                if counters.windows.count >= Self.mostSubjects { counters.windows.removeAll() }
            }
            return counters.windows[subject, default: SlidingWindow(index: SlidingWindow.index(at: now, limit))]
                .hit(at: now, limit)
        }
    }

    /// One statement counts the hit and tells both windows.
    private func hit(_ limit: RateLimit, _ subject: String, in database: any Database) async throws -> RateVerdict {
        let now = world.now()
        let index = SlidingWindow.index(at: now, limit)
        let name = limit.name.rawValue
        let rows = try await database.batch([
            """
            INSERT INTO rate_window (name, subject, window_start, hits) VALUES (\(name), \(subject), \(index), 1)
            ON CONFLICT (name, subject, window_start) DO UPDATE SET hits = rate_window.hits + 1
            RETURNING hits, (
                SELECT previous.hits FROM rate_window AS previous
                WHERE previous.name = \(name) AND previous.subject = \(subject)
                    AND previous.window_start = \(index - 1)
            ) AS previous_hits
            """
        ])
        let hits: Int = try rows.first?.first?.get("hits") ?? 1
        let previous: Int = try rows.first?.first?.optional("previous_hits") ?? 0
        // Here a refused request counts too, so what is over the maximum is cut: a flood does not lengthen the wait.
        let window = SlidingWindow(
            index: index, current: min(hits, limit.maximum + 1), previous: min(previous, limit.maximum))
        let used = window.weighted(at: now, limit)
        let isAllowed = used <= limit.maximum
        let isFirstRefusal = !isAllowed && used == limit.maximum + 1 && hits <= limit.maximum + 1
        return window.verdict(isAllowed, at: now, limit, isFirstRefusal: isFirstRefusal)
    }

    /// Drops the shared counters that count no more.
    package func prune() async throws {
        guard let shared else { return }
        let now = world.now()
        for limit in RateLimit.Name.allCases.map({ limits[$0] }) where limit.name.isAuthentication {
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
