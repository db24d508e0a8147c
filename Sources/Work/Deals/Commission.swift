/// What the brokerage earns with a deal: a share of its price, or an amount that was agreed upon. Money is in whole cents, never a fraction.
package enum Commission: Sendable, Hashable {
    /// So many millionths of the price: 2.5 % is 25,000.
    case rate(ppm: Int64)
    /// So many cents.
    case fixed(Int64)

    /// The highest price and commission, in cents. Small enough that twenty thousand of them, weighted, are a whole number of 64 bits.
    package static let most: Int64 = 1_000_000_000_000

    /// The commission in cents, half a cent rounded up; `nil` while the price is not known.
    package func amount(of price: Int64?) -> Int64? {
        switch self {
        case .fixed(let cents): return cents
        case .rate(let ppm): return price.map { ($0 * ppm + 500_000) / 1_000_000 }
        }
    }
}

/// How an amount is divided by shares in hundredths of a percent.
package enum CommissionSplit {
    /// All of it: 100.00 %.
    package static let whole: Int64 = 10_000

    /// The amount of each share, in cents. They sum to `total` exactly if the shares make a whole: every share gets its amount rounded down, and the
    /// cents that are left go to those that lost most by it, of equals to the first.
    package static func amounts(of total: Int64, by shares: [Int64]) -> [Int64] {
        var amounts = shares.map { total / whole * $0 + total % whole * $0 / whole }
        guard shares.reduce(0, +) == whole else { return amounts }
        let lost = shares.map { total % whole * $0 % whole }
        let left = total - amounts.reduce(0, +)
        let order = shares.indices.sorted { (-lost[$0], $0) < (-lost[$1], $1) }
        for index in order.prefix(Int(left)) { amounts[index] += 1 }
        return amounts
    }

    /// Hundredths of a percent as a person reads them: `100.01`.
    static func text(_ share: Int64) -> String {
        let rest = share % 100
        return "\(share / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
