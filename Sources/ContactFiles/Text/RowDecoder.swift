/// Judges what the bytes of one row are written in, and says when they contradict the rows before.
struct RowDecoder {
    /// What the rows so far are written in; `nil` while they were all ASCII.
    private(set) var encoding: TextEncoding?
    private let wasUTF16: Bool

    init(_ encoding: TextEncoding?) {
        wasUTF16 = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
        self.encoding = wasUTF16 ? .utf8 : encoding
    }

    /// What is to be done with a row.
    struct Verdict {
        var rewriting: Rewriting?
        var problem: FileProblem.Code?
    }

    /// Judges a row that is not all ASCII, of which ``Rewriting/apply(to:)`` may then rewrite each cell for itself.
    mutating func judge(_ bytes: Span<UInt8>) -> Verdict {
        let isUTF8 = UTF8Check.isValid(bytes)
        if encoding == nil { encoding = isUTF8 ? .utf8 : .windows1252 }
        if encoding == .windows1252 {
            return isUTF8 ? Verdict(problem: .mixedEncodings) : Verdict(rewriting: .fromWindows1252)
        }
        if isUTF8 { return Verdict() }
        return wasUTF16
            ? Verdict(rewriting: .replacing, problem: .badCharacters)
            : Verdict(rewriting: .mending, problem: .mixedEncodings)
    }

    /// The words for a verdict's problem.
    static func problem(_ code: FileProblem.Code, line: Int) -> FileProblem {
        let words =
            code == .badCharacters
            ? "This row has characters that are none; each is shown as \u{FFFD}."
            : "This row is written in another encoding than the rest of the file. Look at its accented letters."
        return FileProblem(line: line, code: code, words: words)
    }

    /// How bytes become UTF-8. Every ASCII byte stays what it is.
    enum Rewriting {
        /// Each byte is a character of Windows-1252.
        case fromWindows1252
        /// Whole characters of UTF-8 stay, any other byte is one of Windows-1252.
        case mending
        /// Whole characters of UTF-8 stay, a run of other bytes becomes one U+FFFD.
        case replacing

        func apply(to bytes: ArraySlice<UInt8>) -> [UInt8] {
            var text: [UInt8] = []
            text.reserveCapacity(bytes.count + bytes.count / 8)
            if self == .fromWindows1252 {
                for byte in bytes { Windows1252.append(byte, to: &text) }
                return text
            }
            var isRun = false
            var index = bytes.startIndex
            let span = bytes.span
            while index < bytes.endIndex {
                let length = UTF8Check.characterLength(span, at: index - bytes.startIndex)
                if length > 0 {
                    text += bytes[index..<(index + length)]
                } else if self == .mending {
                    Windows1252.append(bytes[index], to: &text)
                } else if !isRun {
                    text += [0xEF, 0xBF, 0xBD]
                }
                isRun = length == 0
                index += max(1, length)
            }
            return text
        }
    }
}
