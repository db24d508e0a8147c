package import Core

/// When guessing stops: `MAX_LOGIN_ATTEMPTS`, `LOCKOUT_DURATION_MINUTES`, `LOCKOUT_WINDOW_MINUTES`.
package struct LockoutPolicy: Sendable, Hashable {
    /// This many failures within the window lock.
    package var maximumFailures: Int
    /// How long a failure is remembered.
    package var window: Duration
    /// How long a lock lasts. It never grows, and trying while locked does not lengthen it.
    package var duration: Duration

    /// How many failures within how long are worth a warning of their own.
    package static let warning = (failures: 3, within: Duration.minutes(5))

    /// How long a reserved attempt may stay unsettled; then whatever held it has crashed and it counts as a failure.
    package static let longestAttempt: Duration = .seconds(60)

    /// The seed's values by default.
    package init(maximumFailures: Int = 5, window: Duration = .minutes(30), duration: Duration = .minutes(30)) {
        self.maximumFailures = maximumFailures
        self.window = window
        self.duration = duration
    }
}

/// What is known about the sign-in attempts for one subject: a value that only its own methods change.
///
/// Every attempt is *reserved* before the password is hashed and *settled* after, so that a thousand guesses sent at once are not a
/// thousand guesses: at most `maximumFailures` are ever under way or failed together.
package struct LockoutState: Sendable, Hashable {
    /// When the attempts that are not settled were reserved, oldest first.
    package private(set) var pending: [Timestamp]
    /// When attempts failed, oldest first.
    package private(set) var failures: [Timestamp]
    /// Until when nothing is even looked at.
    package private(set) var lockedUntil: Timestamp?

    /// A state as it was stored; by default that of a subject nobody has tried.
    package init(pending: [Timestamp] = [], failures: [Timestamp] = [], lockedUntil: Timestamp? = nil) {
        self.pending = pending
        self.failures = failures
        self.lockedUntil = lockedUntil
    }

    /// Whether an attempt may go on.
    package enum Reservation: Sendable, Hashable {
        /// Check the password, then settle.
        case granted
        /// Locked until that moment.
        case locked(until: Timestamp)
        /// As many attempts are under way as could lock the subject; try again when they are settled.
        case busy
    }

    /// What a failure brought about.
    package struct Consequence: Sendable, Hashable {
        /// This failure locked the subject.
        package var locked: Bool
        /// This failure was the one that makes it worth a warning.
        package var warns: Bool
    }

    /// Asks to try a password at `now`.
    package mutating func reserve(at now: Timestamp, _ policy: LockoutPolicy) -> Reservation {
        forget(at: now, policy)
        if let lockedUntil { return .locked(until: lockedUntil) }
        guard failures.count + pending.count < policy.maximumFailures else { return .busy }
        pending.append(now)
        return .granted
    }

    /// The password was wrong.
    package mutating func fail(at now: Timestamp, _ policy: LockoutPolicy) -> Consequence {
        release()
        forget(at: now, policy)
        let recentBefore = recentFailures(at: now)
        failures.append(now)
        let warns =
            recentBefore < LockoutPolicy.warning.failures && recentFailures(at: now) >= LockoutPolicy.warning.failures
        guard lockedUntil == nil, failures.count >= policy.maximumFailures else {
            return Consequence(locked: false, warns: warns)
        }
        lockedUntil = now + policy.duration
        return Consequence(locked: true, warns: warns)
    }

    /// The password was right: what came before is forgiven.
    package mutating func succeed() {
        release()
        failures = []
        lockedUntil = nil
    }

    /// The attempt was not made after all (the hashing queue was full).
    package mutating func release() {
        if !pending.isEmpty { pending.removeFirst() }
    }

    /// Whether there is nothing left to remember.
    package var isBlank: Bool { pending.isEmpty && failures.isEmpty && lockedUntil == nil }

    private func recentFailures(at now: Timestamp) -> Int {
        failures.count { $0 > now - LockoutPolicy.warning.within }
    }

    /// Drops what is too old to count. A lock that is over takes its failures with it; an attempt that was never settled becomes a failure. A lock
    /// that would last longer than the policy allows (the clock jumped back) is cut to what is allowed.
    private mutating func forget(at now: Timestamp, _ policy: LockoutPolicy) {
        if let until = lockedUntil {
            if until <= now {
                lockedUntil = nil
                failures = []
            } else {
                lockedUntil = min(until, now + policy.duration)
            }
        }
        let abandoned = pending.filter { $0 <= now - LockoutPolicy.longestAttempt }
        pending.removeAll { $0 <= now - LockoutPolicy.longestAttempt }
        failures = (failures + abandoned).sorted().filter { $0 > now - policy.window }
        if lockedUntil == nil, failures.count >= policy.maximumFailures {
            lockedUntil = now + policy.duration
        }
    }
}
