/// A date taken apart into numbers, names of months and the signs between them.
struct DateWords {
    enum Word: Equatable {
        /// A number of one or two digits.
        case short(Int)
        /// A number of four.
        case year(Int)
        /// A number of eight: a whole date.
        case whole(Int)
        case month(Int)
        case nothing
    }

    /// The words, and nothing behind them.
    private(set) var words: (first: Word, second: Word, third: Word) = (.nothing, .nothing, .nothing)
    private var count = 0
    /// Whether it begins with `--`, which stands for the missing year.
    private(set) var hasNoYear = false
    /// What follows the date: a time of day, as `T10:00:00Z`, `10:00` or `3:45 PM`.
    private(set) var time: Substring.UTF8View = Substring("").utf8
    /// Whether there is anything that belongs to no date.
    private(set) var isBroken = false

    init(_ text: String) {
        guard text.utf8.count <= 64 else {
            isBroken = true
            return
        }
        var rest = Substring(FileProblem.trimmed(text)).utf8
        if rest.starts(with: "--".utf8) {
            hasNoYear = true
            rest = rest.dropFirst(2)
        }
        while let byte = rest.first, !isBroken {
            if Self.isDigit(byte) {
                let digits = rest.prefix(while: Self.isDigit)
                let after = rest.dropFirst(digits.count)
                if after.first == UInt8(ascii: ":"), count > 0 {
                    time = rest
                    return
                }
                append(number: digits)
                rest = after
                dropOrdinal(&rest)
            } else if byte >= 0x80 || Self.isLetter(byte) {
                readWord(&rest)
            } else if " -/.,'".utf8.contains(byte) {
                rest = rest.dropFirst()
            } else {
                isBroken = true
            }
        }
    }

    private mutating func append(number digits: Substring.UTF8View) {
        guard let value = Int(Substring(digits)) else { return isBroken = true }
        switch digits.count {
        case 1, 2: append(.short(value))
        case 4: append(.year(value))
        case 8: append(.whole(value))
        default: isBroken = true
        }
    }

    private mutating func append(_ word: Word) {
        switch count {
        case 0: words.first = word
        case 1: words.second = word
        case 2: words.third = word
        default: isBroken = true
        }
        count += 1
    }

    private mutating func readWord(_ rest: inout Substring.UTF8View) {
        let name = rest.prefix { $0 >= 0x80 || Self.isLetter($0) }
        let after = rest.dropFirst(name.count)
        if count > 0, name.count == 1, name.first.map({ $0 | 0x20 }) == UInt8(ascii: "t") {
            time = after
            rest = rest.suffix(0)
        } else if let month = MonthNames.month(Substring(name)) {
            append(.month(month))
            rest = after
        } else if MonthNames.isFiller(Substring(name)) {
            rest = after
        } else {
            isBroken = true
        }
    }

    /// `1st`, `2nd`, `3rd`, `4th`.
    private func dropOrdinal(_ rest: inout Substring.UTF8View) {
        let letters = rest.prefix(while: Self.isLetter)
        guard letters.count == 2 else { return }
        if ["st", "nd", "rd", "th"].contains(Substring(letters).lowercased()) { rest = rest.dropFirst(2) }
    }

    /// The two numbers whose order only the rest of the file can tell; `nil` where there is none to be told.
    var unorderedPair: (Int, Int)? {
        guard !isBroken, !hasNoYear else { return nil }
        switch words {
        case (.short(let first), .short(let second), .short), (.short(let first), .short(let second), .year),
            (.short(let first), .short(let second), .nothing):
            return (first, second)
        default:
            return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}

/// The months' names in the languages that exports come in, known by their first letters.
enum MonthNames {
    private static let names: [[String]] = [
        ["jan", "ene", "jän"], ["feb", "fév", "fev"], ["mar", "mär", "mrz"], ["apr", "abr", "avr"],
        ["may", "mai", "mag"], ["jun", "juin", "giu"], ["jul", "juil", "lug"], ["aug", "ago", "aoû", "aou"],
        ["sep", "set"], ["oct", "okt", "ott", "out"], ["nov"], ["dec", "dez", "dic", "déc"],
    ]

    static func month(_ word: Substring) -> Int? {
        let word = word.lowercased()
        guard word.count >= 3, word.count <= 10 else { return nil }
        return names.firstIndex { $0.contains { word.hasPrefix($0) } }.map { $0 + 1 }
    }

    /// Days of the week, and the words between the parts of a date.
    static func isFiller(_ word: Substring) -> Bool {
        let word = word.lowercased()
        if ["de", "del", "of", "the"].contains(word) { return true }
        return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains { word.hasPrefix($0) } && word.count <= 9
    }
}
