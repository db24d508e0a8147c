/// Why a sign-in may not be its owner's.
package enum RiskReason: String, Sendable, CaseIterable {
    /// From a device that this person has not used before.
    case newDevice = "new_device"
    /// From a place far from the last one.
    case distance
    /// Sooner after the last one than anybody can travel.
    case speed
    /// From a network on the operator's list: hosting, anonymisers.
    case listedNetwork = "listed_network"
    /// At an hour at which this person does not sign in.
    case unusualHour = "unusual_hour"
    /// Wrong passwords just before; counted each, up to four.
    case recentFailures = "recent_failures"
    /// With a password that is in a list of stolen ones.
    case breachedPassword = "breached_password"
}

/// What was noticed about a sign-in.
package struct RiskSignals: Sendable, Hashable {
    package var isNewDevice = false
    package var isFar = false
    package var isImpossiblyFast = false
    package var isListedNetwork = false
    package var isUnusualHour = false
    package var recentFailures = 0
    package var passwordIsBreached = false

    /// Nothing.
    package init() {}

    /// How often `reason` counts: 0 or 1, for failures up to 4.
    func count(_ reason: RiskReason) -> Int {
        switch reason {
        case .newDevice: isNewDevice ? 1 : 0
        case .distance: isFar ? 1 : 0
        case .speed: isImpossiblyFast ? 1 : 0
        case .listedNetwork: isListedNetwork ? 1 : 0
        case .unusualHour: isUnusualHour ? 1 : 0
        case .recentFailures: min(max(recentFailures, 0), 4)
        case .breachedPassword: passwordIsBreached ? 1 : 0
        }
    }
}

/// How suspicious a sign-in is, and why.
package struct RiskScore: Sendable, Hashable {
    /// One reason with what it adds.
    package struct Part: Sendable, Hashable {
        package let reason: RiskReason
        package let points: Int
    }

    /// 0 to 100.
    package let points: Int
    /// What it is made of, in the order of ``RiskReason``; only what adds something.
    package let parts: [Part]

    /// The score of a sign-in: the one function that decides, for the live sign-in and for the replay.
    ///
    /// Each reason adds its weight, and nothing is ever taken off: a further reason or a higher weight never makes a
    /// sign-in look better.
    package static func evaluate(_ signals: RiskSignals, weights: RiskWeights) -> RiskScore {
        let parts = RiskReason.allCases.compactMap { reason in
            let points = signals.count(reason) * weights[reason]
            return points > 0 ? Part(reason: reason, points: points) : nil
        }
        return RiskScore(points: min(100, parts.reduce(0) { $0 + $1.points }), parts: parts)
    }

    /// For people and for the detail of an event: "new_device 30, distance 25".
    package var reasons: String {
        parts.map { "\($0.reason.rawValue) \($0.points)" }.joined(separator: ", ")
    }
}
