package import Core

/// The days of an escrow. They have no time and no zone: a day is that day wherever somebody looks at it.
package struct DealDates: Sendable, Hashable {
    /// What the days are for; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case acceptance, earnestMoney, diligence, appraisal, loan, walkThrough, closing, possession

        /// The same for a person.
        package var title: String {
            switch self {
            case .acceptance: return "Acceptance"
            case .earnestMoney: return "Earnest money"
            case .diligence: return "Due diligence"
            case .appraisal: return "Appraisal"
            case .loan: return "Loan"
            case .walkThrough: return "Final walk-through"
            case .closing: return "Closing"
            case .possession: return "Possession"
            }
        }
    }

    /// One of the days; `nil` where somebody has said that there is none.
    struct Entry: Sendable, Hashable {
        var day: PartialDate?
        /// Whether somebody has set it, and it therefore stays when the acceptance is another day.
        var isByHand: Bool
    }

    var entries: [Kind: Entry] = [:]

    /// The day, if there is one.
    package func day(_ kind: Kind) -> PartialDate? { entries[kind]?.day }

    /// Those that somebody has set, in their order.
    package var byHand: [Kind] { Kind.allCases.filter { entries[$0]?.isByHand == true } }

    /// Computes what nobody has set from the acceptance and the offsets in days from it.
    mutating func fill(from offsets: [Kind: Int]) {
        let acceptance = day(.acceptance)
        for kind in Kind.allCases where kind != .acceptance && entries[kind]?.isByHand != true {
            entries[kind] =
                if let acceptance, let offset = offsets[kind] {
                    Entry(day: acceptance.adding(days: offset), isByHand: false)
                } else { nil }
        }
    }

    /// A day that a deal can have; `nil` for another text.
    static func day(_ text: String) -> PartialDate? {
        PartialDate(text).flatMap { $0.year.map { (1900...2199).contains($0) } == true ? $0 : nil }
    }
}

extension PartialDate {
    /// So many days later.
    func adding(days: Int) -> PartialDate { PartialDate(daysSince1970: daysSince1970 + days) }
}
