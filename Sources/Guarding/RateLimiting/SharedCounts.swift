import Core
import Storage
import Synchronization

/// Counts the hits of subjects over all nodes: each node reserves hits in the row that the nodes have in common, and gives them out itself.
///
/// A hit is let through only when it was reserved before, in the fixed window in which it comes. So however many nodes there are, no more
/// get through than the limit allows; a node that dies takes what it has reserved with it and makes the limit stricter.
///
/// Of one node at most one statement is under way for a subject. Hits that come meanwhile wait for it and are reserved together by the
/// next, so many people behind one address do not queue for their row. A node that was hit often reserves a few more than it needs at
/// once; see ``spareWish(used:)``. What the row said last is remembered: while that alone is reason to refuse, nobody is asked.
final class SharedCounts: Sendable {
    /// At most this many subjects are remembered. One that is forgotten loses what it has reserved.
    private static let mostSubjects = 100_000
    /// The most hits that are reserved ahead.
    private static let mostSpare = 256

    private struct Subject: Hashable {
        let name: RateLimit.Name
        let text: String
    }

    /// What the database says to a wish.
    private struct Reservation {
        let window: SlidingWindow
        let granted: Int
    }

    private typealias Waiter = CheckedContinuation<RateVerdict, any Error>

    /// One subject, as this node knows it.
    private struct Count {
        /// What the row said last. The true numbers are never lower.
        var window: SlidingWindow
        /// Reserved in this fixed window and not given out yet.
        var spare = 0
        /// Given out by this node in this fixed window.
        var used = 0
        var hasRefused = false
        var isAsking = false
        var waiting: [Waiter] = []

        init(at index: Int64) { window = SlidingWindow(index: index) }

        /// What was reserved for another fixed window counts for nothing in this one.
        mutating func slide(to index: Int64) {
            guard index != window.index else { return }
            window = SlidingWindow(
                index: index, previous: index == window.index + 1 ? window.current : 0)
            (spare, used, hasRefused) = (0, 0, false)
        }

        /// The verdict, if it needs no question.
        mutating func verdict(at now: Timestamp, _ limit: RateLimit) -> RateVerdict? {
            slide(to: SlidingWindow.index(at: now, limit))
            if spare > 0 { return allow(at: now, limit) }
            return window.weighted(at: now, limit) >= limit.maximum ? refuse(at: now, limit) : nil
        }

        mutating func allow(at now: Timestamp, _ limit: RateLimit) -> RateVerdict {
            spare -= 1
            used += 1
            return window.verdict(true, spare: spare, at: now, limit, isFirstRefusal: false)
        }

        mutating func refuse(at now: Timestamp, _ limit: RateLimit) -> RateVerdict {
            defer { hasRefused = true }
            return window.verdict(false, at: now, limit, isFirstRefusal: !hasRefused)
        }
    }

    private let database: any Database
    private let world: World
    private let counts = Mutex<[Subject: Count]>([:])

    init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// Counts a hit of `text` against `limit`.
    func hit(_ limit: RateLimit, _ text: String) async throws -> RateVerdict {
        let subject = Subject(name: limit.name, text: text)
        return try await withCheckedThrowingContinuation { waiter in
            let now = world.now()
            var mustAsk = false
            let verdict = counts.withLock { counts -> RateVerdict? in
                if counts.count >= Self.mostSubjects, counts[subject] == nil { Self.makeRoom(in: &counts) }
                var count = counts[subject] ?? Count(at: SlidingWindow.index(at: now, limit))
                defer { counts[subject] = count }
                // Those who wait came first.
                if count.waiting.isEmpty, let verdict = count.verdict(at: now, limit) { return verdict }
                count.waiting.append(waiter)
                mustAsk = !count.isAsking
                count.isAsking = true
                return nil
            }
            if let verdict { waiter.resume(returning: verdict) }
            if mustAsk { Task { await ask(limit, subject) } }
        }
    }

    /// Forgets whom nobody waits for: first those who have reserved nothing and are not at the end of their limit.
    private static func makeRoom(in counts: inout [Subject: Count]) {
        counts = counts.filter { $0.value.isAsking || $0.value.spare > 0 || $0.value.hasRefused }
        if counts.count > mostSubjects / 2 { counts = counts.filter { $0.value.isAsking } }
    }

