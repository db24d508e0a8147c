/// Random numbers that are the same in every run (SplitMix64).
struct RandomSource: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Bytes of which most come from `alphabet`, so that a reader's own characters are met.
    mutating func bytes(_ count: Int, alphabet: String) -> [UInt8] {
        let known = Array(alphabet.utf8)
        return (0..<count).map { _ in
            number(below: 4) == 0 ? UInt8(number(below: 256)) : known[number(below: known.count)]
        }
    }

    /// A text of any letters, signs and line ends, without NUL and without spaces around it; not empty.
    mutating func text(upTo longest: Int = 12, hasCarriageReturns: Bool = true) -> String {
        let pieces = [
            "a", "B", "9", " ", ",", ";", "|", "\\", "\"", "'", "=", "+", "-", "@", "\t", "\n", "é", "ß", "東", "𝒳", "👩‍👧",
            "\u{301}", "\u{200F}", ":", "\u{7F}", "(", ")", "^", "/", "%",
        ]
        let all = hasCarriageReturns ? pieces + ["\r", "\r\n"] : pieces
        return (0...number(below: longest)).map { _ in all[number(below: all.count)] }.joined()
    }
}
