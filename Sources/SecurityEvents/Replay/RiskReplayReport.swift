package import Core

/// What a replay found.
package struct RiskReplayReport: Sendable {
    /// One sign-in.
    package struct Example: Sendable, Hashable {
        package let account: AccountID
        package let at: Timestamp
        package let ip: String?
        package let device: String
        package let score: RiskScore
        package let journey: String?
    }

    /// At how many points a sign-in is challenged.
    package let threshold: Int
    package private(set) var signIns = 0
    package private(set) var challenged = 0
    /// The sign-ins with the most points among the challenged.
    package private(set) var examples: [Example] = []
    /// How many sign-ins had a reason, and how many of those were challenged.
    package private(set) var reasons: [RiskReason: (all: Int, challenged: Int)] = [:]
    private var people: Set<AccountID> = []
    private var challengedPeople: Set<AccountID> = []
    /// How many sign-ins had so many points.
    private var byPoints = [Int](repeating: 0, count: 101)

    init(threshold: Int) { self.threshold = threshold }

    /// How many people signed in, and how many of them would have been challenged.
    package var personCount: (all: Int, challenged: Int) { (people.count, challengedPeople.count) }

    /// How many sign-ins would have been challenged at `threshold`.
    package func challenged(at threshold: Int) -> Int {
        byPoints.dropFirst(max(0, threshold)).reduce(0, +)
    }

    mutating func count(_ example: Example, keeping limit: Int) {
        let isChallenged = example.score.points >= threshold
        signIns += 1
        people.insert(example.account)
        byPoints[min(100, max(0, example.score.points))] += 1
        for part in example.score.parts {
            let before = reasons[part.reason] ?? (0, 0)
            reasons[part.reason] = (before.all + 1, before.challenged + (isChallenged ? 1 : 0))
        }
        guard isChallenged else { return }
        challenged += 1
        challengedPeople.insert(example.account)
        let place = examples.firstIndex { $0.score.points < example.score.points } ?? examples.endIndex
        examples.insert(example, at: place)
        if examples.count > limit { examples.removeLast() }
    }
}
