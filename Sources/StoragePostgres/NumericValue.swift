import Storage

/// Reads `numeric`, which PostgreSQL makes of `sum` and `avg` over `BIGINT`, as the number that SQLite would give.
enum NumericValue {
    /// A whole number without decimals as an integer, any other as a floating-point number; `nil` for NaN and infinity.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> SQLValue? {
        let words = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            unsafe UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
        }
        guard words.count >= 4, words[2] == 0 || words[2] == 0x4000 else { return nil }
        let weight = Int(Int16(bitPattern: words[1]))
        let isNegative = words[2] == 0x4000
        let digits = words.dropFirst(4).prefix(Int(words[0])).map { Int64($0) }
        if words[3] == 0, let whole = whole(digits, weight: weight, isNegative: isNegative) { return .integer(whole) }
        return .real(real(digits, weight: weight, isNegative: isNegative))
    }

    /// The digits have base 10,000; the first stands for 10,000 to the power of `weight`, and zeros at the end are left out.
    private static func whole(_ digits: [Int64], weight: Int, isNegative: Bool) -> Int64? {
        guard weight < 6, digits.count <= weight + 1 || digits.isEmpty else { return nil }
        var value: Int64 = 0
        for place in 0..<max(0, weight + 1) {
            let digit = place < digits.count ? digits[place] : 0
            let (product, overflows) = value.multipliedReportingOverflow(by: 10_000)
            let (sum, overflowsToo) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !overflows, !overflowsToo else { return nil }
            value = sum
        }
        return value
    }

    /// Through text, because only that rounds right.
    private static func real(_ digits: [Int64], weight: Int, isNegative: Bool) -> Double {
        var text = isNegative ? "-" : ""
        for digit in digits {
            let group = String(digit)
            text += String(repeating: "0", count: max(0, 4 - group.count)) + group
        }
        text += "e\((weight + 1 - digits.count) * 4)"
        return digits.isEmpty ? 0 : Double(text) ?? 0
    }
}
