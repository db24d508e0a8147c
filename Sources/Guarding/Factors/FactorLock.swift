package import Core

/// The budget of wrong codes of one account: one for all of its factors, at sign-in and at step-up alike. A value that only its own methods
/// change.
///
/// When it is used up, codes that can be guessed are not believed for a while, so that a million guesses are not to be had. But whoever knows
/// the password could then keep the owner out with five wrong codes. So the lock has a door that only the owner can open: three right codes
/// one after the other in one sign-in (the idea is rodauth's). Wrong codes of others do not disturb them, because what is counted for them
/// is kept with the sign-in and not with the account. To guess three in a row is one chance in 10¹⁶.
package struct FactorLock: Sendable, Hashable {
    /// How many right codes in a row open the lock.
    package static let codesToOpen = 3

    /// When codes were wrong, oldest first.
    package private(set) var failures: [Timestamp]
    /// Until when one right code is not enough.
    package private(set) var lockedUntil: Timestamp?

    /// A state as it was stored; by default that of an account whose codes were all right.
    package init(failures: [Timestamp] = [], lockedUntil: Timestamp? = nil) {
        self.failures = failures
        self.lockedUntil = lockedUntil
    }

    /// What a code comes to.
    package enum Judgement: Sendable, Hashable {
        /// It counts.
        case accepted
        /// Wrong. `locks` when this one used the budget up.
        case wrong(locks: Bool)
        /// Right, while locked: so many more in a row open it.
        case opening(codesLeft: Int)
        /// Wrong, while locked.
        case locked(until: Timestamp)
    }

    /// Judges a code that could be guessed. `streak` is how many were right in a row in this sign-in, while locked.
    package mutating func judge(
        isRight: Bool, streak: inout Int, at now: Timestamp, _ policy: LockoutPolicy
    ) -> Judgement {
        forget(at: now, policy)
        guard let until = lockedUntil else {
            streak = 0
            guard !isRight else {
                failures = []
                return .accepted
            }
            failures.append(now)
            guard failures.count >= policy.maximumFailures else { return .wrong(locks: false) }
            lockedUntil = now + policy.duration
            return .wrong(locks: true)
        }
        guard isRight else {
            streak = 0
            return .locked(until: until)
        }
        streak += 1
        guard streak >= Self.codesToOpen else { return .opening(codesLeft: Self.codesToOpen - streak) }
        open()
        return .accepted
    }

    /// Something that cannot be guessed was shown: a recovery code, a passkey.
    package mutating func open() {
        failures = []
        lockedUntil = nil
    }

    /// Whether there is nothing to remember.
    package var isBlank: Bool { failures.isEmpty && lockedUntil == nil }

    /// Drops what is too old to count. A lock that would last longer than the policy allows (the clock jumped back) is cut.
    private mutating func forget(at now: Timestamp, _ policy: LockoutPolicy) {
        if let until = lockedUntil {
            if until <= now { open() } else { lockedUntil = min(until, now + policy.duration) }
        }
        failures.removeAll { $0 <= now - policy.window }
    }
}
