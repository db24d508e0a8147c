package import Core

/// How far the dashboard looks back, and in which steps. Steps are of UTC; the last one is still under way.
package enum DashboardWindow: String, Sendable, CaseIterable {
    /// 24 hours, by the hour.
    case day = "24h"
    /// 7 days, in steps of 6 hours.
    case week = "7d"
    /// 30 days, by the day.
    case month = "30d"

    /// The length of one point of the series.
    package var step: Duration {
        switch self {
        case .day: return .hours(1)
        case .week: return .hours(6)
        case .month: return .days(1)
        }
    }

    /// How many points the series has.
    package var steps: Int {
        switch self {
        case .day: return 24
        case .week: return 28
        case .month: return 30
        }
    }

    /// The beginning of the step that `now` lies in, and of each before it, from the oldest.
    package func starts(at now: Timestamp) -> [Timestamp] {
        let last = now.rounded(downTo: step)
        return (0..<steps).reversed().map { last - .milliseconds(step.milliseconds * Int64($0)) }
    }
}
