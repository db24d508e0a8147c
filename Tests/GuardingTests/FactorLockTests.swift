import Core
import TestSupport
import Testing

@testable import Accounts
@testable import Guarding

@Suite struct `the budget of wrong codes` {
    private static let policy = LockoutPolicy()
    private static let start = TestWorld.start

    @Test func `locks at the fifth wrong code`() {
        var (lock, streak) = (FactorLock(), 0)
        for _ in 1...4 {
            #expect(
                lock.judge(isRight: false, streak: &streak, at: Self.start, Self.policy) == .wrong(locks: false))
        }
        #expect(lock.judge(isRight: false, streak: &streak, at: Self.start, Self.policy) == .wrong(locks: true))
        #expect(
            lock.judge(isRight: false, streak: &streak, at: Self.start, Self.policy)
                == .locked(until: Self.start + .minutes(30)))
    }

    @Test func `is new after a right code`() {
        var (lock, streak) = (FactorLock(), 0)
        for _ in 1...4 { _ = lock.judge(isRight: false, streak: &streak, at: Self.start, Self.policy) }
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .accepted)
        #expect(lock.isBlank)
    }

    @Test func `opens to three right codes in a row`() {
        var (lock, streak) = (Self.locked(), 0)
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .opening(codesLeft: 2))
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .opening(codesLeft: 1))
        _ = lock.judge(isRight: false, streak: &streak, at: Self.start, Self.policy)
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .opening(codesLeft: 2))
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .opening(codesLeft: 1))
        #expect(lock.judge(isRight: true, streak: &streak, at: Self.start, Self.policy) == .accepted)
        #expect(lock.isBlank)
    }

    @Test func `is not lengthened by trying, nor by a clock that jumps back`() {
        var (lock, streak) = (Self.locked(), 0)
        for _ in 1...50 { _ = lock.judge(isRight: false, streak: &streak, at: Self.start + .minutes(29), Self.policy) }
        #expect(lock.lockedUntil == Self.start + .minutes(30))
        _ = lock.judge(isRight: false, streak: &streak, at: Self.start - .hours(1), Self.policy)
        #expect(lock.lockedUntil == Self.start - .minutes(30))
    }

    private static func locked() -> FactorLock {
        var (lock, streak) = (FactorLock(), 0)
        for _ in 1...5 { _ = lock.judge(isRight: false, streak: &streak, at: start, policy) }
        return lock
    }

    /// An owner who has the codes, strangers who have the password and guess, and a clock that moves as it likes.
    @Test(arguments: 1...200)
    func `never lets a guesser in and never keeps the owner out`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var lock = FactorLock()
        var now = Self.start
        var strangers = [0, 0, 0]
        var owner = 0
        var ownerInARow = 0
        for _ in 0..<400 {
            switch dice.number(0...10 - 1) {
            case 0: now = now + .seconds(dice.number(0...900 - 1))
            case 1: now = now - .seconds(dice.number(0...120 - 1))
            case 2...4:
                let outcome = lock.judge(isRight: true, streak: &owner, at: now, Self.policy)
                ownerInARow += 1
                // Whatever the strangers do in between, three right codes of the owner are enough.
                if ownerInARow >= FactorLock.codesToOpen { #expect(outcome == .accepted) }
                if outcome == .accepted { (owner, ownerInARow) = (0, 0) }
            default:
                let stranger = dice.number(0...3 - 1)
                let outcome = lock.judge(isRight: false, streak: &strangers[stranger], at: now, Self.policy)
                #expect(outcome != .accepted)
                #expect(strangers[stranger] == 0)
            }
            #expect(lock.failures.count <= Self.policy.maximumFailures)
        }
    }

    @Test(arguments: 1...50)
    func `locks for no longer than the policy says, wherever the clock goes`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var (lock, streak) = (FactorLock(), 0)
        var now = Self.start
        for _ in 0..<200 {
            now = now + .seconds(dice.number(-3600...3600))
            _ = lock.judge(isRight: dice.happens(percent: 20), streak: &streak, at: now, Self.policy)
            if let until = lock.lockedUntil { #expect(until <= now + Self.policy.duration) }
        }
    }

    /// Between two right codes of the owner no more guesses are judged as guesses than the policy allows in its window.
    @Test(arguments: 1...50)
    func `spends no more than the budget on a guesser`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var (lock, streak) = (FactorLock(), 0)
        var judged: [Timestamp] = []
        var now = Self.start
        for _ in 0..<500 {
            now = now + .seconds(dice.number(0...240 - 1))
            if case .wrong = lock.judge(isRight: false, streak: &streak, at: now, Self.policy) { judged.append(now) }
            let recent = judged.count { $0 > now - Self.policy.window }
            #expect(recent <= Self.policy.maximumFailures)
        }
    }
}
