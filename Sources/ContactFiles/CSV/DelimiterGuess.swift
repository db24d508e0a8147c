/// Finds out what stands between the cells: the character that cuts the first row into the most cells, and the rows after it alike.
enum DelimiterGuess {
    private static let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), 9, UInt8(ascii: "|")]
    private static let mostRows = 30

    /// The delimiter, and how many bytes a line at the start has that only names it (`sep=;`, as Excel writes it).
    static func of(_ sample: Span<UInt8>) -> (delimiter: UInt8, skipped: Int) {
        if let named = named(sample) { return named }
        var (best, bestScore) = (candidates[0], 0.0)
        for candidate in candidates {
            let counts = cellCounts(sample, candidate)
            guard let first = counts.first, first > 1 else { continue }
            let alike = Double(counts.count { $0 == first }) / Double(counts.count)
            let score = Double(first) * alike * alike
            if score > bestScore { (best, bestScore) = (candidate, score) }
        }
        return (best, 0)
    }

    private static func named(_ sample: Span<UInt8>) -> (UInt8, Int)? {
        let word = Array("sep=".utf8)
        guard sample.count > word.count + 1, word.indices.allSatisfy({ sample[$0] | 0x20 == word[$0] | 0x20 })
        else { return nil }
        let delimiter = sample[word.count]
        guard candidates.contains(delimiter) else { return nil }
        let next = sample[word.count + 1]
        if next == 10 { return (delimiter, word.count + 2) }
        guard next == 13 else { return nil }
        let hasBoth = sample.count > word.count + 2 && sample[word.count + 2] == 10
        return (delimiter, word.count + (hasBoth ? 3 : 2))
    }

    /// The cells of each of the first rows; the last one counts only if it is the only one, because it may be cut off.
    private static func cellCounts(_ sample: Span<UInt8>, _ delimiter: UInt8) -> [Int] {
        var counts: [Int] = []
        var (cells, isQuoted, isStart, isEmpty) = (1, false, true, true)
        for index in sample.indices {
            let byte = sample[index]
            if isQuoted {
                if byte == UInt8(ascii: "\"") { isQuoted = false }
                continue
            }
            if byte == 10 || byte == 13 {
                if !isEmpty { counts.append(cells) }
                if counts.count == mostRows { return counts }
                (cells, isStart, isEmpty) = (1, true, true)
                continue
            }
            isEmpty = false
            // The second of two quotes opens again what the first one seemed to close.
            if byte == UInt8(ascii: "\""), isStart || sample[index - 1] == byte { isQuoted = true }
            isStart = byte == delimiter
            if isStart { cells += 1 }
        }
        return counts.isEmpty ? [cells] : counts
    }
}
