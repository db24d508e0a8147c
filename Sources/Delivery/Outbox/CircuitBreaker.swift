package import Core

/// The circuit breaker of a channel: after five failures in a row nothing is sent for a while, then one message is tried, and if that
/// succeeds all are sent again.
///
/// The pause is half a minute, and doubles with each trial that fails, up to five minutes. A pure value: it is told the time.
package struct CircuitBreaker: Sendable, Hashable {
    /// So many failures in a row open it.
    package static let failuresThatOpen = 5
    private static let shortest: Duration = .seconds(30)
    private static let longest: Duration = .minutes(5)

    /// How many messages may be tried now.
    package enum Admission: Sendable, Hashable {
        case any, one, none
    }

    private enum State: Hashable {
        case closed(failures: Int)
        case open(until: Timestamp, pause: Duration)
        /// One message is being tried.
        case trying(pause: Duration)
    }

    private var state = State.closed(failures: 0)

    package init() {}

    /// What may be tried at `now`.
    package mutating func admission(at now: Timestamp) -> Admission {
        switch state {
        case .closed: return .any
        case .trying: return .one
        case .open(let until, let pause):
            // A clock that was set back must not leave the channel closed for longer than a pause.
            guard now >= until || until - now > pause else { return .none }
            state = .trying(pause: pause)
            return .one
        }
    }

    /// The other side took a message, or refused one: it is there.
    package mutating func noteAnswer() { state = .closed(failures: 0) }

    /// The other side did not take a message.
    package mutating func noteFailure(at now: Timestamp) {
        switch state {
        case .closed(let failures) where failures + 1 < Self.failuresThatOpen: state = .closed(failures: failures + 1)
        case .closed: state = .open(until: now + Self.shortest, pause: Self.shortest)
        case .open: break
        case .trying(let pause):
            let next = min(pause + pause, Self.longest)
            state = .open(until: now + next, pause: next)
        }
    }
}
