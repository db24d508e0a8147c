/// What the sign-in is to do.
package enum DetectionAction: String, Sendable, Hashable, Comparable, CaseIterable {
    /// Go on.
    case allow
    /// Ask for more proof: a second factor, or a mailed code when there is none.
    case challenge
    /// Refuse.
    case block

    /// Milder than.
    package static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }

    private var severity: Int {
        switch self {
        case .allow: 0
        case .challenge: 1
        case .block: 2
        }
    }
}

/// What was made of a sign-in.
package struct SignInAssessment: Sendable, Hashable {
    /// How suspicious it is; of no points when risk is not scored.
    package var score = RiskScore.evaluate(RiskSignals(), weights: RiskWeights())
    package var device = DeviceVerdict.recognised
    package var anomaly: GeoAnomaly?
    package var action = DetectionAction.allow
    /// To be recorded, in this order, in the transaction that opens the session, asks for more proof, or refuses. Their
    /// session is for the caller to set.
    package var events: [Event] = []
    /// For the detail of `login_success`, beside what the caller has to say.
    package var detail: [String: String] = [:]

    /// The person's habit as it was before, and as it is with this sign-in.
    var habit: SignInHabit?

    /// Nothing to say: what is made of a sign-in when everything is off.
    package init() {}

    /// Whether the device is one that the person is to be told of.
    package var isNewDevice: Bool { device.isNew }
    /// Why, in words: "new_device 30, distance 25".
    package var reasons: String { score.reasons }
}
