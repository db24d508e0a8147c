/// Searches of bytes that look at 32 at a time: most of a file's bytes are none of those that matter.
enum ByteSearch {
    private typealias Block = SIMD32<UInt8>
    private static let width = 32

    /// The first place from `start` on that holds one of three bytes; the count when there is none.
    static func first(of one: UInt8, _ two: UInt8, _ three: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        let (ones, twos, threes) = (Block(repeating: one), Block(repeating: two), Block(repeating: three))
        while index + width <= bytes.count {
            let block = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: Block.self)
            if any((block .== ones) .| (block .== twos) .| (block .== threes)) { break }
            index += width
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == one || byte == two || byte == three { return index }
            index += 1
        }
        return bytes.count
    }

    /// Whether an ASCII word in upper case stands in the bytes, in any case.
    static func contains(_ word: StaticString, in bytes: ArraySlice<UInt8>) -> Bool {
        word.withUTF8Buffer { letters in
            let letters = unsafe letters.span
            guard bytes.count >= letters.count else { return false }
            for start in bytes.startIndex...(bytes.endIndex - letters.count) {
                var matched = 0
                while matched < letters.count, upper(bytes[start + matched]) == letters[matched] { matched += 1 }
                if matched == letters.count { return true }
            }
            return false
        }
    }

    private static func upper(_ byte: UInt8) -> UInt8 { (97...122).contains(byte) ? byte - 32 : byte }

    /// Whether no byte has its highest bit, and whether none is NUL.
    static func traits(of bytes: Span<UInt8>) -> (isASCII: Bool, hasNUL: Bool) {
        let (lows, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var (seen, zeros): (UInt64, UInt64) = (0, 0)
        var index = 0
        while index + 8 <= bytes.count {
            let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            seen |= word
            // A byte borrows into its highest bit only when it is zero.
            zeros |= (word &- lows) & ~word & highs
            index += 8
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            if bytes[index] == 0 { zeros = highs }
            index += 1
        }
        return (seen & highs == 0, zeros != 0)
    }
}
