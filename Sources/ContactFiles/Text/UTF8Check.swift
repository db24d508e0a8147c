/// Whether bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
enum UTF8Check {
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                index += 1
                continue
            }
            let length = characterLength(bytes, at: index)
            if length == 0 { return false }
            index += length
        }
        return true
    }

    /// How many bytes the character at `index` has; 0 when no whole character begins there.
    static func characterLength(_ bytes: Span<UInt8>, at index: Int) -> Int {
        func next(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < bytes.count && range.contains(bytes[index + offset])
        }
        switch bytes[index] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return next(1) ? 2 : 0
        case 0xE0: return next(1, 0xA0...0xBF) && next(2) ? 3 : 0
        case 0xED: return next(1, 0x80...0x9F) && next(2) ? 3 : 0
        case 0xE1...0xEF: return next(1) && next(2) ? 3 : 0
        case 0xF0: return next(1, 0x90...0xBF) && next(2) && next(3) ? 4 : 0
        case 0xF1...0xF3: return next(1) && next(2) && next(3) ? 4 : 0
        case 0xF4: return next(1, 0x80...0x8F) && next(2) && next(3) ? 4 : 0
        default: return 0
        }
    }

    /// The length without a last character of which bytes may be missing.
    static func lengthOfWholeCharacters(_ bytes: Span<UInt8>) -> Int {
        var index = bytes.count - 1
        while index >= 0, bytes.count - index <= 3, bytes[index] & 0xC0 == 0x80 { index -= 1 }
        guard index >= 0, bytes.count - index <= 3, bytes[index] >= 0xC0 else { return bytes.count }
        return index
    }
}