    /// Reserves for those who wait, until nobody does.
    private func ask(_ limit: RateLimit, _ subject: Subject) async {
        while let (waiters, used) = takeWaiters(subject) {
            let now = world.now()
            do {
                let reservation = try await reserve(
                    waiters.count, spare: Self.spareWish(used: used), limit, subject.text, at: now)
                let verdicts = give(reservation, to: waiters.count, limit, subject, at: now)
                for (waiter, verdict) in zip(waiters, verdicts) { waiter.resume(returning: verdict) }
            } catch {
                for waiter in waiters { waiter.resume(throwing: error) }
            }
        }
    }

    private func takeWaiters(_ subject: Subject) -> (waiters: [Waiter], used: Int)? {
        counts.withLock { counts in
            guard let count = counts[subject] else { return nil }
            counts[subject]?.waiting = []
            counts[subject]?.isAsking = !count.waiting.isEmpty
            return count.waiting.isEmpty ? nil : (count.waiting, count.used)
        }
    }

    private func give(
        _ reservation: Reservation, to waiters: Int, _ limit: RateLimit, _ subject: Subject, at now: Timestamp
    ) -> [RateVerdict] {
        counts.withLock { counts in
            var count = counts[subject] ?? Count(at: reservation.window.index)
            defer { counts[subject] = count }
            count.slide(to: reservation.window.index)
            count.window = reservation.window
            count.spare += reservation.granted
            return (0..<waiters).map { _ in
                count.spare > 0 ? count.allow(at: now, limit) : count.refuse(at: now, limit)
            }
        }
    }

    /// How many hits are reserved ahead, at most: as many as this node has given out in the fixed window. The row gives no more than an
    /// eighth of what it has left, so that where little is left nothing is held back from other nodes.
    private static func spareWish(used: Int) -> Int { min(used, mostSpare) }

    /// One round trip: reserves up to `waiting` hits, and up to `spare` more, as far as there is room, as ``SlidingWindow`` weighs it.
    private func reserve(
        _ waiting: Int, spare: Int, _ limit: RateLimit, _ subject: String, at now: Timestamp
    ) async throws -> Reservation {
        let index = SlidingWindow.index(at: now, limit)
        let (length, left) = SlidingWindow.length(at: now, limit)
        let counter: SQL = "name = \(limit.name.rawValue) AND subject = \(subject)"
        let row: SQL = "\(counter) AND window_start = \(index)"
        let before: SQL = "SELECT hits FROM rate_window WHERE \(counter) AND window_start = \(index - 1)"
        let results = try await database.batch(
            [
                """
                INSERT INTO rate_window (name, subject, window_start, hits)
                VALUES (\(limit.name.rawValue), \(subject), \(index), 0) ON CONFLICT DO NOTHING
                """,
                // Held from here on, so that the difference is what this node gets.
                "SELECT hits FROM rate_window WHERE \(row) \(.forUpdate)",
                """
                UPDATE rate_window SET hits = hits + (
                    SELECT CASE
                        WHEN room <= 0 THEN 0
                        WHEN room <= \(waiting) THEN room
                        WHEN (room - \(waiting)) / 8 < \(spare) THEN \(waiting) + (room - \(waiting)) / 8
                        ELSE \(waiting) + \(spare) END
                    FROM (SELECT \(limit.maximum) - rate_window.hits
                        - (\(length) - 1 + \(left) * COALESCE((\(before)), 0)) / \(length) AS room) AS what_is_left)
                WHERE \(row) RETURNING hits
                """,
                before,
            ], locking: Array("rate_window \(limit.name.rawValue) \(subject) \(index)".utf8))
        func hits(_ statement: Int) throws -> Int? {
            guard results.indices.contains(statement) else { return nil }
            return try results[statement].first?.get("hits")
        }
        guard let held = try hits(1), let current = try hits(2) else { throw StorageError.unexpectedColumn("hits") }
        return Reservation(
            window: SlidingWindow(index: index, current: current, previous: try hits(3) ?? 0),
            granted: current - held)
    }
}
