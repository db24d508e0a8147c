/// Reads prices as people write them.
package enum PriceText {
    /// `$450,000`, `450000.00`, `450k`, `1.2M`, `1.250.000 €`, and from `300,000 - 400,000` both ends; `nil` for anything else.
    package static func read(_ text: String) -> (price: Int64, max: Int64?)? {
        guard text.utf8.count <= 64 else { return nil }
        for dash in [" - ", "–", "—", " to ", "-"] {
            let ends = text.split(separator: dash, omittingEmptySubsequences: true)
            guard ends.count == 2 else { continue }
            guard let low = amount(ends[0]), let high = amount(ends[1]) else { return nil }
            return (low, high)
        }
        return amount(Substring(text)).map { ($0, nil) }
    }

    private static let currencies: Set<String> = ["", "usd", "us", "eur", "gbp", "cad", "aud", "chf", "mxn", "nzd"]

    private static func amount(_ text: Substring) -> Int64? {
        var (digits, word, isOver) = ("", "", false)
        var factor: Int64 = 1
        var signs: [(sign: Character, place: Int)] = []
        for character in text where !character.isWhitespace && character != "'" && character != "’" {
            if character.isASCII, character.isNumber {
                guard !isOver else { return nil }
                digits.append(character)
            } else if character == "." || character == "," {
                signs.append((character, digits.count))
            } else if let read = Self.factor(character), !digits.isEmpty {
                guard !isOver else { return nil }
                (factor, isOver) = (read, true)
            } else if character.isASCII, character.isLetter {
                isOver = !digits.isEmpty
                word.append(character)
            } else if !character.isCurrencySymbol, character != "+" {
                return nil
            }
        }
        guard currencies.contains(word.lowercased()) else { return nil }
        guard !digits.isEmpty, digits.count <= 15, let whole = Int64(digits) else { return nil }
        let (product, isTooMuch) = whole.multipliedReportingOverflow(by: factor)
        let divisor = power(of: decimals(signs, in: digits, isShort: factor > 1))
        // Rounded to the nearest, half of a unit up.
        let value = product / divisor + (product % divisor * 2 >= divisor ? 1 : 0)
        return isTooMuch || value >= 1_000_000_000_000_000 ? nil : value
    }

    private static func factor(_ character: Character) -> Int64? {
        switch character {
        case "k", "K": 1000
        case "m", "M": 1_000_000
        default: nil
        }
    }

    /// How many digits stand behind the decimal point: behind the last sign, unless it groups thousands.
    private static func decimals(_ signs: [(sign: Character, place: Int)], in digits: String, isShort: Bool) -> Int {
        guard let last = signs.last else { return 0 }
        let behind = digits.count - last.place
        let isRepeated = signs.dropLast().contains { $0.sign == last.sign }
        let isMixed = signs.contains { $0.sign != last.sign }
        let groups = isRepeated || (!isMixed && behind == 3 && !isShort)
        return groups ? 0 : behind
    }

    private static func power(of count: Int) -> Int64 { (0..<count).reduce(1) { power, _ in power * 10 } }
}
