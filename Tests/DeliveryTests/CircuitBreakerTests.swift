import Core
import Delivery
import TestSupport
import Testing

@Suite struct `the circuit breaker` {
    private let start = TestWorld.start

    @Test func `opens after five failures in a row, tries one, and closes on its success`() {
        var breaker = CircuitBreaker()
        for _ in 0..<4 { breaker.noteFailure(at: start) }
        #expect(breaker.admission(at: start) == .any)
        breaker.noteFailure(at: start)
        #expect(breaker.admission(at: start) == .none)
        #expect(breaker.admission(at: start + .milliseconds(29_999)) == .none)
        #expect(breaker.admission(at: start + .seconds(30)) == .one)
        breaker.noteAnswer()
        #expect(breaker.admission(at: start + .seconds(30)) == .any)
    }

    @Test func `waits twice as long after each trial that fails, up to five minutes`() {
        var breaker = CircuitBreaker()
        for _ in 0..<5 { breaker.noteFailure(at: start) }
        var now = start
        for seconds in [30, 60, 120, 240, 300, 300] {
            #expect(breaker.admission(at: now + .milliseconds(seconds * 1000 - 1)) == .none)
            now = now + .seconds(seconds)
            #expect(breaker.admission(at: now) == .one)
            breaker.noteFailure(at: now)
        }
    }

    @Test func `is not closed for ever by a clock that is set back`() {
        var breaker = CircuitBreaker()
        for _ in 0..<5 { breaker.noteFailure(at: start) }
        #expect(breaker.admission(at: start - .days(1)) == .one)
    }

    /// Whatever happens in whatever order: it opens only after five failures without an answer, and while it is open a
    /// trial comes within five minutes.
    @Test(arguments: 0..<200)
    func `keeps its promises in any history`(seed: Int) {
        let dice = TestWorld(seed: UInt64(seed))
        var breaker = CircuitBreaker()
        var failures = 0
        var closedSince: Timestamp?
        for _ in 0..<200 {
            let roll = Int(dice.randomBytes(1).first ?? 0)
            let now = dice.now
            switch breaker.admission(at: now) {
            case .any:
                #expect(failures < CircuitBreaker.failuresThatOpen)
                closedSince = nil
            case .one:
                #expect(failures >= CircuitBreaker.failuresThatOpen)
                closedSince = nil
            case .none:
                #expect(failures >= CircuitBreaker.failuresThatOpen)
                let since = closedSince ?? now
                closedSince = since
                #expect(now - since < .minutes(5))
                dice.advance(by: .seconds(roll % 20))
                continue
            }
            if roll < 60 {
                breaker.noteAnswer()
                failures = 0
            } else {
                breaker.noteFailure(at: now)
                failures += 1
            }
            dice.advance(by: .seconds(roll % 40))
        }
    }
}
