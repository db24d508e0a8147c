/// The way in which a file writes its characters as bytes.
package enum TextEncoding: String, Sendable, Hashable, Codable, CaseIterable {
    case utf8 = "utf-8"
    case windows1252 = "windows-1252"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
}

/// What the first bytes of a file tell about its encoding.
struct EncodingGuess: Hashable {
    /// `nil` while everything is ASCII: the first line with another letter tells.
    var encoding: TextEncoding?
    /// How many bytes the byte order mark has; 0 without one.
    var markLength = 0

    /// Judges the first bytes of a file. `isWhole` says that there are no more: else the last character may be cut in two.
    init(prefix: [UInt8], isWhole: Bool) {
        if prefix.starts(with: [0xEF, 0xBB, 0xBF]) {
            (encoding, markLength) = (.utf8, 3)
        } else if prefix.starts(with: [0xFF, 0xFE]) {
            (encoding, markLength) = (.utf16LittleEndian, 2)
        } else if prefix.starts(with: [0xFE, 0xFF]) {
            (encoding, markLength) = (.utf16BigEndian, 2)
        } else if let wide = Self.unmarkedUTF16(prefix) {
            encoding = wide
        } else if prefix.allSatisfy({ $0 < 0x80 }) {
            encoding = nil
        } else {
            let whole = isWhole ? prefix.count : UTF8Check.lengthOfWholeCharacters(prefix.span)
            encoding = UTF8Check.isValid(prefix.span.extracting(0..<whole)) ? .utf8 : .windows1252
        }
    }

    /// UTF-16 without a mark: separators, spaces and line ends have a zero byte, always on the same side.
    private static func unmarkedUTF16(_ prefix: [UInt8]) -> TextEncoding? {
        var (even, odd) = (0, 0)
        for (index, byte) in prefix.enumerated() where byte == 0 {
            if index % 2 == 0 { even += 1 } else { odd += 1 }
        }
        guard even != odd, min(even, odd) * 10 <= max(even, odd) else { return nil }
        // ASCII with a few NULs has them too, but then most separators and line ends have another neighbour.
        let isLittle = odd > even
        var (all, beside) = (0, 0)
        for (index, byte) in prefix.enumerated() where byte == 10 || byte == 13 || byte == 44 || byte == 59 || byte == 9
        {
            let neighbour = index ^ 1
            all += 1
            if neighbour < prefix.count, prefix[neighbour] == 0, (index % 2 == 0) == isLittle { beside += 1 }
        }
        if beside > 0, beside * 2 >= all { return isLittle ? .utf16LittleEndian : .utf16BigEndian }
        return nil
    }
}
