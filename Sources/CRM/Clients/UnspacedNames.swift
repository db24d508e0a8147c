/// Names in scripts that are written without spaces: Chinese, Japanese and Korean.
///
/// Their people write family and given name as one word, in either order, and search by it.
enum UnspacedNames {
    /// Both names as one word, in both orders; nothing for names in other scripts, and for one name that has no spaces.
    static func joined(_ first: String, _ last: String) -> [String] {
        guard (first + last).unicodeScalars.contains(where: isUnspaced) else { return [] }
        let (given, family) = (withoutSpaces(first), withoutSpaces(last))
        var words: [String] = []
        for word in [family + given, given + family] where word != first && word != last && !words.contains(word) {
            words.append(word)
        }
        return words
    }

    private static func withoutSpaces(_ name: String) -> String { name.split(separator: " ").joined() }

    /// Whether it is a letter of one of these scripts (Unicode 16, Scripts.txt: Han, Hiragana, Katakana, Bopomofo, Hangul).
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0x2E80...0x2FDF, 0x3005...0x3007, 0x3021...0x3029, 0x3031...0x303C, 0x3041...0x318F,
            0x31A0...0x31BF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F, 0xAC00...0xD7FB,
            0xF900...0xFAFF, 0xFF66...0xFFDC, 0x1AFF0...0x1B16F, 0x20000...0x3FFFD:
            return true
        default: return false
        }
    }
}
