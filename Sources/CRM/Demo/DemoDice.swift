package import Core

/// Random numbers for made-up data, all from one seed that the world gives, so that a test can repeat them.
///
/// SplitMix64: uniform enough for a demo, and not for secrets.
package struct DemoDice {
    private var state: UInt64

    /// Dice of the seed that `world` gives.
    package init(_ world: World) {
        state = world.randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from zero up to, but not including, `bound`; zero for a bound that is not positive.
    package mutating func number(below bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        return Int(truncatingIfNeeded: next() % UInt64(bound))
    }

    /// Whether a thing with `percent` chances in a hundred happens.
    package mutating func chance(_ percent: Int) -> Bool { number(below: 100) < percent }

    /// One of `choices`, which must not be empty.
    package mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(below: choices.count)] }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
