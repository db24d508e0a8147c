package import Core
import Synchronization

/// A world for tests: its clock stands still until the test moves it, and its random bytes are the same in every run.
package final class TestWorld: Sendable {
    private struct State {
        var now: Timestamp
        var seed: UInt64
    }

    private let state: Mutex<State>

    /// The moment at which every test begins: 2026-01-01T12:00:00Z.
    package static let start = Timestamp(seconds: 1_767_268_800)

    /// A world at `start`. Two worlds with one `seed` give the same random bytes.
    package init(start: Timestamp = TestWorld.start, seed: UInt64 = 1) {
        state = Mutex(State(now: start, seed: seed))
    }

    /// The world to hand to the code under test.
    package var world: World {
        World(now: { self.now }, randomBytes: { count in self.randomBytes(count) })
    }

    /// The present moment of this world.
    package var now: Timestamp { state.withLock { $0.now } }

    /// Moves the clock; a negative `duration` sets it back.
    package func advance(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }

    /// The next `count` bytes of the generator: fit for tests and for nothing else.
    package func randomBytes(_ count: Int) -> [UInt8] {
        state.withLock { state in
            var bytes: [UInt8] = []
            while bytes.count < count {
                let word = Self.next(&state.seed)
                for shift in stride(from: 0, to: 64, by: 8) where bytes.count < count {
                    bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
                }
            }
            return bytes
        }
    }

    /// SplitMix64: every seed gives a sequence of its own.
    private static func next(_ seed: inout UInt64) -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var word = seed
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
