/// A generator of random choices that gives the same choices for the same seed (SplitMix64), so that a property that
/// fails once fails again.
package struct Dice: RandomNumberGenerator {
    private var state: UInt64

    /// The choices of `seed`.
    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whether something that happens `percent` times in a hundred happens now.
    package mutating func happens(percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    /// A number within `range`.
    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// So many bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}
