import Accounts
import Core
import Guarding
import TestSupport
import Testing

/// The decision alone: no database, thousands of interleavings.
@Suite struct `lockout decision` {
    private static let policy = LockoutPolicy()
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)
    private static let second = Duration.seconds(1)

    @Test func `the fifth failure locks and the sixth attempt is refused`() {
        var state = LockoutState()
        for attempt in 1...5 {
            #expect(state.reserve(at: Self.start, Self.policy) == .granted)
            #expect(state.fail(at: Self.start, Self.policy).locked == (attempt == 5))
        }
        let until = Self.start + Self.policy.duration
        #expect(state.reserve(at: Self.start, Self.policy) == .locked(until: until))
        #expect(state.reserve(at: until - .milliseconds(1), Self.policy) == .locked(until: until))
        #expect(state.reserve(at: until, Self.policy) == .granted)
    }

    @Test func `a lock that is over takes its failures with it`() {
        var state = Self.locked(at: Self.start)
        let later = Self.start + Self.policy.duration
        for _ in 1...4 {
            #expect(state.reserve(at: later, Self.policy) == .granted)
            #expect(!state.fail(at: later, Self.policy).locked)
        }
    }

    @Test func `a success forgives what came before`() {
        var state = LockoutState()
        for _ in 1...4 {
            _ = state.reserve(at: Self.start, Self.policy)
            _ = state.fail(at: Self.start, Self.policy)
        }
        _ = state.reserve(at: Self.start, Self.policy)
        state.succeed()
        #expect(state.isBlank)
    }

    @Test func `failures older than the window count for nothing`() {
        var state = LockoutState()
        var now = Self.start
        for _ in 1...20 {
            #expect(state.reserve(at: now, Self.policy) == .granted)
            #expect(!state.fail(at: now, Self.policy).locked)
            now = now + Self.policy.window / 4
        }
    }

    @Test func `a reservation that was abandoned becomes a failure`() {
        var state = LockoutState()
        for _ in 1...5 { #expect(state.reserve(at: Self.start, Self.policy) == .granted) }
        #expect(state.reserve(at: Self.start + .seconds(59), Self.policy) == .busy)
        let later = Self.start + .seconds(60)
        #expect(state.reserve(at: later, Self.policy) == .locked(until: later + Self.policy.duration))
        #expect(state.failures.count == 5)
    }

    @Test func `a released attempt counts for nothing`() {
        var state = LockoutState()
        for _ in 1...50 {
            #expect(state.reserve(at: Self.start, Self.policy) == .granted)
            state.release()
        }
        #expect(state.isBlank)
    }

    @Test func `the warning comes once, at the third failure within five minutes`() {
        var state = LockoutState()
        var warnings: [Bool] = []
        for _ in 1...4 {
            _ = state.reserve(at: Self.start, LockoutPolicy(maximumFailures: 50))
            warnings.append(state.fail(at: Self.start, LockoutPolicy(maximumFailures: 50)).warns)
        }
        #expect(warnings == [false, false, true, false])
    }

    @Test(arguments: UInt64(1)...40)
    func `never more than the maximum is under way or failed without a lock`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let policy = LockoutPolicy(
            maximumFailures: dice.number(1...6), window: .minutes(dice.number(1...40)),
            duration: .minutes(dice.number(1...40)))
        var run = Run(policy: policy, start: Self.start)
        for _ in 0..<400 { run.step(&dice) }
        #expect(run.violations == [])
    }

    @Test(arguments: UInt64(1)...20)
    func `a clock that jumps about makes no lock longer than the policy allows`(seed: UInt64) {
        var dice = Dice(seed: seed &+ 1000)
        var state = LockoutState()
        var now = Self.start
        for _ in 0..<500 {
            now = now + .seconds(dice.happens(percent: 10) ? -3600 : dice.number(0...300))
            let before = state.lockedUntil
            switch state.reserve(at: now, Self.policy) {
            case .granted: if dice.happens(percent: 90) { _ = state.fail(at: now, Self.policy) }
            case .locked(let until):
                #expect(until > now)
                #expect(until <= now + Self.policy.duration)
                if let before { #expect(until <= before) }
            case .busy: break
            }
        }
    }

    @Test func `an hour back leaves at most one duration of the lock`() {
        var state = Self.locked(at: Self.start)
        let back = Self.start - .hours(1)
        #expect(state.reserve(at: back, Self.policy) == .locked(until: back + Self.policy.duration))
        #expect(state.reserve(at: back + Self.policy.duration, Self.policy) == .granted)
    }

    private static func locked(at moment: Timestamp) -> LockoutState {
        var state = LockoutState()
        for _ in 0..<policy.maximumFailures {
            _ = state.reserve(at: moment, policy)
            _ = state.fail(at: moment, policy)
        }
        return state
    }
}

/// A state under random treatment beside an account of what really happened.
private struct Run {
    private let policy: LockoutPolicy
    private var state = LockoutState()
    private var now: Timestamp
    private var underWay: [Timestamp] = []
    private var failed: [Timestamp] = []
    private var lockedSince: Timestamp?
    private var lastGranted: Timestamp?
    private(set) var violations: [String] = []

    /// A reservation of which nothing was heard for so long has been abandoned.
    private static let longestAttempt: Duration = .seconds(60)

    init(policy: LockoutPolicy, start: Timestamp) {
        self.policy = policy
        now = start
    }

    mutating func step(_ dice: inout Dice) {
        switch dice.number(0...9) {
        case 0...3: reserve()
        case 4...5: settle { $0.fail() }
        case 6: settle { $0.succeed() }
        case 7: settle { $0.state.release() }
        default: advance(.milliseconds(dice.number(0...(dice.happens(percent: 20) ? 2_400_000 : 30_000))))
        }
        if state.lockedUntil == nil { lockedSince = nil } else if lockedSince == nil { lockedSince = now }
    }

    private mutating func advance(_ time: Duration) {
        now = now + time
        if let until = state.lockedUntil, until <= now {
            failed = []
            lockedSince = nil
        }
        // An attempt that was never settled counts as having failed when it was reserved.
        failed += underWay.filter { $0 <= now - Self.longestAttempt }
        underWay.removeAll { $0 <= now - Self.longestAttempt }
    }

    private mutating func reserve() {
        let before = state.lockedUntil
        switch state.reserve(at: now, policy) {
        case .granted:
            underWay.append(now)
            lastGranted = now
            let counted = underWay.count + failed.count { $0 > now - policy.window }
            if counted > policy.maximumFailures { violations.append("\(counted) granted or failed at once") }
        case .locked(let until):
            let since = lockedSince ?? now
            if until > since + policy.duration { violations.append("locked beyond the duration") }
            if let before, until > before { violations.append("trying lengthened the lock") }
        case .busy:
            let isIdle = lastGranted.map { $0 <= now - Self.longestAttempt } ?? true
            if isIdle { violations.append("busy though nothing was granted for long") }
        }
    }

    private mutating func settle(_ settling: (inout Run) -> Void) {
        guard !underWay.isEmpty else { return }
        // The state cannot tell attempts apart: whichever is settled, the oldest reservation goes.
        underWay.removeFirst()
        settling(&self)
    }

    private mutating func fail() {
        let consequence = state.fail(at: now, policy)
        failed.append(now)
        if consequence.locked, lockedSince != nil { violations.append("locked while locked") }
    }

    private mutating func succeed() {
        state.succeed()
        failed = []
        lockedSince = nil
        if !state.failures.isEmpty || state.lockedUntil != nil { violations.append("a success did not forgive") }
    }
}
