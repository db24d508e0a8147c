import Core

/// What is known of a sign-in once everything was looked up.
struct SignInFacts: Sendable, Hashable {
    var device: DeviceVerdict
    var habit: SignInHabit
    /// `nil` when the address has no coordinates, or is of a trusted network.
    var place: FormerPlace?
    var isListedNetwork: Bool
    var recentFailures: Int
    var passwordIsBreached: Bool
    var at: Timestamp
}

/// The judgement of a sign-in: a pure function of what is known, the same for the live sign-in and for the replay.
struct SignInJudgement: Sendable, Hashable {
    let signals: RiskSignals
    let score: RiskScore
    let anomaly: GeoAnomaly?
    /// The habit with this sign-in.
    let habit: SignInHabit

    init(_ facts: SignInFacts, _ policy: DetectionPolicy) {
        let anomaly = facts.place.flatMap { place in
            facts.habit.lastPlace.flatMap { GeoAnomaly(from: $0, to: place, policy.geo) }
        }
        var signals = RiskSignals()
        signals.isNewDevice = facts.device.isNew
        signals.isFar = anomaly?.isFar ?? false
        signals.isImpossiblyFast = anomaly?.isImpossible ?? false
        signals.isListedNetwork = facts.isListedNetwork
        signals.isUnusualHour = facts.habit.hours.isUnusual(facts.at)
        signals.recentFailures = facts.recentFailures
        signals.passwordIsBreached = facts.passwordIsBreached
        self.signals = signals
        self.anomaly = anomaly
        score = RiskScore.evaluate(signals, weights: policy.weights)
        habit = facts.habit.after(facts.place, at: facts.at)
    }
}
