/// How much each reason adds to the score: 0 to 100.
///
/// The standard ones challenge at 50: one strong reason alone does not reach it, two that go together do. A new phone at
/// home is let through, a new phone abroad is not; a known laptop on a journey is, and one that cannot have travelled so
/// fast at that hour is not.
package struct RiskWeights: Sendable, Hashable {
    private var points: [RiskReason: Int]

    /// The standard weights.
    package init() {
        points = [
            .newDevice: 30, .distance: 25, .speed: 40, .listedNetwork: 25, .unusualHour: 10, .recentFailures: 5,
            .breachedPassword: 30,
        ]
    }

    /// The weight of `reason`; kept within 0 to 100.
    package subscript(reason: RiskReason) -> Int {
        get { points[reason] ?? 0 }
        set { points[reason] = min(100, max(0, newValue)) }
    }

    /// A line that is no weight.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let line: Int
        package let message: String

        package var description: String { "line \(line) \(message)" }
    }

    /// Reads weights as an operator writes them: `new_device = 30`, one a line, `#` begins a comment. What is not named
    /// keeps its standard weight.
    package init(text: String) throws(Problem) {
        self.init()
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let parts = line.prefix { $0 != "#" }.split(separator: "=", omittingEmptySubsequences: false)
                .map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
            if parts == [""] || parts.isEmpty { continue }
            guard parts.count == 2, let reason = RiskReason(rawValue: parts[0]) else {
                let names = RiskReason.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(line: index + 1, message: "is not NAME = POINTS with one of: \(names).")
            }
            guard let points = Int(parts[1]), (0...100).contains(points) else {
                throw Problem(line: index + 1, message: "must give \(reason.rawValue) a whole number from 0 to 100.")
            }
            self[reason] = points
        }
    }
}
