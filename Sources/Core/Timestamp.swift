/// A moment in UTC, as whole milliseconds since 1970: what is stored, compared and sent.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64

    /// The moment `milliseconds` after 1970-01-01T00:00:00Z.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The moment `seconds` after 1970-01-01T00:00:00Z: the `NumericDate` of RFC 7519 §2.
    package init(seconds: Int64) {
        self.milliseconds = seconds.multipliedReportingOverflow(by: 1000).partialValue
    }

    /// Whole seconds since 1970, rounded down: the `NumericDate` of RFC 7519 §2.
    package var seconds: Int64 {
        milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    }

    /// Earlier than.
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `duration` later; saturates instead of overflowing.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.milliseconds.addingReportingOverflow(duration.milliseconds)
        guard overflow else { return Timestamp(milliseconds: sum) }
        return Timestamp(milliseconds: duration.milliseconds < 0 ? .min : .max)
    }

    /// The moment `duration` earlier; saturates instead of overflowing.
    package static func - (moment: Timestamp, duration: Duration) -> Timestamp { moment + (.zero - duration) }

    /// The time from `earlier` to `later`; negative when they are the other way round.
    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds.subtractingReportingOverflow(earlier.milliseconds).partialValue)
    }
}

extension Timestamp {
    /// The last moment that is a whole number of `step` after 1970 and not later than this one.
    package func rounded(downTo step: Duration) -> Timestamp {
        let length = max(1, step.milliseconds)
        let rest = milliseconds % length
        return self - .milliseconds(rest < 0 ? rest + length : rest)
    }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero; saturates.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue
    }

    /// Whole seconds, rounded up and at least 1: what a `Retry-After` header says (RFC 9110 §10.2.3).
    package var retryAfterSeconds: Int64 { max(1, (milliseconds + 999) / 1000) }

    /// `count` minutes.
    package static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }

    /// `count` hours.
    package static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }

    /// `count` days of 24 hours.
    package static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
