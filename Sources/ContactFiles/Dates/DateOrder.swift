/// Which of two numbers of a date comes first, where the file does not write the month as a word or the year in front.
package enum DateOrder: String, Sendable, Hashable, Codable, CaseIterable {
    case monthFirst = "month-first"
    case dayFirst = "day-first"
}

/// What the dates of a column prove about their order. Feed it every cell in a first pass; it stays as small as it is.
package struct DateOrderEvidence: Sendable, Hashable {
    /// How many dates can only have the month first, how many only the day, and how many either.
    package private(set) var monthFirst = 0
    package private(set) var dayFirst = 0
    package private(set) var ambiguous = 0

    package init() {}

    /// Looks at a cell.
    package mutating func add(_ text: String) {
        guard let numbers = DateWords(text).unorderedPair else { return }
        let (first, second) = numbers
        switch (first > 12, second > 12) {
        case (true, false) where first <= 31 && second >= 1: dayFirst += 1
        case (false, true) where second <= 31 && first >= 1: monthFirst += 1
        case (false, false) where first != second: ambiguous += 1
        default: break
        }
    }

    /// What they prove together.
    package var proof: Proof {
        switch (monthFirst > 0, dayFirst > 0) {
        case (true, true): .contradictory
        case (true, false): .proven(.monthFirst)
        case (false, true): .proven(.dayFirst)
        case (false, false): ambiguous == 0 ? .notNeeded : .unproven
        }
    }

    /// The order to read the column in.
    package func order(unless fallback: DateOrder) -> DateOrder {
        switch proof {
        case .proven(let order): order
        case .contradictory: monthFirst == dayFirst ? fallback : monthFirst > dayFirst ? .monthFirst : .dayFirst
        case .unproven, .notNeeded: fallback
        }
    }

    /// The problem of a column whose dates contradict each other.
    package func problem(column: String) -> FileProblem? {
        guard proof == .contradictory else { return nil }
        return FileProblem(
            line: 0, column: column, code: .contradictingDates,
            words:
                "In column “\(FileProblem.excerpt(column))” \(monthFirst) dates can only have the month first and \(dayFirst) only the day."
        )
    }

    /// How far the dates of a column go.
    package enum Proof: Sendable, Hashable {
        case proven(DateOrder)
        /// Some can only be read one way and some only the other.
        case contradictory
        /// Each could be read either way.
        case unproven
        /// None depends on an order.
        case notNeeded
    }
}
