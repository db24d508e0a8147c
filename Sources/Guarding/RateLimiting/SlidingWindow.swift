package import Core

/// What a limit said to one request.
package struct RateVerdict: Sendable, Hashable {
    /// Whether the request may go on.
    package let isAllowed: Bool
    /// The maximum, for `RateLimit-Limit`.
    package let limit: Int
    /// How many more may come now, for `RateLimit-Remaining`.
    package let remaining: Int
    /// Until the counter has room again, for `RateLimit-Reset` and `Retry-After`.
    package let reset: Duration
    /// Whether this is the first refusal of its window: the one that is worth an event.
    package let isFirstRefusal: Bool
}

/// Counts the hits of one subject in a window that slides, with two numbers.
///
/// The hits of the fixed window before count for the part of it that still lies within one window length back. A burst is
/// refused exactly at the maximum, and a new fixed window opens no door for twice as many.
package struct SlidingWindow: Sendable, Hashable {
    /// Which fixed window `current` counts: the number of whole windows since 1970.
    package private(set) var index: Int64
    package private(set) var current: Int
    package private(set) var previous: Int
    private var hasRefused = false

    package init(index: Int64 = 0, current: Int = 0, previous: Int = 0) {
        self.index = index
        self.current = current
        self.previous = previous
    }

    /// The number of the fixed window that holds `now`.
    package static func index(at now: Timestamp, _ limit: RateLimit) -> Int64 {
        now.milliseconds / max(1, limit.window.milliseconds)
    }

    /// Counts a hit at `now`, if there is room for it; a refused request does not count.
    package mutating func hit(at now: Timestamp, _ limit: RateLimit) -> RateVerdict {
        advance(to: Self.index(at: now, limit))
        let used = weighted(at: now, limit)
        guard used < limit.maximum else {
            return verdict(false, at: now, limit, isFirstRefusal: refuse(at: now, limit))
        }
        current += 1
        return verdict(true, at: now, limit, isFirstRefusal: false)
    }

    /// Notes a refusal; whether it is the first of its fixed window.
    package mutating func refuse(at now: Timestamp, _ limit: RateLimit) -> Bool {
        advance(to: Self.index(at: now, limit))
        defer { hasRefused = true }
        return !hasRefused
    }

    /// The length of the fixed window that holds `now`, and what is left of it, in milliseconds.
    package static func length(at now: Timestamp, _ limit: RateLimit) -> (length: Int64, left: Int64) {
        let length = max(1, limit.window.milliseconds)
        return (length, length - now.milliseconds % length)
    }

    /// Whether nothing of it counts any more at `now`.
    package func isStale(at now: Timestamp, _ limit: RateLimit) -> Bool { Self.index(at: now, limit) > index + 1 }

    /// How many hits count at `now`, rounded up.
    package func weighted(at now: Timestamp, _ limit: RateLimit) -> Int {
        let (length, left) = Self.length(at: now, limit)
        return current + Int((Int64(previous) * left + length - 1) / length)
    }

    /// The verdict on a request, the counters being as they are after it. Of the hits that they count, `spare` have not come yet.
    package func verdict(
        _ isAllowed: Bool, spare: Int = 0, at now: Timestamp, _ limit: RateLimit, isFirstRefusal: Bool
    ) -> RateVerdict {
        RateVerdict(
            isAllowed: isAllowed, limit: limit.maximum,
            remaining: max(0, limit.maximum - weighted(at: now, limit) + spare),
            reset: isAllowed ? remainder(at: now, limit) : timeUntilRoom(at: now, limit), isFirstRefusal: isFirstRefusal
        )
    }

    /// The rest of the fixed window.
    private func remainder(at now: Timestamp, _ limit: RateLimit) -> Duration {
        .milliseconds(Self.length(at: now, limit).left)
    }

    /// How long until one more hit is allowed, if none comes: the previous window's weight must have sunk far enough, and when the
    /// present one is full by itself, so must its own in the next.
    private func timeUntilRoom(at now: Timestamp, _ limit: RateLimit) -> Duration {
        let window = max(1, limit.window.milliseconds)
        let left = remainder(at: now, limit).milliseconds
        func leftWhen(_ hits: Int, weighAtMost most: Int) -> Int64 {
            hits == 0 ? window : min(window, Int64(max(0, most)) * window / Int64(hits))
        }
        if current >= limit.maximum {
            return .milliseconds(left + window - leftWhen(current, weighAtMost: limit.maximum - 1))
        }
        return .milliseconds(max(1, left - leftWhen(previous, weighAtMost: limit.maximum - 1 - current)))
    }

    private mutating func advance(to present: Int64) {
        guard present != index else { return }
        // A clock that jumped back keeps the counters: it must not be a way to start afresh. When it is set back by more than a window, they go
        // on from there, or they would stand still until the clock is where it was.
        guard present > index else {
            if index > present + 1 { index = present }
            return
        }
        previous = present == index + 1 ? current : 0
        current = 0
        hasRefused = false
        index = present
    }
}
