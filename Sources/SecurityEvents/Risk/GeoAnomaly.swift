package import Core

/// Which journeys between two sign-ins are told: `GEO_ANOMALY_THRESHOLD_MILES`, `TRUSTED_NETWORKS`.
package struct GeoPolicy: Sendable, Hashable {
    /// Farther than this is far, whatever time lies between.
    package var thresholdMiles = 500
    /// Faster than this is impossible: airliners fly at 500 to 580 miles an hour.
    package var impossibleMilesPerHour = 600
    /// Nearer than this is not measured for speed: the networks of phones change the place by that much in a moment.
    package var shortestJourneyMiles = 100
    /// Networks whose addresses say nothing about where a person is: the office's VPN.
    package var trustedNetworks: [IPNetwork] = []

    /// The seed's values.
    package init() {}

    /// Whether the places of sign-ins from `ip` are compared.
    package func trusts(_ ip: IPAddress) -> Bool { trustedNetworks.contains { $0.contains(ip) } }
}

/// The way from one sign-in of a person to the next.
package struct Journey: Sendable, Hashable {
    /// Shorter times are not told apart: two sign-ins within a minute, and clocks that were set back.
    private static let shortestTime: Duration = .minutes(1)
    private static let milesPerKilometre = 0.621371

    /// The great-circle distance, with both accuracy radii taken off; 0 when the places may be one.
    package let miles: Double
    /// The speed it takes.
    package let milesPerHour: Double

    package init(from former: FormerPlace, to present: FormerPlace) {
        let radii = Double(former.accuracyRadiusKilometres) + Double(present.accuracyRadiusKilometres)
        miles = max(0, former.coordinates.miles(to: present.coordinates) - radii * Self.milesPerKilometre)
        let time = max(present.at - former.at, Self.shortestTime)
        milesPerHour = miles / (Double(time.milliseconds) / 3_600_000)
    }

    /// Whether it is farther than a person usually goes.
    package func isFar(_ policy: GeoPolicy) -> Bool { miles > Double(policy.thresholdMiles) }

    /// Whether nobody can travel so fast.
    package func isImpossible(_ policy: GeoPolicy) -> Bool {
        miles > Double(policy.shortestJourneyMiles) && milesPerHour > Double(policy.impossibleMilesPerHour)
    }
}

/// A sign-in from a place that is too far from the last one, or too soon after it.
package struct GeoAnomaly: Sendable, Hashable {
    package let place: FormerPlace
    package let former: FormerPlace
    package let journey: Journey
    package let isFar: Bool
    package let isImpossible: Bool

    /// The anomaly of a journey; `nil` when it is an ordinary one.
    package init?(from former: FormerPlace, to present: FormerPlace, _ policy: GeoPolicy) {
        let journey = Journey(from: former, to: present)
        isFar = journey.isFar(policy)
        isImpossible = journey.isImpossible(policy)
        guard isFar || isImpossible else { return nil }
        place = present
        self.former = former
        self.journey = journey
    }

    /// For people: "Melbourne, Australia; 9,600 miles from your last sign-in in Denver, United States".
    package var text: String {
        "\(place.name); \(Self.rounded(journey.miles)) miles from your last sign-in in \(former.name)"
    }

    /// The detail of its event.
    package var detail: [String: String] {
        [
            "journey": text, "place": place.name, "miles": Self.whole(journey.miles), "formerPlace": former.name,
            "formerIP": former.ip, "formerAt": former.at.iso8601, "milesPerHour": Self.whole(journey.milesPerHour),
            "because": [isFar ? "distance" : nil, isImpossible ? "speed" : nil].compactMap(\.self)
                .joined(separator: ", "),
        ]
    }

    private static func whole(_ number: Double) -> String { String(Int(min(number, 999_999).rounded())) }

    /// With two significant digits and a comma: "9,600", "840". Nobody's place is known to the mile.
    private static func rounded(_ miles: Double) -> String {
        let step = miles >= 1_000 ? 100 : miles >= 100 ? 10 : 1
        let number = Int((miles / Double(step)).rounded()) * step
        guard number >= 1_000 else { return String(number) }
        let rest = String(number % 1_000)
        return "\(number / 1_000),\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
