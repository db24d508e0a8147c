import Core

/// When to try to connect again after a failure (exponential back-off).
///
/// Without it every job would wait for the time-out of a server that is down, and all would connect at once to one that is just
/// starting. A pure value: it is told the time.
struct BackOff {
    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(5)

    private var refusal: (reason: String, until: Timestamp, delay: Duration)?

    /// Why nobody may try at `now`; `nil` when the asker may. After a failure one asker gets through in each period.
    mutating func refusal(at now: Timestamp) -> String? {
        guard let known = refusal else { return nil }
        // A clock that was set back must not keep the server out of reach.
        if now < known.until, known.until - now <= Self.longest { return known.reason }
        refusal?.until = now + known.delay
        return nil
    }

    /// The attempt failed: the pause doubles.
    mutating func failed(_ reason: String, at now: Timestamp) {
        let delay = min(refusal.map { $0.delay * 2 } ?? Self.shortest, Self.longest)
        refusal = (reason, now + delay, delay)
    }

    /// The attempt succeeded.
    mutating func succeeded() { refusal = nil }
}
